internal import Crypto

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
    case .md4, .md5: 16
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// Hands H(password ‖ salt) to `body`.
  func withDigest<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    switch self {
    case .md4: MD4.withDigest(password, salt: salt, body)
    case .md5: Self.run(Insecure.MD5.self, password, salt).withUnsafeBytes(body)
    case .sha1: Self.run(Insecure.SHA1.self, password, salt).withUnsafeBytes(body)
    case .sha256:
      SHA256Function.withDigest(password, salt: salt, body)
        ?? Self.run(SHA256.self, password, salt).withUnsafeBytes(body)
    case .sha384: Self.run(SHA384.self, password, salt).withUnsafeBytes(body)
    case .sha512:
      SHA512Function.withDigest(password, salt: salt, body)
        ?? Self.run(SHA512.self, password, salt).withUnsafeBytes(body)
    }
  }

  @inline(__always)
  private static func run<Function: HashFunction>(
    _: Function.Type, _ password: UnsafeRawBufferPointer, _ salt: UnsafeRawBufferPointer
  ) -> Function.Digest {
    // Made here: one that was handed in would be copied at the first bytes.
    var function = Function()
    function.update(bufferPointer: password)
    if !salt.isEmpty { function.update(bufferPointer: salt) }
    return function.finalize()
  }
}
