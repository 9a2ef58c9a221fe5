/// Cuts a TOML text into its statements, for `LineIndex`.
struct StatementScanner {
  enum Kind { case header, arrayHeader, pair }

  /// What is wrong with a value.
  enum Damage {
    /// Opened and not closed.
    case bracket, blockString
    /// A bracket closed by another one; a character outside of quotes that no value has. The parser must not see these: toml++ 3.4
    /// aborts on `[}` and on `[` with a Unicode line separator.
    case mismatch, strayCharacter
  }

  /// One statement.
  struct Scanned {
    let kind: Kind
    /// The parts of its key, without quotes.
    let key: [String]
    /// The key as it is written.
    let keyText: String
    let firstLine: Int
    var lastLine: Int
    /// Whether the key is one: every part there, every quote closed.
    let hasKey: Bool
    /// Whether a header is one, brackets and all. The parser must not see one that is not: toml++ 3.4 aborts on `[=` and
    /// reads behind the end of `[[a]`.
    var isHeader = false
    /// Whether a `=` follows the key.
    var hasEquals = false
    /// The first byte of the value; nil when there is none.
    var valueStart: UInt8?
    /// What is wrong with the value, as far as brackets and quotes go.
    var damage: Damage?
  }

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(_ text: String) {
    var bytes = Array(text.utf8)
    if bytes.contains(carriageReturn) {
      // Windows' line ends; a carriage return elsewhere is no blank.
      let ends = bytes.indices.filter {
        bytes[$0] == carriageReturn && $0 + 1 < bytes.count && bytes[$0 + 1] == lineFeed
      }
      for index in ends { bytes[index] = UInt8(ascii: " ") }
    }
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next statement; nil at the end of the text.
  mutating func next() -> Scanned? {
    while let byte = peek() {
      if isBlank(byte) || byte == lineFeed {
        advance()
      } else if byte == hash {
        skipToLineEnd()
      } else {
        return byte == openBracket ? header() : pair()
      }
    }
    return nil
  }

  private mutating func header() -> Scanned {
    let first = line
    advance()
    let isArray = peek() == openBracket
    if isArray { advance() }
    skipBlanks()
    let start = position
    let key = key()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    var scanned = Scanned(
      kind: isArray ? .arrayHeader : .header, key: key.parts, keyText: text, firstLine: first, lastLine: first,
      hasKey: key.isComplete)
    scanned.isHeader = key.isComplete && skip(closeBracket) && (!isArray || skip(closeBracket)) && isRestEmpty()
    skipToLineEnd()
    return scanned
  }

  private mutating func pair() -> Scanned {
    let first = line
    let start = position
    let key = key()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    var scanned = Scanned(
      kind: .pair, key: key.parts, keyText: text, firstLine: first, lastLine: first, hasKey: key.isComplete)
    guard skip(UInt8(ascii: "=")) else {
      skipToLineEnd()
      return scanned
    }
    scanned.hasEquals = true
    skipBlanks()
    scanned.valueStart = peek().flatMap { $0 == lineFeed || $0 == hash ? nil : $0 }
    scanned.damage = skipValue()
    scanned.lastLine = line
    return scanned
  }

  /// A dotted key; what cannot belong to one ends it.
  private mutating func key() -> (parts: [String], isComplete: Bool) {
    var parts: [String] = []
    while true {
      let start = position
      guard let byte = peek() else { return (parts, false) }
      if byte == quote || byte == apostrophe {
        let isClosed = !isTripled(byte) && skipLineString(byte)
        parts.append(unquoted(start..<position, by: byte))
        if !isClosed { return (parts, false) }
      } else {
        while let byte = peek(), Label.isBareKeyByte(byte) { advance() }
        if position == start { return (parts, false) }
        parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
      }
      skipBlanks()
      if !skip(UInt8(ascii: ".")) { return (parts, true) }
      skipBlanks()
    }
  }

  /// The text between the quotes; escapes stay as they are, which is good enough for a name in a message.
  private func unquoted(_ range: Range<Int>, by delimiter: UInt8) -> String {
    var inner = bytes[range].dropFirst()
    if inner.last == delimiter { inner = inner.dropLast() }
    return String(decoding: inner, as: UTF8.self)
  }

  /// Up to the line feed that ends the value.
  /// - Returns: what is wrong with it.
  private mutating func skipValue() -> Damage? {
    var closers: [UInt8] = []
    var damage: Damage?
    while let byte = peek() {
      switch byte {
      case hash: skipToLineEnd()
      case quote, apostrophe:
        if isTripled(byte) {
          if !skipBlockString(byte) { return .blockString }
        } else {
          skipLineString(byte)
        }
      case openBracket, openBrace:
        closers.append(byte == openBracket ? closeBracket : closeBrace)
        advance()
      case closeBracket, closeBrace:
        if closers.popLast() != byte { damage = .mismatch }
        advance()
      case lineFeed:
        if damage != nil || closers.isEmpty { return damage }
        if nextLineBeginsStatement() { return .bracket }
        advance()
      default:
        if !(0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\t") { damage = .strayCharacter }
        advance()
      }
    }
    return damage ?? (closers.isEmpty ? nil : .bracket)
  }

  /// Whether the line after the line feed at `position` can be no part of an array: somebody forgot the closing bracket.
  private func nextLineBeginsStatement() -> Bool {
    var ahead = self
    ahead.advance()
    ahead.skipBlanks()
    guard let byte = ahead.peek() else { return true }
    if byte == openBracket {
      let header = ahead.header()
      guard header.isHeader, let first = header.key.first, let letter = first.utf8.first else { return false }
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter | 0x20)
      return isLetter && !["true", "false", "inf", "nan"].contains(first)
    }
    guard Label.isBareKeyByte(byte) else { return false }
    _ = ahead.key()
    return ahead.peek() == UInt8(ascii: "=")
  }

  /// A string in single or double quotes: ends with its quote, or with the line.
  /// - Returns: whether it was the quote.
  @discardableResult
  private mutating func skipLineString(_ delimiter: UInt8) -> Bool {
    advance()
    while let byte = peek(), byte != lineFeed {
      advance()
      if byte == delimiter { return true }
      if byte == backslash, delimiter == quote, peek() != lineFeed { advance() }
    }
    return false
  }

  /// A string in three quotes: over as many lines as it takes.
  /// - Returns: false when it has no end.
  private mutating func skipBlockString(_ delimiter: UInt8) -> Bool {
    for _ in 0..<3 { advance() }
    while let byte = peek() {
      if byte == delimiter, isTripled(delimiter) {
        for _ in 0..<3 { advance() }
        while peek() == delimiter { advance() }
        return true
      }
      advance()
      if byte == backslash, delimiter == quote { advance() }
    }
    return false
  }

  private func isTripled(_ delimiter: UInt8) -> Bool {
    position + 2 < bytes.count && bytes[position..<position + 3].allSatisfy { $0 == delimiter }
  }

  /// Takes `byte` if it comes next.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    advance()
    return true
  }

  /// Whether nothing but blanks and a comment follows on the line.
  private mutating func isRestEmpty() -> Bool {
    skipBlanks()
    return peek() == nil || peek() == lineFeed || peek() == hash
  }

  private func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  /// One byte on; counts the lines. Stands still at the end.
  private mutating func advance() {
    guard position < bytes.count else { return }
    if bytes[position] == lineFeed { line += 1 }
    position += 1
  }

  private mutating func skipBlanks() {
    while let byte = peek(), isBlank(byte) { advance() }
  }

  private mutating func skipToLineEnd() {
    while let byte = peek(), byte != lineFeed { advance() }
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let hash = UInt8(ascii: "#")
private let quote = UInt8(ascii: "\"")
private let apostrophe = UInt8(ascii: "'")
private let openBracket = UInt8(ascii: "[")
private let closeBracket = UInt8(ascii: "]")
private let openBrace = UInt8(ascii: "{")
private let closeBrace = UInt8(ascii: "}")
private let backslash = UInt8(ascii: "\\")
