internal import Secrets

/// A row of the table of schemes (``PasswordSchemes/all``).
public struct PasswordScheme: Sendable {
  /// The field's name for it, in capitals: `SHA256`, `SHA512-CRYPT`.
  public let name: String
  /// Other names that lead to the same row when they stand between braces.
  public let aliases: [String]
  /// One line for a person.
  public let summary: String
  /// Whether no new password should be stored this way: without salt, in the clear, or upon a broken or tiny function.
  public let isWeak: Bool
  /// Where verifying belongs. A hash of an expensive scheme may ask for so little work that it is a moderate one:
  /// ``PasswordSchemes/cost(of:)``.
  public let cost: Cost
  /// The work factor that can be chosen; nil when there is none.
  public let rounds: Rounds?
  /// What stands before a new hash: `{SHA256}`, or nothing for crypt(3) strings, which name themselves.
  public internal(set) var prefix: String
  /// The work factor of a new hash; nil takes the row's standard.
  public internal(set) var chosenRounds: Int?

  /// How the raw bytes are written down after the prefix.
  var encoding: TextEncoding
  /// What the row can do.
  var method: any SchemeMethod

  /// A work factor, in the scheme's own unit: rounds, or a base-2 logarithm of them.
  public struct Rounds: Sendable, Equatable {
    /// The least and the most of a new hash.
    public let range: ClosedRange<Int>
    /// What a new hash takes when nobody says otherwise.
    public let standard: Int
    /// Whether one more doubles the work: bcrypt, yescrypt, scrypt and phpass.
    public var isLogarithmic: Bool { range.upperBound <= 20 }
  }

  /// The same scheme with another work factor for new hashes.
  /// - Throws: ``PasswordMakingError`` when the scheme has none, or `rounds` lies outside its range.
  public func with(rounds: Int) throws(PasswordMakingError) -> PasswordScheme {
    guard let known = self.rounds else { throw .noRounds(scheme: name) }
    guard known.range.contains(rounds) else { throw .roundsOutOfRange(scheme: name, range: known.range) }
    var scheme = self
    scheme.chosenRounds = rounds
    return scheme
  }
}
