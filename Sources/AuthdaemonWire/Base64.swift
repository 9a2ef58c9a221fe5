/// RFC 4648 base64, the standard alphabet, strictly: padded to a multiple of four, no white space, no stray bits. A client that
/// means well sends nothing else, and what decodes in one way only cannot be read differently by two programs.
enum Base64 {
  private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var start = 0
    while start < text.count {
      let isLast = start + 4 == text.count
      let pads = isLast && text[start + 3] == padding ? (text[start + 2] == padding ? 2 : 1) : 0
      var group: UInt32 = 0
      for index in start..<(start + 4 - pads) {
        guard let digit = value(of: text[index]) else { return nil }
        group = group << 6 | digit
      }
      group <<= UInt32(6 * pads)
      // The bits that the padding hides must be zero.
      guard pads == 0 || group & (pads == 1 ? 0xff : 0xffff) == 0 else { return nil }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      if pads < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
      if pads < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
      start += 4
    }
    return bytes
  }

  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var start = 0
    while start < bytes.count {
      let held = min(3, bytes.count - start)
      var group = UInt32(bytes[start]) << 16
      if held > 1 { group |= UInt32(bytes[start + 1]) << 8 }
      if held > 2 { group |= UInt32(bytes[start + 2]) }
      for digit in 0..<4 {
        text.append(digit <= held ? alphabet[Int(group >> UInt32(18 - 6 * digit) & 63)] : padding)
      }
      start += 3
    }
    return text
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
