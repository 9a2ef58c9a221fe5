internal import TestSupport

/// A way in which we answer otherwise than courier's authdaemond, on purpose.
struct NamedDifference: Sendable {
  /// A kind of reply.
  enum Answer: Sendable {
    /// Accepted: lines, then `.`.
    case account
    /// Refused.
    case fail
    /// PASSWD done.
    case ok
    /// Closed without a byte: temporary failure.
    case closed

    func matches(_ text: String) -> Bool {
      switch self {
      case .account: text.hasSuffix("\n.\n") && text.contains("ADDRESS=")
      case .fail: text == "FAIL\n"
      case .ok: text == "OK\n"
      case .closed: text.isEmpty
      }
    }
  }

  /// Why, in a line.
  let reason: String
  /// The labels it is about.
  let labels: [String]
  let courier: Answer
  let ours: Answer
  /// The back ends where courier behaves so.
  var only = BackEndKind.allCases
}
