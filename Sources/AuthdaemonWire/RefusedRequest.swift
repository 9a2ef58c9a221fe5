/// A complete request that is answered `FAIL` without asking any directory, because no account could ever match it.
public struct RefusedRequest: Sendable, Equatable {
  /// Why. The raw value is a word for logs and counters.
  public enum Reason: String, Sendable, CaseIterable {
    /// Fields missing, too many or badly encoded, or a control byte in a name.
    case malformed
    /// An empty user id or password.
    case emptyCredentials = "empty-credentials"
    /// An `authtype` that is not spoken here.
    case unknownMechanism = "unknown-mechanism"
  }

  /// What the client said of itself.
  public var meta: RequestMeta
  /// What it wanted.
  public var verb: Verb
  /// As sent, as far as it could be told; any bytes at all, so a log must escape it.
  public var service: [UInt8]
  /// As sent, as far as it could be told; any bytes at all, so a log must escape it.
  public var userID: [UInt8]
  /// Why it is refused.
  public var reason: Reason

  /// A refusal as a parser would make it.
  public init(
    meta: RequestMeta = RequestMeta(), verb: Verb, service: [UInt8] = [], userID: [UInt8] = [], reason: Reason
  ) {
    self.meta = meta
    self.verb = verb
    self.service = service
    self.userID = userID
    self.reason = reason
  }
}
