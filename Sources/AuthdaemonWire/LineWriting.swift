extension [UInt8] {
  /// Appends `number` in decimal.
  mutating func append(decimal number: UInt32) {
    if number >= 10 { append(decimal: number / 10) }
    append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// Appends what is ASCII, or UTF-8, already.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Whether a reply line cannot carry it: LF would begin a line of its own, NUL would end the client's text.
  var holdsLineBreakOrNUL: Bool {
    withUnsafeBytes { $0.holdsLineBreakOrNUL }
  }
}
