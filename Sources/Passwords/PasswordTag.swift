internal import Crypto
public import Secrets

/// Stands for "this password against this stored hash" without either: 16 bytes of a keyed SHA-256.
///
/// The key is random, new with each process, and never leaves it: without it a tag cannot be used to try passwords. A new stored
/// hash gives new tags.
public struct PasswordTag: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// One byte of it: tells two passwords apart in 255 of 256 cases, and says next to nothing about either.
  public var hint: UInt8 { UInt8(truncatingIfNeeded: low) }

  /// Makes tags.
  public struct Maker: Sendable {
    /// In bytes: as long as the digest.
    private static let keyBytes = 32
    private let key: Secret

    /// A new key.
    /// - Parameter random: a generator fit for keys (`SystemRandomNumberGenerator`).
    public init(random: inout some RandomNumberGenerator) {
      var bytes = (0..<Self.keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      key = Secret.taking(&bytes)
    }

    /// The tag of `password` for an account of `directory` whose stored hash is `stored`.
    public func tag(of password: Secret, against stored: Secret, directory: String) -> PasswordTag {
      var digest = SHA256()
      key.withBytes { digest.update(bufferPointer: $0) }
      // Lengths first: no two inputs run together to the same bytes. The key and half the digest make it a MAC.
      for length in [directory.utf8.count, stored.count] {
        withUnsafeBytes(of: UInt64(length).littleEndian) { digest.update(bufferPointer: $0) }
      }
      var name = directory
      name.withUTF8 { digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }
      stored.withBytes { digest.update(bufferPointer: $0) }
      password.withBytes { digest.update(bufferPointer: $0) }
      return digest.finalize().withUnsafeBytes { bytes in
        PasswordTag(
          high: bytes.loadUnaligned(as: UInt64.self), low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      }
    }
  }
}
