/// A place in a text that only moves forward, over what it was asked to take.
struct Cursor {
  let text: UnsafeRawBufferPointer
  private(set) var at: Int

  /// A number of more digits than this is out of every range.
  static let maximumDigits = 10

  /// Begins at `at`, at most the text's end.
  init(text: UnsafeRawBufferPointer, at: Int) {
    self.text = text
    self.at = min(at, text.count)
  }

  private var rest: Int { text.count - at }

  /// Takes exactly this.
  mutating func take(_ literal: StaticString) -> Bool {
    let literal = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    guard rest >= literal.count else { return false }
    for index in 0..<literal.count where text[at + index] != literal[index] { return false }
    at += literal.count
    return true
  }

  /// Takes exactly `count` bytes that `belongs` accepts.
  mutating func take(_ count: Int, where belongs: (UInt8) -> Bool) -> Bool {
    guard rest >= count else { return false }
    for index in at..<(at + count) where !belongs(text[index]) { return false }
    at += count
    return true
  }

  /// Takes exactly `count` characters of crypt's alphabet.
  mutating func takeBase64(_ count: Int) -> Bool { take(count, where: { Self.cryptValue(of: $0) != nil }) }

  /// Takes all characters of crypt's alphabet that come next.
  /// - Returns: how many; nil when they are more than `most`.
  mutating func takeBase64(upTo most: Int) -> Int? {
    let start = at
    while at < text.count, Self.cryptValue(of: text[at]) != nil { at += 1 }
    return at - start <= most ? at - start : nil
  }

  /// Takes what may stand in a salt.
  /// - Returns: whether it is at most `most` bytes.
  mutating func takeSalt(upTo most: Int) -> Bool {
    let start = at
    while at < text.count, text[at] != UInt8(ascii: "$"), text[at] != UInt8(ascii: ":"), text[at] != 10 { at += 1 }
    return at - start <= most
  }

  /// Takes everything up to `end`, and `end` too.
  /// - Returns: what stands before it; nil when there is no `end`.
  mutating func takeField(endedBy end: UInt8) -> UnsafeRawBufferPointer? {
    var stop = at
    while stop < text.count, text[stop] != end { stop += 1 }
    guard stop < text.count else { return nil }
    defer { at = stop + 1 }
    return UnsafeRawBufferPointer(rebasing: text[at..<stop])
  }

  /// Takes all that is left.
  mutating func takeRest() -> UnsafeRawBufferPointer {
    defer { at = text.count }
    return UnsafeRawBufferPointer(rebasing: text[at...])
  }

  /// Takes one decimal digit.
  mutating func takeDigit() -> Int? {
    guard rest > 0, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[at]) else { return nil }
    at += 1
    return Int(text[at - 1] - UInt8(ascii: "0"))
  }

  /// Takes a number without leading zeros.
  mutating func takeNumber() -> Int? {
    guard var number = takeDigit(), number > 0 else { return nil }
    var digits = 1
    while let digit = takeDigit() {
      digits += 1
      guard digits <= Self.maximumDigits else { return nil }
      number = 10 * number + digit
    }
    return number
  }

  /// Takes one character of crypt's alphabet.
  mutating func takeValue() -> Int? {
    guard rest > 0, let value = Self.cryptValue(of: text[at]) else { return nil }
    at += 1
    return value
  }

  /// Takes `count` characters of crypt's alphabet (at most 5) as a number, the least significant first.
  mutating func takeLittleEndian(_ count: Int) -> Int? {
    var number = 0
    for place in 0..<count {
      guard let value = takeValue() else { return nil }
      number |= value << (6 * place)
    }
    return number
  }

  /// `./0-9A-Za-z` as 0 to 63.
  @inline(__always)
  static func cryptValue(of letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: ".")...UInt8(ascii: "9"): Int(letter - UInt8(ascii: "."))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(letter - UInt8(ascii: "A")) + 12
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(letter - UInt8(ascii: "a")) + 38
    default: nil
    }
  }

  /// Of six bits the letter of `./0-9A-Za-z`; higher bits do not count.
  static func cryptLetter(_ value: UInt8) -> UInt8 {
    switch value & 63 {
    case let low where low < 12: UInt8(ascii: ".") + low
    case let middle where middle < 38: UInt8(ascii: "A") + middle - 12
    case let high: UInt8(ascii: "a") + high - 38
    }
  }

  static func isLowerHexadecimal(_ digit: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit)
  }
}
