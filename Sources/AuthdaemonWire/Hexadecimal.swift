/// Hexadecimal digits in either case, as CRAM clients send a digest.
enum Hexadecimal {
  /// - Parameter length: how many bytes must come out, exactly.
  static func decoded(_ text: UnsafeRawBufferPointer, length: Int) -> [UInt8]? {
    guard text.count == length * 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    var index = 0
    while index < text.count {
      guard let high = value(of: text[index]), let low = value(of: text[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
      index += 2
    }
    return bytes
  }

  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = [UInt8]("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
