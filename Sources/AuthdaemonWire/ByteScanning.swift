internal import Glibc

/// The few questions that the parsers ask of contiguous memory. None of them allocates.
extension UnsafeRawBufferPointer {
  /// Where `byte` stands first, at or after `start`.
  func position(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start < count, let baseAddress, let found = memchr(baseAddress + start, Int32(byte), count - start) else {
      return nil
    }
    return UnsafeRawPointer(found) - baseAddress
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
    guard count == text.utf8CodeUnitCount, let baseAddress else { return false }
    return memcmp(baseAddress, text.utf8Start, count) == 0
  }

  /// Whether there is a byte below 0x20, or 0x7f.
  var holdsControlByte: Bool {
    holds(
      word: { Self.hasByte(below: 0x20, in: $0) | Self.hasByte(below: 1, in: $0 ^ Self.each(0x7f)) },
      byte: { $0 < 0x20 || $0 == 0x7f })
  }

  /// Whether a reply line cannot carry it: LF would begin a line of its own, NUL would end the client's text.
  var holdsLineBreakOrNUL: Bool {
    holds(
      word: { Self.hasByte(below: 1, in: $0) | Self.hasByte(below: 1, in: $0 ^ Self.each(UInt8(ascii: "\n"))) },
      byte: { $0 == 0 || $0 == UInt8(ascii: "\n") })
  }

  /// How many bytes a field of a list cannot carry: NUL and LF as above, TAB, which parts the fields, and `#`, at which clients cut a line.
  var listMarks: Int {
    // Eight bytes at once: a list of a million has a hundred million of them.
    var sum: UInt64 = 0
    var offset = 0
    while count - offset >= 8 {
      // So many words that no byte, nor the sum of all eight, can overflow.
      let end = Swift.min(count - 7, offset + 31 * 8)
      var marks: UInt64 = 0
      while offset < end {
        let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        marks &+=
          Self.ofZeros(word) | Self.ofZeros(word ^ Self.each(UInt8(ascii: "\t")))
          | Self.ofZeros(word ^ Self.each(UInt8(ascii: "\n"))) | Self.ofZeros(word ^ Self.each(UInt8(ascii: "#")))
        offset += 8
      }
      sum += (marks &* Self.each(1)) >> 56
    }
    for byte in self[offset...] {
      if byte == 0 || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "#") { sum += 1 }
    }
    return Int(sum)
  }

  /// 1 in each byte of `word` that is zero, 0 in the others.
  @inline(__always)
  private static func ofZeros(_ word: UInt64) -> UInt64 {
    let low = each(0x7f)
    return (~(((word & low) &+ low) | word | low)) >> 7
  }

  /// Asks eight bytes at once, and each of the last few. Both questions must be the same one.
  @inline(__always)
  private func holds(word: (UInt64) -> UInt64, byte: (UInt8) -> Bool) -> Bool {
    var index = 0
    while count - index >= 8 {
      if word(loadUnaligned(fromByteOffset: index, as: UInt64.self)) != 0 { return true }
      index += 8
    }
    while index < count {
      if byte(self[index]) { return true }
      index += 1
    }
    return false
  }

  /// Not zero if, and only if, one of the eight bytes is below `limit`, at most 128: subtracting borrows from the highest bit of such
  /// a byte, and the highest bit was not set.
  @inline(__always)
  private static func hasByte(below limit: UInt8, in word: UInt64) -> UInt64 {
    (word &- each(limit)) & ~word & each(0x80)
  }

  @inline(__always)
  private static func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 * UInt64(byte) }
}
