/// MySQL's and MariaDB's `PASSWORD()`:
/// ```
/// raw = "*" 40hex        ; SHA-1 of the SHA-1, since 4.1
/// raw = 16hex            ; before: OLD_PASSWORD()
/// ```
struct MySQLMethod: SchemeMethod {
  /// Whether it is the one from before 4.1.
  let isOld: Bool

  var saltBytes: Int { 0 }
  var strength: SchemeStrength { .fast }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    let isWhole =
      isOld
      ? raw.count == 16 && raw.allSatisfy { Hexadecimal.value(of: $0) != nil } : ForeignScheme.isMySQL(raw)
    return isWhole ? .complete(rounds: nil) : .damaged("not a hash of this scheme")
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? {
    [TextPart(range: (isOld ? 0 : 1)..<raw.count, isHexadecimal: true)]
  }

  /// The old function passes over blanks: where none was given, there may be one all the same, but hardly.
  func counts(_ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer) -> Bool {
    !isOld || !password.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard var digest = isOld ? Self.oldHash(password) : Self.hash(password) else { return .uncomputed(name) }
    defer { wipe(&digest) }
    let text = UnsafeRawBufferPointer(rebasing: raw[(isOld ? 0 : 1)...])
    let same = TextEncoding.hexadecimal.withDecoded(text) { stored in
      digest.withUnsafeBytes { equalInConstantTime($0, stored) }
    }
    return same == true ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    if isOld { return Hexadecimal.encode(Self.oldHash(password)) }
    guard let hash = Self.hash(password) else { throw .unsupported(scheme: name) }
    let digits = Hexadecimal.encode(hash)
    return [UInt8(ascii: "*")] + digits.map { $0 >= UInt8(ascii: "a") ? $0 - 32 : $0 }
  }

  private static func hash(_ password: UnsafeRawBufferPointer) -> [UInt8]? {
    SHA1Function.withDigest(password) { inner in SHA1Function.withDigest(inner) { Array($0) } } ?? nil
  }

  /// Two sums of 31 bits; spaces and tabs are left out. Of MySQL's documented behaviour and its published constants.
  private static func oldHash(_ password: UnsafeRawBufferPointer) -> [UInt8] {
    var high: UInt32 = 1_345_345_333
    var step: UInt32 = 7
    var low: UInt32 = 0x1234_5671
    for byte in password where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") {
      let byte = UInt32(byte)
      high ^= ((high & 63) &+ step) &* byte &+ (high << 8)
      low &+= (low << 8) ^ high
      step &+= byte
    }
    return withUnsafeBytes(of: ((high & 0x7FFF_FFFF).bigEndian, (low & 0x7FFF_FFFF).bigEndian)) { Array($0) }
  }
}
