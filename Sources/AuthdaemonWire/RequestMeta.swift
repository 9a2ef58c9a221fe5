/// What the client said of itself before the command. Nothing in it is proven.
public struct RequestMeta: Sendable, Equatable {
  /// TCPREMOTEIP, for whom the client asks: nothing but digits, `a`–`f`, `:` and `.`, at most `WireLimits.remoteAddress` of
  /// them. Nil when absent or not like an address.
  public var remoteAddress: [UInt8]?

  /// - Parameter remoteAddress: as it was sent; what is not like an address becomes nil.
  public init(remoteAddress: [UInt8]? = nil) {
    self.remoteAddress = remoteAddress.flatMap { $0.withUnsafeBytes(Self.address) }
  }

  /// Takes one line's value in. The last line of a name counts.
  mutating func set(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    if name.spells("TCPREMOTEIP") { remoteAddress = Self.address(value) }
  }

  private static func address(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    let kept = text.part(0..<min(text.count, WireLimits.remoteAddress))
    var hasSeparator = false
    for byte in kept {
      switch byte {
      case UInt8(ascii: ":"), UInt8(ascii: "."): hasSeparator = true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        break
      default: return nil
      }
    }
    return hasSeparator ? [UInt8](kept) : nil
  }
}
