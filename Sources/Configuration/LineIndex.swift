/// Knows on which line of a TOML text each key and table header stands, because the parser tells that of syntax errors only.
///
/// Reads just enough of the grammar:
/// ```
/// text      = *( statement LF )
/// statement = "[" key "]" / "[[" key "]]" / key "=" value      ; a value ends with its line, unless inside [ ], { }, """ or '''
/// key       = part *( "." part )                               ; bare or in quotes
/// ```
/// Best effort by promise: on broken text it may name a neighbouring line, but it always comes to an end, and never traps.
struct LineIndex {
  /// A header or a `key = value`, with all the lines it spans.
  struct Statement {
    /// Whether it opens a table.
    let isHeader: Bool
    /// Counted from 1.
    let firstLine: Int
    /// The last line it touches.
    let lastLine: Int
    /// The place it sets, as `Label` spells it.
    let label: String
    /// The names on the way there, without array numbers, from the top level down.
    let path: [String]
    /// What the scanner saw of it.
    let scanned: StatementScanner.Scanned
  }

  /// Keys with more parts than this are refused (`TOMLDocument`): the parser frees nested tables recursively.
  static let deepestAllowed = 8

  /// In the order of the text.
  private(set) var statements: [Statement] = []
  /// The first line with a key of more parts than are allowed.
  private(set) var lineOfDeepKey: Int?
  private var lineOfLabel: [String: Int] = [:]

  init(_ text: String) {
    var scanner = StatementScanner(text)
    var arrays: [String: Int] = [:]
    var table: (label: String, path: [String]) = ("", [])
    while let scanned = scanner.next() {
      if scanned.key.count > LineIndex.deepestAllowed, lineOfDeepKey == nil { lineOfDeepKey = scanned.firstLine }
      let isHeader = scanned.kind != .pair
      var label = isHeader ? "" : table.label
      for (depth, part) in scanned.key.prefix(LineIndex.deepestAllowed).enumerated() {
        label = Label.child(label, part)
        if scanned.kind == .arrayHeader && depth == scanned.key.count - 1 {
          let count = (arrays[label] ?? 0) + 1
          arrays[label] = count
          note(label, scanned.firstLine)
          label = Label.element(label, count)
        } else if let count = arrays[label] {
          label = Label.element(label, count)
        }
        note(label, scanned.firstLine)
      }
      let path = isHeader ? scanned.key : table.path + scanned.key
      if isHeader { table = (label, path) }
      statements.append(
        Statement(
          isHeader: isHeader, firstLine: scanned.firstLine, lastLine: scanned.lastLine, label: label, path: path,
          scanned: scanned))
    }
  }

  private mutating func note(_ label: String, _ line: Int) {
    if lineOfLabel[label] == nil { lineOfLabel[label] = line }
  }

  /// The line of `label`, or of the nearest table around it.
  func line(of label: String) -> Int? {
    var label: String? = label
    while let place = label {
      if let line = lineOfLabel[place] { return line }
      label = Label.parent(of: place)
    }
    return nil
  }

  /// The statement that a syntax error on `line` comes from: the one that covers the line or stands before it; the one before
  /// that, if it was left open.
  func culprit(of line: Int) -> Statement? {
    guard let index = statements.lastIndex(where: { $0.firstLine <= line }) else { return nil }
    if index > 0, statements[index - 1].scanned.damage == .bracket { return statements[index - 1] }
    return statements[index]
  }

  /// The lines of the table which `header` opens: up to the next header.
  func section(of header: Statement) -> ClosedRange<Int> {
    let inside = statements.filter { $0.firstLine > header.firstLine }.prefix { !$0.isHeader }
    return header.firstLine...max(header.lastLine, inside.last?.lastLine ?? header.lastLine)
  }
}
