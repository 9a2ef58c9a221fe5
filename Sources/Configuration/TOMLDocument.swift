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
  /// The text as it is handed to the parser.
  private var rows: [String] = []
  /// The first lines of the statements that have been named.
  private var blamed: Set<Int> = []

  /// - Parameter expectation: what a value at these keys should look like, for the advice that comes with a syntax error.
  init(_ text: String, expectation: ([String]) -> String?) {
    lines = LineIndex(text)
    if let line = Self.lineOfNUL(text) {
      // The parser is handed a C string: it would take the text up to here for the whole.
      mistakes.append(Mistake(line: line, key: "", text: "a NUL character; remove it"))
      return
    }
    rows = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while root == nil, mistakes.count < Self.mostSyntaxErrors {
      if let line = lines.lineOfDeepKey {
        let text = "a key of more than \(LineIndex.deepestAllowed) parts; no key here has so many"
        mistakes.append(Mistake(line: line, key: "", text: text))
        return
      }
      if let statement = lines.statements.first(where: { Self.mayCrashTheParser($0) }) {
        guard repair(statement, Self.mistake(in: statement)) else { return }
        continue
      }
      do {
        let table = try TOMLTable(string: rows.joined(separator: "\n"))
        root = Self.entries(of: table)
        // The wrapper has no deinit: what it holds, a password perhaps, is freed here.
        table.clear()
      } catch let error as TOMLParseError {
        guard let culprit = lines.culprit(of: error.source.begin.line) else {
          mistakes.append(Self.mistake(error))
          return
        }
        guard repair(culprit, Self.mistake(error, in: culprit, expectation)) else { return }
      } catch {
        mistakes.append(Mistake(line: nil, key: "", text: "the TOML parser failed"))
        return
      }
    }
  }

  /// Takes what is wrong with `statement` out of the text: first its value, and if it is still to blame after that, all of it.
  /// - Returns: false when there is nothing left to take out.
  private mutating func repair(_ statement: LineIndex.Statement, _ mistake: Mistake) -> Bool {
    let isNew = blamed.insert(statement.firstLine).inserted
    if isNew { mistakes.append(mistake) }
    let mended = isNew ? Self.mended(statement.scanned) : nil
    let isLost = mended == nil && statement.isHeader
    let range = isLost ? lines.section(of: statement) : statement.firstLine...statement.lastLine
    guard range.lowerBound <= rows.count else { return false }
    let indices = (range.lowerBound - 1)..<min(range.upperBound, rows.count)
    guard rows[indices].contains(where: { !$0.isEmpty }) else { return false }
    for index in indices { rows[index] = "" }
    if let mended { rows[statement.firstLine - 1] = mended }
    if isLost { lostTables = true }
    lines = LineIndex(rows.joined(separator: "\n"))
    return true
  }

  /// The statement with what is wrong about it cut away, as far as that can be guessed.
  private static func mended(_ scanned: StatementScanner.Scanned) -> String? {
    guard scanned.hasKey else { return nil }
    return switch scanned.kind {
    case .header: "[\(scanned.keyText)]"
    case .arrayHeader: "[[\(scanned.keyText)]]"
    case .pair: scanned.hasEquals ? "\(scanned.keyText) = '\(marker)'" : nil
    }
  }

  /// Stands for a value that could not be read.
  private static let marker = "~ unreadable, see the syntax error ~"

  private static func mayCrashTheParser(_ statement: LineIndex.Statement) -> Bool {
    statement.isHeader
      ? !statement.scanned.isHeader : [.mismatch, .strayCharacter].contains(statement.scanned.damage)
  }

  /// For a statement that the parser does not get to see.
  private static func mistake(in statement: LineIndex.Statement) -> Mistake {
    let text =
      switch statement.scanned.damage {
      case .mismatch: "the brackets of this value do not match"
      case .strayCharacter: "a character outside of quotes that no value has"
      default: "the header of a table is [name] or [[name]], and nothing else on its line"
      }
    return Mistake(line: statement.firstLine, key: statement.label, text: "syntax error: \(text)")
  }

  private static func mistake(_ error: TOMLParseError) -> Mistake {
    let begin = error.source.begin
    return Mistake(line: begin.line, key: "", text: SyntaxErrorText.safe(error.description, column: begin.column))
  }

  private static func mistake(
    _ error: TOMLParseError, in statement: LineIndex.Statement, _ expectation: ([String]) -> String?
  ) -> Mistake {
    var text: String
    switch statement.scanned.damage {
    case .bracket: text = "syntax error: what begins here with a bracket has no end"
    case .blockString: text = "syntax error: the string that begins here has no end"
    case .mismatch, .strayCharacter, nil:
      text = mistake(error).text
      if error.source.begin.line != statement.firstLine { text += " (on line \(error.source.begin.line))" }
    }
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
