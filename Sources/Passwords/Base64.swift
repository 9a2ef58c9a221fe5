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
    return values.withUnsafeBufferPointer { values in
      var written = 0
      var index = 0
      while end - index >= 4 {
        let first = values[Int(text[index])]
        let second = values[Int(text[index + 1])]
        let third = values[Int(text[index + 2])]
        let fourth = values[Int(text[index + 3])]
        guard first | second | third | fourth < 64 else { return nil }
        room[written] = first << 2 | second >> 4
        room[written + 1] = second << 4 | third >> 2
        room[written + 2] = third << 6 | fourth
        written += 3
        index += 4
      }
      guard index < end else { return written }
      // Two or three are left.
      let first = values[Int(text[index])]
      let second = values[Int(text[index + 1])]
      let third = end - index == 3 ? values[Int(text[index + 2])] : 0
      guard first | second | third < 64 else { return nil }
      room[written] = first << 2 | second >> 4
      guard end - index == 3 else { return second & 15 == 0 ? written + 1 : nil }
      room[written + 1] = second << 4 | third >> 2
      return third & 3 == 0 ? written + 2 : nil
    }
  }

  /// Decodes base64 in which "." may stand for "+".
  static func decodeAdapted(_ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
    withUnsafeTemporaryAllocation(byteCount: max(1, text.count), alignment: 1) { usual in
      defer { wipe(usual) }
      usual.copyMemory(from: text)
      for index in 0..<text.count where usual[index] == UInt8(ascii: ".") { usual[index] = UInt8(ascii: "+") }
      return decode(UnsafeRawBufferPointer(rebasing: usual[..<text.count]), into: room)
    }
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

  /// Of each byte, what it means; 255 for what is no letter of the alphabet.
  private static let values: [UInt8] = (UInt8.min...UInt8.max).map { value(of: $0) ?? 255 }

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
