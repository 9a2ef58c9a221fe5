/// Two digits a byte, in either case.
enum Hexadecimal {
  /// Decodes into `room`, which has at least half as many bytes as `text`.
  /// - Returns: how many bytes were written; nil when the text is not hexadecimal.
  static func decode(_ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    guard text.count % 2 == 0, room.count >= text.count / 2 else { return nil }
    for index in 0..<(text.count / 2) {
      guard let high = value(of: text[2 * index]), let low = value(of: text[2 * index + 1]) else { return nil }
      room[index] = high << 4 | low
    }
    return text.count / 2
  }

  /// Encodes in lower case.
  static func encode(_ raw: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count * 2)
    for byte in raw {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return text
  }

  /// The digit's value; nil when it is none.
  @inline(__always)
  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
