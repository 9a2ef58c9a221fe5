/// A network: all addresses that begin with the same bits.
/// ```
/// prefix = address [ "/" 1*3DIGIT ]
/// ```
public struct NetworkPrefix: Hashable, Sendable, CustomStringConvertible {
  /// Its first address.
  public let address: NetworkAddress
  /// Of 128 bits; for IPv4 of the mapped form.
  private let length: Int

  /// - Parameter text: `192.0.2.0/24`, `2001:db8::/32`, or one address. Nil when it is anything else, or has bits behind its prefix.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2, let address = NetworkAddress(first.utf8) else { return nil }
    // By the spelling: `::ffff:192.0.2.0/120` counts its bits as IPv6 does.
    let offset = first.contains(":") ? 0 : 96
    var length = 128
    if parts.count == 2 {
      let digits = parts[1]
      guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let number = Int(digits), number <= 128 - offset
      else { return nil }
      length = number + offset
    }
    self.address = address
    self.length = length
    guard address.high & ~Self.mask(length) == 0, address.low & ~Self.mask(length - 64) == 0 else { return nil }
  }

  /// Whether the address is one of it. A short IPv6 prefix holds no IPv4 addresses.
  public func contains(_ other: NetworkAddress) -> Bool {
    guard address.isIPv4 && length >= 96 || !other.isIPv4 else { return false }
    return (other.high ^ address.high) & Self.mask(length) == 0
      && (other.low ^ address.low) & Self.mask(length - 64) == 0
  }

  /// As it would be configured.
  public var description: String { "\(address)/\(address.isIPv4 && length >= 96 ? length - 96 : length)" }

  /// The first `bits` of 64.
  private static func mask(_ bits: Int) -> UInt64 {
    bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
  }
}
