internal import COpenSSL

/// SHA-256 or SHA-512 for what hashes a few bytes, once for each login or thousands of times in a row: libcrypto's own functions,
/// without EVP.
///
/// libcrypto has them in the processor's best instructions. Around them, EVP takes 50 ns for each digest (of 225 ns for 88 bytes with SHA-512),
/// and swift-crypto, which allocates each, 265 ns. OpenSSL 3 would rather see EVP used, and keeps them.
protocol SHA2Function {
  associatedtype Context
  /// Of a digest.
  static var byteCount: Int { get }
  // Each returns 1, or 0 when libcrypto refuses.
  static func begin(_ context: UnsafeMutablePointer<Context>) -> Int32
  static func add(_ context: UnsafeMutablePointer<Context>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32
  static func end(_ context: UnsafeMutablePointer<Context>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32
}

extension SHA2Function {
  /// Hands H(password ‖ salt) to `body`; nil when libcrypto refuses.
  static func withDigest<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    withUnsafeTemporaryAllocation(of: Context.self, capacity: 1) { contexts in
      withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 16) { digest in
        defer {
          wipe(UnsafeMutableRawBufferPointer(contexts))
          wipe(digest)
        }
        guard let context = contexts.baseAddress else { return nil }
        var run = SHA2Run<Self>(in: context)
        run.begin()
        run.add(password)
        run.add(salt)
        run.end(into: digest)
        return run.isSound ? body(UnsafeRawBufferPointer(digest)) : nil
      }
    }
  }
}

/// FIPS 180-4, section 6.2.
enum SHA256Function: SHA2Function {
  static let byteCount = 32
  static func begin(_ context: UnsafeMutablePointer<SHA256_CTX>) -> Int32 { SHA256_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA256_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA256_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA256_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA256_Final(digest, context)
  }
}

/// FIPS 180-4, section 6.4.
enum SHA512Function: SHA2Function {
  static let byteCount = 64
  static func begin(_ context: UnsafeMutablePointer<SHA512_CTX>) -> Int32 { SHA512_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA512_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA512_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA512_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA512_Final(digest, context)
  }
}
