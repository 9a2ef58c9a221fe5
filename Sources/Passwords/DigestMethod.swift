/// ```
/// raw = digest [ salt ]        ; digest = H(password ‖ salt); the salt may have any length
/// ```
struct DigestMethod: SchemeMethod {
  let function: DigestFunction
  /// Whether a salt may follow the digest.
  let isSalted: Bool

  /// The salt of a new hash, in bytes.
  static let newSaltBytes = 16

  var saltBytes: Int { isSalted ? Self.newSaltBytes : 0 }
  var strength: SchemeStrength { .fast }
  var fixedLength: Int? { isSalted ? nil : function.byteCount }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    if fits(raw) { return .complete(rounds: nil) }
    return .damaged("\(raw.count) bytes where \(isSalted ? "at least " : "")\(function.byteCount) belong")
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    guard fits(raw) else {
      if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
      return .unverifiable(scheme: name)
    }
    let digest = UnsafeRawBufferPointer(rebasing: raw[..<function.byteCount])
    let salt = UnsafeRawBufferPointer(rebasing: raw[function.byteCount...])
    return Verdict(isSame: function.withDigest(password, salt: salt) { equalInConstantTime($0, digest) }, name)
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let digest = function.withDigest(password, salt: salt, { Array($0) }) else {
      throw .unsupported(scheme: name)
    }
    return digest + Array(salt)
  }

  private func fits(_ raw: UnsafeRawBufferPointer) -> Bool {
    isSalted ? raw.count >= function.byteCount : raw.count == function.byteCount
  }
}
