/// What a row of the table can do. It works on raw bytes: prefix, base64 and hexadecimal are gone by then.
protocol SchemeMethod: Sendable {
  /// Whether `raw` can be a hash of this scheme at all.
  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape

  /// Compares. A `raw` that is no complete hash, or that libcrypt refuses, is `.unverifiable`.
  /// - Parameters:
  ///   - password: not empty.
  ///   - name: the row's, for `.unverifiable`.
  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict

  /// The same, for schemes whose hashes depend on the user's name; the others leave it alone.
  func verify(
    _ password: UnsafeRawBufferPointer, of user: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer,
    name: String, using scratch: CryptScratch
  ) -> Verdict

  /// What verifying against `raw` takes, by the work it asks for: asked of the expensive rows only. Costs no hash.
  func demand(of raw: UnsafeRawBufferPointer) -> Demand

  /// The memory that `make` takes, in bytes, beyond a few kilobytes.
  func memory(rounds: Int?) -> Int

  /// Where salt and hash stand in a complete text, for decoys; nil where the raw bytes are no text, or a password.
  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]?

  /// The method that makes hashes written as `raw` is, with at least its other costs.
  func like(_ raw: UnsafeRawBufferPointer) -> any SchemeMethod

  /// The method that makes hashes written as its own are, with those costs of `other` that are no rounds.
  func withCosts(of other: any SchemeMethod) -> any SchemeMethod

  /// How hard its hashes are to guess at.
  var strength: SchemeStrength { get }

  /// Whether what is stored serves an authentication mechanism besides passwords, which another hash would not.
  var servesMechanism: Bool { get }

  /// Whether all of `password`, which matches `raw`, was needed for it: another one that is longer, or differs in a part, would not do.
  func counts(_ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer) -> Bool

  /// Whether a new hash of so many rounds takes more work than `raw` did; not where each takes more in its own way, or where `raw` does
  /// not say it.
  func exceeds(_ raw: UnsafeRawBufferPointer, rounds: Int) -> Bool

  /// What the rounds are called where a cost is written down.
  var workKey: String { get }

  /// The cost of a new hash, as it is written down.
  func spelling(rounds: Int) -> String

  /// The method with another cost that is no rounds; nil when it has none of this name, or does not take the value.
  func with(_ key: String, _ value: Int) -> (any SchemeMethod)?

  /// Why no hash is made with all its costs together; nil when one is.
  func objection(rounds: Int) -> String?

  /// How many random bytes `make` takes.
  var saltBytes: Int { get }

  /// Computes the raw bytes of a new hash.
  /// - Parameters:
  ///   - password: not empty.
  ///   - rounds: within the row's range; nil when it has none.
  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8]

  /// How strings that name themselves begin: `$argon2id$`. Such need no prefix. Empty where a prefix is needed, and for crypt(3), whose
  /// methods are told apart by ``CryptGrammar``.
  var beginnings: [StaticString] { get }

  /// Whether every string of it names itself: after the names of such rows stands any string that does.
  var namesItself: Bool { get }

  /// The bytes of an unsalted digest: hexadecimal and base64 of such can be told apart by their length. Nil otherwise.
  var fixedLength: Int? { get }
}

extension SchemeMethod {
  func verify(
    _ password: UnsafeRawBufferPointer, of user: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer,
    name: String, using scratch: CryptScratch
  ) -> Verdict {
    verify(password, against: raw, name: name, using: scratch)
  }
  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { nil }
  var beginnings: [StaticString] { [] }
  var namesItself: Bool { false }
  var fixedLength: Int? { nil }
  func demand(of raw: UnsafeRawBufferPointer) -> Demand { Demand(cost: .moderate, memory: 0) }
  func memory(rounds: Int?) -> Int { 0 }
  func like(_ raw: UnsafeRawBufferPointer) -> any SchemeMethod { self }
  func withCosts(of other: any SchemeMethod) -> any SchemeMethod { self }
  var servesMechanism: Bool { false }
  func counts(_ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer) -> Bool { true }
  func exceeds(_ raw: UnsafeRawBufferPointer, rounds: Int) -> Bool {
    if case .complete(let old?) = inspect(raw) { old < rounds } else { false }
  }
  var workKey: String { "rounds" }
  func spelling(rounds: Int) -> String { "\(rounds)" }
  func with(_ key: String, _ value: Int) -> (any SchemeMethod)? { nil }
  func objection(rounds: Int) -> String? { nil }
}

/// What a look at a stored string says, before any hashing.
enum Shape: Equatable {
  /// A complete hash; the work factor that it has, where the scheme has one that can be asked for again.
  case complete(rounds: Int?)
  /// It cannot match anybody: cut short, other characters. The text follows the scheme's name in the log.
  case damaged(String)
}

/// A stored string longer than this is none of ours, in bytes. The longest that libcrypt writes has 383
/// (`CRYPT_OUTPUT_SIZE`); a base64 of SHA-512 with a salt of 2 KiB still fits.
let maximumStoredBytes = 4096
