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
      withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 4) { room in
        defer { wipe(room) }
        // What MD5 carries from block to block stands in its context by RFC 1321's names.
        let words: [KeyPath<MD5Function.Context, UInt32>] = [\.A, \.B, \.C, \.D]
        for (number, context) in [outer, inner].enumerated() {
          for (index, word) in words.enumerated() {
            let place = MD5Function.byteCount * number + 4 * index
            room.storeBytes(of: context.pointee[keyPath: word].littleEndian, toByteOffset: place, as: UInt32.self)
          }
        }
        return body(UnsafeRawBufferPointer(room))
      }
    }
  }
}
