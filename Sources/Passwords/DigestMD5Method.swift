/// What is kept for DIGEST-MD5 (RFC 2831, section 2.1.2.1):
/// ```
/// raw = 16OCTET        ; MD5 of user ":" realm ":" password; user and realm are what stands before and behind the "@" of the name
/// ```
struct DigestMD5Method: UnsaltedMethod {
  static let byteCount = 16

  var servesMechanism: Bool { true }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    return .unverifiable(scheme: "\(name): the user's name is needed")
  }

  func verify(
    _ password: UnsafeRawBufferPointer, of user: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer,
    name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    let at = user.firstIndex(of: UInt8(ascii: "@")) ?? user.endIndex
    let same = MD5Function.withRun { run in
      run.begin()
      run.add(UnsafeRawBufferPointer(rebasing: user[..<at]))
      run.add(":")
      run.add(UnsafeRawBufferPointer(rebasing: user[at...].dropFirst()))
      run.add(":")
      run.add(password)
      return run.end { equalInConstantTime($0, raw) }
    }
    return Verdict(isSame: same, name)
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    // It needs the user's name, and nobody should have such a new one.
    throw .boundToUser(scheme: name)
  }
}
