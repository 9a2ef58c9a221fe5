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

  /// Whether verifying against `raw` takes about a millisecond or more, by the work it asks for. Costs no hash.
  func takesMillisecond(_ raw: UnsafeRawBufferPointer) -> Bool

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
  func takesMillisecond(_ raw: UnsafeRawBufferPointer) -> Bool { false }
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
