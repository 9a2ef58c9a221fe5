public import Accounts
internal import Passwords

/// What happened to one request: the raw material of its log line. Holds no password, and no byte of a reply.
public struct AuditRecord: Sendable {
  /// How it ended.
  public enum Result: Sendable, Equatable {
    /// Accepted, done, listed.
    case accepted
    /// The user's fault.
    case refused(Refusal)
    /// Ours.
    case unavailable(Unavailability)
    /// Bytes that are no request; the text says what was wrong with them.
    case malformed(String)
    /// The client closed without a byte: somebody looking whether anybody listens.
    case nothingAsked
  }

  /// `AUTH`, `PRE`, `PASSWD`, `ENUMERATE`; empty when it was none.
  public var verb = ""
  /// As the client named it.
  public var service: [UInt8] = []
  /// As the client sent it.
  public var user: [UInt8] = []
  /// The mail client's address, when the asking program told it.
  public var remoteAddress: [UInt8]?
  /// The asking process.
  public var processID: Int32 = 0
  /// Its user.
  public var userID: UInt32 = 0
  /// The path of the socket it came through; nil when there is one only.
  public var socket: String?
  /// What no rule allows, when the result is `Unavailability.Code.notPermitted`.
  public var denial: Denial?
  /// The directory that decided; nil when none was asked.
  public var directory: String?
  /// How it ended.
  public var result = Result.accepted
  /// Whether the password was accepted because it had been verified a moment before.
  public var isRemembered = false
  /// What the app password is called that was accepted, empty when nobody has called it anything; nil when it was none.
  public var appPassword: [UInt8]?
  /// The weak scheme by which the right password is stored, when `weak-schemes` is `warn` or `refuse`.
  public var weakScheme: String? { weakRow.map { PasswordSchemes.all[$0].name } }
  /// Its place in `PasswordSchemes.all`: a record is copied many times, and a number costs nothing then.
  var weakRow: Int?
  /// How long it was held because passwords were wrong before; nil when it was not. Part of `duration`.
  public var held: Duration?
  /// Accounts listed, for ENUMERATE.
  public var accounts: Int?
  /// From the request's last byte to its answer.
  public var duration: Duration = .zero

  /// An empty record.
  public init() {}
}
