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

  /// What verifying against `raw` takes, by the work it asks for: asked of the expensive rows only. Costs no hash.
  func demand(of raw: UnsafeRawBufferPointer) -> Demand

  /// The memory that `make` takes, in bytes, beyond a few kilobytes.
  func memory(rounds: Int?) -> Int

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

  /// The bytes of an unsalted digest: hexadecimal and base64 of such can be told apart by their length. Nil otherwise.
  var fixedLength: Int? { get }
}

extension SchemeMethod {
  var fixedLength: Int? { nil }
  func demand(of raw: UnsafeRawBufferPointer) -> Demand { Demand(cost: .moderate, memory: 0) }
  func memory(rounds: Int?) -> Int { 0 }
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
