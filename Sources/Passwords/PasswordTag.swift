public import Secrets

/// Stands for "this password of this user against this stored password" without any of them: 16 bytes of an HMAC-SHA-256 over all
/// that the verdict depends on (half of it, as RFC 2104 permits).
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

  /// Makes tags. The key is worked in once; a tag costs three or four blocks of SHA-256, for passwords and hashes of the usual
  /// lengths.
  public struct Maker: Sendable {
    /// In bytes: as long as the digest.
    private static let keyBytes = 32
    /// Nil when libcrypto refuses. Its memory is overwritten when the last copy of the maker goes.
    private let key: HMACKey<SHA256Function>?

    /// A new key.
    /// - Parameter random: a generator fit for keys (`SystemRandomNumberGenerator`).
    public init(random: inout some RandomNumberGenerator) {
      var bytes = (0..<Self.keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      defer { wipe(&bytes) }
      self.init(key: bytes)
    }

    init(key: [UInt8]) { self.key = key.withUnsafeBytes { HMACKey($0) } }

    /// The tag of `password` for an account that has stored `stored`. Should libcrypto refuse, it is one that no other is equal to:
    /// nobody is let in by it, or held for it.
    /// - Parameters:
    ///   - isHash: false for a password in the clear, which may look like somebody's hash: as one, it would match itself.
    ///   - username: as the database spells it. Some hashes are of the name too.
    public func tag(
      of password: Secret, against stored: Secret, isHash: Bool, username: [UInt8]
    ) -> PasswordTag {
      let tag = key?.withCode(
        of: { run in
          // The lengths first: no two inputs run together to the same bytes.
          let lengths = (UInt64(stored.count) << 1 | (isHash ? 1 : 0), UInt64(username.count))
          withUnsafeBytes(of: (lengths.0.littleEndian, lengths.1.littleEndian)) { run.add($0) }
          username.withUnsafeBytes { run.add($0) }
          stored.withBytes { run.add($0) }
          password.withBytes { run.add($0) }
        },
        { code in
          PasswordTag(
            high: code.loadUnaligned(as: UInt64.self), low: code.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        })
      return tag ?? PasswordTag(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }
  }
}
