/// The few questions that the parsers ask of contiguous memory. None of them allocates.
extension UnsafeRawBufferPointer {
  /// Where `byte` stands first, at or after `start`.
  func position(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// Where `byte` stands last.
  func lastPosition(of byte: UInt8) -> Int? {
    var index = count
    while index > 0 {
      index -= 1
      if self[index] == byte { return index }
    }
    return nil
  }

  /// Those bytes, counted from zero.
  func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[range])
  }

  /// What stands from `start` on, counted from zero.
  func part(from start: Int) -> UnsafeRawBufferPointer {
    part(start..<count)
  }

  /// What is left when the spaces at the beginning are gone.
  var withoutLeadingSpaces: UnsafeRawBufferPointer {
    var start = 0
    while start < count, self[start] == UInt8(ascii: " ") { start += 1 }
    return part(from: start)
  }

  /// What is left when the spaces at the end are gone.
  var withoutTrailingSpaces: UnsafeRawBufferPointer {
    var end = count
    while end > 0, self[end - 1] == UInt8(ascii: " ") { end -= 1 }
    return part(0..<end)
  }

  /// Whether these are exactly the bytes of `text`.
  func spells(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { elementsEqual($0) }
  }

  /// Whether there is a byte below 0x20, or 0x7f.
  var holdsControlByte: Bool {
    var found = false
    for byte in self { found = found || byte < 0x20 || byte == 0x7f }
    return found
  }
}
