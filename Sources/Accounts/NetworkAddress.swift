internal import Glibc

/// An IPv4 or IPv6 address. An IPv4 address in IPv6's clothes (`::ffff:192.0.2.1`, RFC 4291, 2.5.5.2) is the IPv4 address.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
  /// The longest spelling, in bytes (INET6_ADDRSTRLEN without its NUL).
  public static let longestText = 45
  /// What stands before an IPv4 address written as IPv6.
  private static let mapped: UInt64 = 0xFFFF << 32

  /// The first 64 bits, and the last; IPv4 is mapped.
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// - Parameter text: `192.0.2.1`, `2001:db8::1`; nil when it is anything else.
  public init?(_ text: some Collection<UInt8>) {
    guard (2...Self.longestText).contains(text.count), !text.contains(0) else { return nil }
    var four = in_addr()
    var six = in6_addr()
    let family = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.longestText + 1) { buffer -> Int32? in
      for (place, byte) in text.enumerated() { buffer[place] = CChar(bitPattern: byte) }
      buffer[text.count] = 0
      guard let base = buffer.baseAddress else { return nil }
      if inet_pton(AF_INET, base, &four) == 1 { return AF_INET }
      return inet_pton(AF_INET6, base, &six) == 1 ? AF_INET6 : nil
    }
    switch family {
    case AF_INET: self.init(high: 0, low: Self.mapped | UInt64(UInt32(bigEndian: four.s_addr)))
    case AF_INET6:
      let (high, low) = withUnsafeBytes(of: &six) { bytes in
        (
          UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
      self.init(high: high, low: low)
    default: return nil
    }
  }

  /// Whether it is an IPv4 address.
  public var isIPv4: Bool { high == 0 && low >> 32 == Self.mapped >> 32 }

  /// What one customer of a network provider has: an IPv4 address, or the first 64 bits of an IPv6 address (RFC 6177).
  public var site: NetworkAddress { isIPv4 ? self : NetworkAddress(high: high, low: 0) }

  /// As inet_ntop(3) writes it.
  public var description: String {
    var text = [CChar](repeating: 0, count: Self.longestText + 1)
    if isIPv4 {
      var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
      inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
    } else {
      var address = in6_addr()
      withUnsafeMutableBytes(of: &address) { bytes in
        bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
        bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
