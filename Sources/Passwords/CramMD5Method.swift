internal import COpenSSL

/// What Dovecot keeps for CRAM-MD5: HMAC-MD5 (RFC 2104) after it has worked in the key and nothing else.
/// ```
/// raw = outer inner        ; each the four words of MD5 after one block: the padded password xor 0x5C…, xor 0x36…
/// ```
/// Whoever has it can answer a challenge without the password. It is verified here against a password alone.
struct CramMD5Method: UnsaltedMethod {
  static let byteCount = 32

  var servesMechanism: Bool { true }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    return Verdict(isSame: Self.withContexts(password) { equalInConstantTime($0, raw) }, name)
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let raw = Self.withContexts(password, { Array($0) }) else { throw .unsupported(scheme: name) }
    return raw
  }

  /// - Returns: nil when libcrypto refuses, and `body` was not called.
  private static func withContexts<Result>(
    _ password: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    HMACKey<MD5Function>(password)?.withContexts { inner, outer in
      var words = [outer.A, outer.B, outer.C, outer.D, inner.A, inner.B, inner.C, inner.D].map(\.littleEndian)
      defer { words.withUnsafeMutableBytes { wipe($0) } }
      return words.withUnsafeBytes(body)
    }
  }
}
