/// Why no hash was made of a new password. No case holds any part of the password.
public enum PasswordMakingError: Error, Equatable, CustomStringConvertible {
  /// An empty password is never a right one.
  case empty
  /// crypt(3) takes C strings: what follows a NUL would not count.
  case holdsNUL
  /// Longer than the scheme can take, in bytes.
  case tooLong(maximum: Int)
  /// The scheme hashes text, and these bytes are not UTF-8.
  case noText
  /// The scheme's work is fixed.
  case noRounds(scheme: String)
  /// The work factor is none that the scheme takes, or that would be verified again.
  case roundsOutOfRange(scheme: String, range: ClosedRange<Int>)
  /// Its hashes depend on the user's name, and are only verified.
  case boundToUser(scheme: String)
  /// libcrypt, or another library of this system, does not do it.
  case unsupported(scheme: String)

  /// Whether another password would do: a refusal. Otherwise it is our fault.
  public var isUsersFault: Bool {
    switch self {
    case .empty, .holdsNUL, .tooLong, .noText: true
    case .noRounds, .roundsOutOfRange, .boundToUser, .unsupported: false
    }
  }

  /// One sentence without a full stop.
  public var description: String {
    switch self {
    case .empty: "the password is empty"
    case .holdsNUL: "the password holds a NUL byte, which this scheme cannot hash"
    case .tooLong(let maximum): "the password is longer than the \(maximum) bytes that this scheme can take"
    case .noText: "the password is not UTF-8, which this scheme needs"
    case .noRounds(let scheme): "\(scheme) has no rounds to choose"
    case .roundsOutOfRange(let scheme, let range):
      "\(scheme) takes from \(range.lowerBound) to \(range.upperBound) rounds"
    case .boundToUser(let scheme): "\(scheme) belongs to a user's name; no such hash is made here"
    case .unsupported(let scheme): "the libraries of this system do not make \(scheme)"
    }
  }
}
