/// The answer to every question that Gatepost is asked, from the database to the wire.
///
/// Three values, and never fewer: only a look-up that completed and found nobody, or a hash that was computed and did not
/// match, is a refusal. Everything that went wrong on our side is `unavailable`, which mail programs show as "try again later"
/// instead of asking people for a new password. The wire's encoder is the only place that turns the three into bytes.
public enum Outcome<Value: Sendable>: Sendable {
  /// Found, verified, done.
  case accepted(Value)
  /// No, and it is the asker's fault.
  case refused(Refusal)
  /// It could not be decided, and it is our fault.
  case unavailable(Unavailability)

  /// The same outcome with another value.
  public func map<Other: Sendable>(_ transform: (Value) -> Outcome<Other>) -> Outcome<Other> {
    switch self {
    case .accepted(let value): transform(value)
    case .refused(let refusal): .refused(refusal)
    case .unavailable(let cause): .unavailable(cause)
    }
  }
}

/// Why a request was refused. The text goes to the log; the client sees `FAIL` and nothing else.
public enum Refusal: String, Sendable, CaseIterable {
  /// The look-up completed and no row came back.
  case unknownUser = "unknown user"
  /// The account's `active` column says no.
  case inactive = "account inactive"
  /// A hash was computed, or a clear password compared, and it differs.
  case wrongPassword = "wrong password"
  /// The stored hash is a locked one (`!…`, `*…`).
  case locked = "password locked"
  /// The password is right, and `weak-schemes` forbids the scheme it is stored by.
  case weakScheme = "password scheme not allowed"
  /// The account has no stored password that this kind of login can use.
  case noUsablePassword = "no usable password"
  /// An empty user name or password.
  case emptyCredentials = "empty user name or password"
  /// A control byte in a user name, a line feed inside a password, more lines than there may be.
  case malformed = "malformed request"
  /// An authtype that nobody serves.
  case unknownMechanism = "unknown authentication type"
  /// PRE or PASSWD for a back end that is not configured.
  case unknownModule = "unknown module"
  /// A new password that its scheme cannot hold: too long.
  case unfitPassword = "new password does not fit the scheme"
  /// The stored hash was to be replaced by a better one, and is not the one any more that was verified. No request ends so.
  case passwordChanged = "the stored password has changed"
  /// No directory has a `set-password` query.
  case passwordChangeNotOffered = "password changes are not configured"
}

/// Why something could not be decided, for the administrator's log. Holds no password, hash or query parameter.
public struct Unavailability: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of trouble it is; a closed set, so that tests and counters can name it.
  public enum Code: String, Sendable, CaseIterable {
    /// No connection to the database.
    case unreachable = "database unreachable"
    /// The database answered with an error.
    case queryFailed = "query failed"
    /// A row that cannot be served: uid that is no number, a line feed in a value, a missing home.
    case badRow = "unusable row"
    /// More than one row for one name.
    case ambiguous = "more than one row"
    /// More app passwords for one account than there may be.
    case tooManyAppPasswords = "too many app passwords"
    /// The stored hash is of no scheme that can be verified here.
    case unknownScheme = "unknown password scheme"
    /// The deadline passed.
    case timedOut = "timed out"
    /// A queue is full.
    case overloaded = "overloaded"
    /// The reply would be longer than clients can hold.
    case replyTooLong = "reply too long"
    /// The daemon is going down.
    case stopping = "stopping"
    /// No `[[peer]]` allows the process to ask this: a mistake of the set-up, which is not to be blamed on a user.
    case notPermitted = "not allowed for this process"
    /// The client went away, or does not read.
    case clientGone = "client gone"
    /// Gatepost contradicted itself: a defect, to be reported.
    case defect = "defect of gatepost"
  }

  /// The kind of trouble.
  public let code: Code
  /// What exactly, in words for an administrator; may be empty.
  public let detail: String

  /// - Parameter detail: without passwords, hashes or parameters of a query.
  public init(_ code: Code, _ detail: String = "") {
    self.code = code
    self.detail = detail
  }

  /// The code's text and the detail.
  public var description: String { detail.isEmpty ? code.rawValue : "\(code.rawValue): \(detail)" }
}
