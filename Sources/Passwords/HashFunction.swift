internal import COpenSSL

/// A hash function for what is a few bytes long, hashed once for each login or thousands of times in a row: libcrypto's own functions,
/// without EVP.
///
/// libcrypto has them in the processor's best instructions. Around them EVP takes 50 ns for each digest (of 225 ns for 88 bytes with
/// SHA-512), and leaves MD4 and MD5 to providers that are not everywhere. OpenSSL 3 would rather see EVP used, and keeps these.
protocol HashFunction {
  associatedtype Context
  /// Of a digest.
  static var byteCount: Int { get }
  /// What it takes in at a time; HMAC fills its key up to so many bytes.
  static var blockByteCount: Int { get }
  // Each returns 1, or 0 when libcrypto refuses.
  static func begin(_ context: UnsafeMutablePointer<Context>) -> Int32
  static func add(_ context: UnsafeMutablePointer<Context>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32
  static func end(_ context: UnsafeMutablePointer<Context>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32
}

extension HashFunction {
  /// Hands H(message ‖ salt) to `body`; nil when libcrypto refuses.
  static func withDigest<Result>(
    _ message: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer = .empty, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    withRun { run in
      run.begin()
      run.add(message)
      if !salt.isEmpty { run.add(salt) }
      return run.end(body)
    }
  }

  /// Computes in a context that is wiped after `body`.
  static func withRun<Result>(_ body: (inout HashRun<Self>) -> Result?) -> Result? {
    withUnsafeTemporaryAllocation(of: Context.self, capacity: 1) { contexts in
      defer { wipe(UnsafeMutableRawBufferPointer(contexts)) }
      guard let context = contexts.baseAddress else { return nil }
      var run = HashRun<Self>(in: context)
      return body(&run)
    }
  }
}

/// RFC 1320.
enum MD4Function: HashFunction {
  static let byteCount = 16
  static let blockByteCount = 64
  static func begin(_ context: UnsafeMutablePointer<MD4_CTX>) -> Int32 { MD4_Init(context) }
  static func add(_ context: UnsafeMutablePointer<MD4_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    MD4_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<MD4_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    MD4_Final(digest, context)
  }
}

/// RFC 1321.
enum MD5Function: HashFunction {
  static let byteCount = 16
  static let blockByteCount = 64
  static func begin(_ context: UnsafeMutablePointer<MD5_CTX>) -> Int32 { MD5_Init(context) }
  static func add(_ context: UnsafeMutablePointer<MD5_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    MD5_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<MD5_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    MD5_Final(digest, context)
  }
}

/// FIPS 180-4, section 6.1.
enum SHA1Function: HashFunction {
  static let byteCount = 20
  static let blockByteCount = 64
  static func begin(_ context: UnsafeMutablePointer<SHA_CTX>) -> Int32 { SHA1_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA1_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA1_Final(digest, context)
  }
}

/// FIPS 180-4, section 6.2.
enum SHA256Function: HashFunction {
  static let byteCount = 32
  static let blockByteCount = 64
  static func begin(_ context: UnsafeMutablePointer<SHA256_CTX>) -> Int32 { SHA256_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA256_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA256_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA256_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA256_Final(digest, context)
  }
}

/// FIPS 180-4, section 6.5.
enum SHA384Function: HashFunction {
  static let byteCount = 48
  static let blockByteCount = 128
  static func begin(_ context: UnsafeMutablePointer<SHA512_CTX>) -> Int32 { SHA384_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA512_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA384_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA512_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA384_Final(digest, context)
  }
}

/// FIPS 180-4, section 6.4.
enum SHA512Function: HashFunction {
  static let byteCount = 64
  static let blockByteCount = 128
  static func begin(_ context: UnsafeMutablePointer<SHA512_CTX>) -> Int32 { SHA512_Init(context) }
  static func add(_ context: UnsafeMutablePointer<SHA512_CTX>, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    SHA512_Update(context, bytes, count)
  }
  static func end(_ context: UnsafeMutablePointer<SHA512_CTX>, _ digest: UnsafeMutablePointer<UInt8>?) -> Int32 {
    SHA512_Final(digest, context)
  }
}
