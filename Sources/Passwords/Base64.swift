/// ```
/// base64  = *( 4char ) [ 2char [ "==" ] / 3char [ "=" ] ]      ; RFC 4648, section 4; the unused bits are zero
/// ```
enum Base64 {
  /// Decodes into `room`, which has at least as many bytes as `text`.
  /// - Returns: how many bytes were written; nil when the text is not base64.
  static func decode(_ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    var end = text.count
    if end > 0, end % 4 == 0, text[end - 1] == UInt8(ascii: "=") {
      end -= text[end - 2] == UInt8(ascii: "=") ? 2 : 1
    }
    guard end % 4 != 1, room.count >= text.count else { return nil }
    var written = 0
    var bits: UInt32 = 0
    var have = 0
    for index in 0..<end {
      guard let value = value(of: text[index]) else { return nil }
      bits = (bits << 6 | UInt32(value)) & 0xFFFF
      have += 6
      if have >= 8 {
        have -= 8
        room[written] = UInt8(truncatingIfNeeded: bits >> UInt32(have))
        written += 1
      }
    }
    return bits & ((1 << UInt32(have)) - 1) == 0 ? written : nil
  }

  /// Encodes with padding.
  static func encode(_ raw: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((raw.count + 2) / 3 * 4)
    var index = 0
    while index < raw.count {
      let rest = min(3, raw.count - index)
      var group = UInt32(raw[index]) << 16
      if rest > 1 { group |= UInt32(raw[index + 1]) << 8 }
      if rest > 2 { group |= UInt32(raw[index + 2]) }
      for place in 0..<4 {
        text.append(place <= rest ? letter(UInt8(group >> UInt32(18 - 6 * place) & 63)) : UInt8(ascii: "="))
      }
      index += 3
    }
    return text
  }

  @inline(__always)
  private static func value(of letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }

  private static func letter(_ value: UInt8) -> UInt8 {
    switch value {
    case 0..<26: UInt8(ascii: "A") + value
    case 26..<52: UInt8(ascii: "a") + value - 26
    case 52..<62: UInt8(ascii: "0") + value - 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}
