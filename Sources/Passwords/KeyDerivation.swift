internal import COpenSSL

/// The slow functions of libcrypto.
enum KeyDerivation {
  /// The function under an HMAC.
  enum Function: Sendable {
    case sha1
    case sha256
    case sha512

    /// In bytes.
    var byteCount: Int {
      switch self {
      case .sha1: SHA1Function.byteCount
      case .sha256: SHA256Function.byteCount
      case .sha512: SHA512Function.byteCount
      }
    }

    fileprivate var evp: OpaquePointer? {
      switch self {
      case .sha1: EVP_sha1()
      case .sha256: EVP_sha256()
      case .sha512: EVP_sha512()
      }
    }
  }

  /// PBKDF2 (RFC 8018, section 5.2), as long as the function's digest; it is wiped after `body`.
  /// - Parameters:
  ///   - rounds: from 1 to 2^31 - 1.
  ///   - body: gets nil when libcrypto fails.
  static func withPBKDF2<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int, function: Function,
    _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    guard
      let rounds = Int32(exactly: rounds), rounds > 0, let passwordBytes = Int32(exactly: password.count),
      let saltBytes = Int32(exactly: salt.count)
    else { return body(nil) }
    return withUnsafeTemporaryAllocation(byteCount: function.byteCount, alignment: 8) { key in
      defer { wipe(key) }
      let isDone = PKCS5_PBKDF2_HMAC(
        password.assumingMemoryBound(to: CChar.self).baseAddress, passwordBytes,
        salt.assumingMemoryBound(to: UInt8.self).baseAddress, saltBytes, rounds, function.evp, Int32(key.count),
        key.assumingMemoryBound(to: UInt8.self).baseAddress)
      return body(isDone == 1 ? UnsafeRawBufferPointer(key) : nil)
    }
  }

  /// scrypt (RFC 7914); the key is wiped after `body`.
  /// - Parameters:
  ///   - byteCount: of the key.
  ///   - memory: the most it may take, in bytes.
  ///   - body: gets nil when libcrypto fails.
  static func withScrypt<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, log2N: Int, r: Int, p: Int, byteCount: Int,
    memory: Int, _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    guard (1..<40).contains(log2N), r > 0, p > 0, memory > 0 else { return body(nil) }
    return withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 8) { key in
      defer { wipe(key) }
      let isDone = EVP_PBE_scrypt(
        password.assumingMemoryBound(to: CChar.self).baseAddress, password.count,
        salt.assumingMemoryBound(to: UInt8.self).baseAddress, salt.count, 1 << UInt64(log2N), UInt64(r), UInt64(p),
        UInt64(memory), key.assumingMemoryBound(to: UInt8.self).baseAddress, key.count)
      return body(isDone == 1 ? UnsafeRawBufferPointer(key) : nil)
    }
  }
}
