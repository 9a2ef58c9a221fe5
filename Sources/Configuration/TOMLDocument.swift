internal import TOMLKit

/// Parses TOML and goes on after a syntax error, so that a file with five of them names five.
///
/// The parser stops at the first one. So the statement at fault gets a marker for its value, is left out if that does not help,
/// and the text is parsed again: everything that can be read is read, and what cannot is `Node.unreadable`.
struct TOMLDocument {
  /// Syntax errors after which nobody wants more of them.
  static let mostSyntaxErrors = 50

  /// The top level; nil when the text could not be mended.
  private(set) var root: [Node.Entry]?
  /// Whether whole tables had to be left out: a missing one means nothing then.
  private(set) var lostTables = false
  /// The text's lines, as far as they were parsed.
  private(set) var lines: LineIndex
  /// The syntax errors.
  private(set) var mistakes: [Mistake] = []

  /// - Parameter expectation: what a value at these keys should look like, for the advice that comes with a syntax error.
  init(_ text: String, expectation: ([String]) -> String?) {
    lines = LineIndex(text)
    if let line = Self.lineOfNUL(text) {
      // The parser is handed a C string: it would take the text up to here for the whole.
      mistakes.append(Mistake(line: line, key: "", text: "a NUL character; remove it"))
      return
    }
    var rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var blamed: Set<Int> = []
    while true {
      if let line = lines.lineOfDeepKey {
        mistakes.append(
          Mistake(line: line, key: "", text: "a key of more than \(LineIndex.deepestAllowed) parts; no key here has so many"))
        return
      }
      let error: TOMLParseError
      do {
        let table = try TOMLTable(string: rows.joined(separator: "\n"))
        root = Self.entries(of: table)
        // The wrapper has no deinit: what it holds, a password perhaps, is freed here.
        table.clear()
        return
      } catch let caught as TOMLParseError {
        error = caught
      } catch {
        mistakes.append(Mistake(line: nil, key: "", text: "the TOML parser failed"))
        return
      }
      let line = error.source.begin.line
      guard let culprit = lines.culprit(of: line) else {
        mistakes.append(Self.mistake(error, in: nil, expectation))
        return
      }
      let isNew = blamed.insert(culprit.firstLine).inserted
      if isNew { mistakes.append(Self.mistake(error, in: culprit, expectation)) }
      if mistakes.count >= Self.mostSyntaxErrors { return }
      let range = isNew || !culprit.isHeader ? culprit.firstLine...culprit.lastLine : lines.section(of: culprit)
      guard rows[(range.lowerBound - 1)..<min(range.upperBound, rows.count)].contains(where: { !$0.isEmpty }) else { return }
      for row in range where row <= rows.count { rows[row - 1] = "" }
      if isNew {
        rows[culprit.firstLine - 1] = Self.mended(culprit.scanned)
      } else if culprit.isHeader {
        lostTables = true
      }
      lines = LineIndex(rows.joined(separator: "\n"))
    }
  }

  /// The statement with what is wrong about it cut away, as far as that can be guessed.
  private static func mended(_ scanned: StatementScanner.Scanned) -> String {
    switch scanned.kind {
    case .header: "[\(scanned.keyText)]"
    case .arrayHeader: "[[\(scanned.keyText)]]"
    case .pair: "\(scanned.keyText) = '\(marker)'"
    }
  }

  /// Stands for a value that could not be read.
  private static let marker = "~ unreadable, see the syntax error ~"

  private static func mistake(
    _ error: TOMLParseError, in statement: LineIndex.Statement?, _ expectation: ([String]) -> String?
  ) -> Mistake {
    let begin = error.source.begin
    guard let statement else {
      return Mistake(
        line: begin.line, key: "", text: "syntax error at column \(begin.column): \(SyntaxErrorText.safe(error.description))")
    }
    var text =
      switch statement.scanned.open {
      case .bracket: "syntax error: what begins here with a bracket has no end"
      case .blockString: "syntax error: the string that begins here has no end"
      case nil: "syntax error at column \(begin.column): \(SyntaxErrorText.safe(error.description))"
      }
    if begin.line != statement.firstLine, statement.scanned.open == nil { text += " (on line \(begin.line))" }
    let quotes: [UInt8?] = [UInt8(ascii: "\""), UInt8(ascii: "'")]
    if !statement.isHeader, !quotes.contains(statement.scanned.valueStart), let expected = expectation(statement.path) {
      text += "; expected \(expected)"
    }
    return Mistake(line: statement.firstLine, key: statement.label, text: text)
  }

  private static func lineOfNUL(_ text: String) -> Int? {
    for (index, row) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let comment = row.first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } == UInt8(ascii: "#")
      if row.contains(0) || (!comment && escapesNUL(row)) { return index + 1 }
    }
    return nil
  }

  /// Whether `\u0000` or `\U00000000` stands in the row: the value would reach us cut off.
  private static func escapesNUL(_ row: Substring.UTF8View) -> Bool {
    guard row.contains(UInt8(ascii: "\\")) else { return false }
    let text = Substring(row)
    return text.contains("\\u0000") || text.contains("\\U00000000")
  }

  private static func entries(of table: TOMLTable) -> [Node.Entry] {
    table.keys.compactMap { key in
      table[key].map { Node.Entry(key: key, value: node($0.tomlValue)) }
    }
  }

  private static func node(_ value: TOMLValue) -> Node {
    switch value.type {
    case .string: value.string.map { $0 == marker ? .unreadable : .text($0) } ?? .unreadable
    case .int: value.int.map { .integer(Int64($0)) } ?? .unreadable
    case .bool: value.bool.map { .boolean($0) } ?? .unreadable
    case .table: value.table.map { .table(entries(of: $0)) } ?? .unreadable
    case .array: value.array.map { array in .list((0..<array.count).map { node(array[$0].tomlValue) }) } ?? .unreadable
    case .double: .other("a floating-point number")
    case .date: .other("a date")
    case .time: .other("a time")
    case .dateTime: .other("a date and time")
    }
  }
}
