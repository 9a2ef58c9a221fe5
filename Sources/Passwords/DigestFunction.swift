/// A plain hash function under a digest scheme.
enum DigestFunction: Sendable {
  case md4
  case md5
  case sha1
  case sha256
  case sha384
  case sha512

  /// In bytes.
  var byteCount: Int {
    switch self {
    case .md4: MD4Function.byteCount
    case .md5: MD5Function.byteCount
    case .sha1: SHA1Function.byteCount
    case .sha256: SHA256Function.byteCount
    case .sha384: SHA384Function.byteCount
    case .sha512: SHA512Function.byteCount
    }
  }

  /// Hands H(password ‖ salt) to `body`; nil when libcrypto refuses.
  func withDigest<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    switch self {
    case .md4: MD4Function.withDigest(password, salt: salt, body)
    case .md5: MD5Function.withDigest(password, salt: salt, body)
    case .sha1: SHA1Function.withDigest(password, salt: salt, body)
    case .sha256: SHA256Function.withDigest(password, salt: salt, body)
    case .sha384: SHA384Function.withDigest(password, salt: salt, body)
    case .sha512: SHA512Function.withDigest(password, salt: salt, body)
    }
  }
}
