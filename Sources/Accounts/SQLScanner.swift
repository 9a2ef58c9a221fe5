// What the scanner takes for SQL; bytes from 0x80 count as letters. It decides only what is text and what is a placeholder,
// and leaves every other question to the database.
//
//   query       = *( space / comment / string / name / word / placeholder / cast / other ) [ ";" *( space / comment ) ]
//   comment     = "--" *not-LF / "/*" … "*/"                      ; nested in PostgreSQL
//               / "#" *not-LF                                     ; MariaDB, where a space must follow "--"
//   string      = "'" *( not-quote / "''" ) "'"
//               / ( "E" / "e" ) "'" *( not-quote / "''" / "\" any ) "'"      ; PostgreSQL, goes on in the next line
//               / "$" [ tag ] "$" … "$" [ tag ] "$"               ; PostgreSQL
//               / "'" *( not-quote / "''" / "\" any ) "'"         ; MariaDB, and the same with DQUOTE
//   name        = DQUOTE *( not-quote / 2DQUOTE ) DQUOTE
//               / "`" … "`" / "[" … "]"                           ; SQLite
//   word        = ( letter / "_" ) *( letter / digit / "_" / "$" ) / digit *( letter / digit / "_" )
//   placeholder = ":" ( letter / "_" ) *( letter / digit / "_" / "$" )   ; in SQLite a digit or "$" may come first
//   foreign     = "?" *digit / "$" 1*digit                    ; the database's own parameters, which are mistakes here
//               / ( "$" / "@" / "#" ) *"::" 1*( letter / digit / "_" / "$" )      ; SQLite
//   cast        = "::" / ":="
//   other       = a byte that is none of these; ":" too, when no name follows, and in PostgreSQL's slices, `a[1:n]`,
//                 where it stands inside brackets right behind an operand

/// Finds the placeholders of a query, and what is wrong with it. Total: any bytes at all give an answer.
struct SQLScanner {
  /// A placeholder as it stands in the text.
  struct Occurrence: Equatable {
    /// Where its colon is.
    let range: Range<Int>
    /// Without the colon.
    let name: [UInt8]
  }

  /// Something that cannot stand in a query.
  enum Trouble: Equatable {
    case unterminatedString(Character)
    case unterminatedName, unterminatedComment, unterminatedDollarQuote
    /// The database's own parameter sign, or what courier writes.
    case foreignParameter(String)
    case severalStatements
    case empty
    case nul
  }

  private(set) var placeholders: [Occurrence] = []
  private(set) var troubles: [(offset: Int, trouble: Trouble)] = []
  /// Where the `;` is that ends the statement.
  private(set) var end: Int?

  private let bytes: [UInt8]
  private let lexis: SQLLexis
  private var at = 0
  /// How many PostgreSQL brackets are open.
  private var depth = 0
  /// Whether what stands before is a value, so that an operator may follow.
  private var behindOperand = false
  private var sawAnything = false
  private var complainedOfSecond = false

  /// Scans all of `bytes`.
  init(_ bytes: [UInt8], lexis: SQLLexis) {
    self.bytes = bytes
    self.lexis = lexis
    if let nul = bytes.firstIndex(of: 0) { troubles.append((nul, .nul)) }
    while at < bytes.count { step() }
    if !sawAnything { troubles.append((0, .empty)) }
    troubles.sort { $0.offset < $1.offset }
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    let index = at + distance
    return index < bytes.count ? bytes[index] : nil
  }

  private mutating func step() {
    guard let byte = peek() else { return }
    switch byte {
    case 0x20, 0x09...0x0D: at += 1
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-") && isCommentAfterDashes: skipLine()
    case UInt8(ascii: "#") where lexis.hasHashComments: skipLine()
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): skipComment()
    case UInt8(ascii: ";"):
      if sawAnything, end == nil { end = at }
      behindOperand = false
      at += 1
    default:
      if end != nil && !complainedOfSecond {
        troubles.append((at, .severalStatements))
        complainedOfSecond = true
      }
      sawAnything = true
      token(byte)
    }
  }

  private mutating func token(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "'"): string(escapes: lexis.hasBackslashes)
    case UInt8(ascii: "\"") where lexis.hasDoubleQuotedStrings: string(quote: byte, escapes: lexis.hasBackslashes)
    case _ where lexis.quotes.contains(byte): quotedName(closing: byte, doubles: true)
    case UInt8(ascii: "[") where lexis.brackets == .name: quotedName(closing: UInt8(ascii: "]"), doubles: false)
    case UInt8(ascii: "["), UInt8(ascii: "]"): bracket(byte)
    case UInt8(ascii: ":"): colon()
    case UInt8(ascii: "$") where dollar(): break
    case UInt8(ascii: "?"): questionMark()
    case UInt8(ascii: "@") where foreignName(), UInt8(ascii: "#") where foreignName(): break
    case _ where isWordStart(byte) || isDigit(byte): word(byte)
    default:
      behindOperand = byte == UInt8(ascii: ")")
      at += 1
    }
  }

  // MARK: Text that holds no placeholder

  private mutating func skipLine() {
    while let byte = peek(), byte != 0x0A { at += 1 }
  }

  private mutating func skipComment() {
    let start = at
    var level = 0
    repeat {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*"), level == 0 || lexis.nestsComments {
        level += 1
        at += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        level -= 1
        at += 2
      } else if at < bytes.count {
        at += 1
      } else {
        troubles.append((start, .unterminatedComment))
        return
      }
    } while level > 0
  }

  /// Whether the two dashes here begin a comment.
  private var isCommentAfterDashes: Bool { !lexis.dashesNeedSpace || peek(2).map { $0 <= 0x20 || $0 == 0x7F } ?? true }

  private mutating func string(quote: UInt8 = UInt8(ascii: "'"), escapes: Bool) {
    let start = at
    at += 1
    while let byte = peek() {
      if byte == UInt8(ascii: "\\"), escapes {
        at += peek(1) == nil ? 1 : 2
      } else if byte != quote {
        at += 1
      } else if peek(1) == quote {
        at += 2
      } else {
        at += 1
        // PostgreSQL: a string goes on behind a line feed, and keeps its kind.
        guard lexis.hasEscapeStrings, escapes, let next = continuation() else {
          behindOperand = true
          return
        }
        at = next + 1
      }
    }
    troubles.append((start, .unterminatedString(Character(Unicode.Scalar(quote)))))
  }

  /// Where the quote of a continued string is.
  private func continuation() -> Int? {
    var index = at
    var sawLineFeed = false
    while index < bytes.count {
      switch bytes[index] {
      case 0x0A, 0x0D:
        sawLineFeed = true
        index += 1
      case 0x20, 0x09, 0x0B, 0x0C: index += 1
      case UInt8(ascii: "-") where index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "-"):
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      case UInt8(ascii: "'"): return sawLineFeed ? index : nil
      default: return nil
      }
    }
    return nil
  }

  private mutating func quotedName(closing: UInt8, doubles: Bool) {
    let start = at
    at += 1
    while let byte = peek() {
      at += 1
      guard byte == closing else { continue }
      if doubles, peek() == closing {
        at += 1
      } else {
        behindOperand = true
        return
      }
    }
    troubles.append((start, .unterminatedName))
  }

  private mutating func word(_ first: UInt8) {
    if lexis.hasEscapeStrings, first | 0x20 == UInt8(ascii: "e"), peek(1) == UInt8(ascii: "'") {
      at += 1
      return string(escapes: true)
    }
    if isDigit(first) {
      while let byte = peek(), isWordPart(byte), byte != UInt8(ascii: "$") { at += 1 }
    } else {
      at += wordLength(from: at)
    }
    behindOperand = true
  }

  private mutating func bracket(_ byte: UInt8) {
    let opens = byte == UInt8(ascii: "[")
    depth = opens ? depth + 1 : max(0, depth - 1)
    behindOperand = !opens
    at += 1
  }

  // MARK: Placeholders, and what somebody takes for one

  private mutating func colon() {
    let next = peek(1)
    if next == UInt8(ascii: ":") || next == UInt8(ascii: "=") {
      behindOperand = false
      at += 2
    } else if let next, isWordStart(next) || (lexis.namesParametersFreely && isWordPart(next)), !isSliceColon {
      let end = at + 1 + wordLength(from: at + 1)
      placeholders.append(Occurrence(range: at..<end, name: Array(bytes[(at + 1)..<end])))
      behindOperand = true
      at = end
    } else {
      behindOperand = false
      at += 1
    }
  }

  /// Whether the colon here parts the bounds of `a[1:n]`. In `[CASE WHEN b THEN :username …` a space stands before it.
  private var isSliceColon: Bool {
    guard depth > 0, behindOperand, at > 0 else { return false }
    switch bytes[at - 1] {
    case 0x20, 0x09...0x0D: return false
    default: return true
    }
  }

  /// - Returns: false when this `$` means nothing.
  private mutating func dollar() -> Bool {
    if peek(1) == UInt8(ascii: "("), let close = courierName() {
      foreign(length: close - at)
      return true
    }
    if lexis.hasDollarQuotes, let tag = dollarTag() {
      let start = at
      at += tag.count
      while at + tag.count <= bytes.count {
        if bytes[at] == UInt8(ascii: "$"), bytes[at..<(at + tag.count)] == tag {
          at += tag.count
          behindOperand = true
          return true
        }
        at += 1
      }
      at = bytes.count
      troubles.append((start, .unterminatedDollarQuote))
      return true
    }
    if foreignName() { return true }
    guard lexis.foreignMarkers.contains(UInt8(ascii: "$")), let next = peek(1), isDigit(next) else { return false }
    foreign(length: 1 + wordLength(from: at + 1))
    return true
  }

  /// Takes a parameter of the database's own, by a sign and a name, if one stands here.
  private mutating func foreignName() -> Bool {
    guard lexis.namesParametersFreely, lexis.foreignMarkers.contains(bytes[at]) else { return false }
    let colon = UInt8(ascii: ":")
    var name = 1
    while peek(name) == colon && peek(name + 1) == colon { name += 2 }
    guard peek(name).map(isWordPart) == true else { return false }
    foreign(length: name + wordLength(from: at + name))
    return true
  }

  private func dollarTag() -> ArraySlice<UInt8>? {
    var index = at + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "$") {
      guard isWordPart(bytes[index]), index > at + 1 || isWordStart(bytes[index]) else { return nil }
      index += 1
    }
    return index < bytes.count ? bytes[at...index] : nil
  }

  /// Where `$(name)` ends.
  private func courierName() -> Int? {
    var index = at + 2
    while index < bytes.count, isWordPart(bytes[index]) { index += 1 }
    return index > at + 2 && index < bytes.count && bytes[index] == UInt8(ascii: ")") ? index + 1 : nil
  }

  private mutating func questionMark() {
    if lexis.hasOperatorQuestionMark {
      let previous = at > 0 ? bytes[at - 1] : 0
      if behindOperand || previous == UInt8(ascii: "@") || previous == UInt8(ascii: "?") {
        behindOperand = false
        at += 1
        return
      }
    }
    var length = 1
    while let byte = peek(length), isDigit(byte) { length += 1 }
    foreign(length: length)
  }

  private mutating func foreign(length: Int) {
    let end = min(bytes.count, at + length)
    troubles.append((at, .foreignParameter(String(decoding: bytes[at..<end], as: UTF8.self))))
    behindOperand = true
    at = max(end, at + 1)
  }

  // MARK: Bytes

  private func wordLength(from start: Int) -> Int {
    var index = start
    while index < bytes.count, isWordPart(bytes[index]) { index += 1 }
    return index - start
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  private func isWordStart(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") && byte < 0x80) || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }

  private func isWordPart(_ byte: UInt8) -> Bool { isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }
}
