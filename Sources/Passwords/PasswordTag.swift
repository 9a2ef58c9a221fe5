internal import Crypto
public import Secrets

/// Stands for "this password against this stored hash" without either: 16 bytes of an HMAC-SHA-256 over both (half of it, as
/// RFC 2104 permits).
///
/// The key is random, new with each ``Maker``, and never leaves the process: without it a tag cannot be used to try passwords. A new
/// stored hash gives new tags.
public struct PasswordTag: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  /// One byte of it: tells two passwords apart in 255 of 256 cases, and says next to nothing about either.
  public var hint: UInt8 { UInt8(truncatingIfNeeded: low) }

  /// Eight bytes of it, for whoever keeps even less.
  public var prefix: UInt64 { high }

  /// Makes tags. The key is worked into it once; a tag costs three or four blocks of SHA-256, for passwords and hashes of the usual
  /// lengths. HMAC (RFC 2104) from its two hashes: swift-crypto's own takes twice the instructions for such short inputs.
  public struct Maker: Sendable {
    /// In bytes: as long as the digest.
    private static let keyBytes = 32
    // Each has taken the padded key in, and nothing else. Their memory is overwritten when the last copy goes.
    private var inner = SHA256()
    private var outer = SHA256()

    /// A new key.
    /// - Parameter random: a generator fit for keys (`SystemRandomNumberGenerator`).
    public init(random: inout some RandomNumberGenerator) {
      var bytes = (0..<Self.keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      defer { wipe(&bytes) }
      self.init(key: bytes)
    }

    /// - Parameter key: no longer than a block of SHA-256, 64 bytes.
    init(key: [UInt8]) {
      var block = key + [UInt8](repeating: 0, count: max(0, SHA256.blockByteCount - key.count))
      defer { wipe(&block) }
      for index in block.indices { block[index] ^= 0x36 }
      block.withUnsafeBytes { inner.update(bufferPointer: $0) }
      for index in block.indices { block[index] ^= 0x36 ^ 0x5C }
      block.withUnsafeBytes { outer.update(bufferPointer: $0) }
    }

    /// The tag of `password` for an account whose stored hash is `stored`. No directory and no user: whether one matches the other
    /// depends on nothing else.
    public func tag(of password: Secret, against stored: Secret) -> PasswordTag {
      var inner = inner
      // The length first: no two inputs run together to the same bytes.
      withUnsafeBytes(of: UInt64(stored.count).littleEndian) { inner.update(bufferPointer: $0) }
      stored.withBytes { inner.update(bufferPointer: $0) }
      password.withBytes { inner.update(bufferPointer: $0) }
      var outer = outer
      inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
      return outer.finalize().withUnsafeBytes { bytes in
        PasswordTag(
          high: bytes.loadUnaligned(as: UInt64.self), low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
    }
  }
}
