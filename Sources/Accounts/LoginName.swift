/// A user id as a client sent it, with the default domain applied.
///
/// Bytes and not a `String`: a user id need not be UTF-8, and two different ones must never become equal by repair.
public struct LoginName: Sendable, Equatable {
  /// The whole name; the default domain is added when the client gave none. Placeholder `:username`.
  public let username: [UInt8]
  /// Up to the last `@`. Placeholder `:local_part`.
  public let localPart: [UInt8]
  /// Behind the last `@`, or the default domain, or empty. Placeholder `:domain`.
  public let domain: [UInt8]

  /// - Parameter defaultDomain: without `@`; nil or empty adds nothing.
  public init(_ userID: [UInt8], defaultDomain: String?) {
    let at = UInt8(ascii: "@")
    if let split = userID.lastIndex(of: at) {
      username = userID
      localPart = Array(userID[..<split])
      domain = Array(userID[(split + 1)...])
    } else if let defaultDomain, !defaultDomain.isEmpty {
      localPart = userID
      domain = Array(defaultDomain.utf8)
      username = userID + [at] + domain
    } else {
      username = userID
      localPart = userID
      domain = []
    }
  }
}
