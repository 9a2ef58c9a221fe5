/// The password itself.
struct ClearMethod: SchemeMethod {
  var saltBytes: Int { 0 }
  var strength: SchemeStrength { .clear }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    raw.isEmpty ? .damaged("nothing follows the prefix") : .complete(rounds: nil)
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if raw.isEmpty { return .unverifiable(scheme: "\(name): nothing follows the prefix") }
    return equalInConstantTime(password, raw) ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    Array(password)
  }
}
