/// One SQL statement with placeholders, read and checked. A placeholder is bound as a parameter; its value never becomes part
/// of the text, but for a preset's constants in a command that takes no parameters: see `embedded`.
public struct QueryTemplate: Sendable, Equatable {
  /// The longest query taken, in bytes; databases take more, people do not write it.
  public static let maximumLength = 65_536

  /// As it was written.
  public let source: String
  /// Whose SQL it is.
  public let dialect: SQLDialect
  private let text: String
  private let parameters: [Placeholder]
  /// Each placeholder, and what stands before it.
  private let pieces: [Piece]
  /// What stands behind the last one, up to the `;` that ends the statement.
  private let rest: String

  private struct Piece: Sendable, Equatable {
    let sql: String
    let placeholder: Placeholder
  }

  /// Reads `sql`.
  /// - Parameter allowing: the placeholders that may stand in it, such as `Placeholder.lookUp`.
  /// - Throws: all mistakes at once.
  public init(
    _ sql: String, dialect: SQLDialect, allowing: Set<Placeholder>
  ) throws(QueryTemplateError) {
    let bytes = Array(sql.utf8)
    guard bytes.count <= Self.maximumLength else {
      throw QueryTemplateError(mistakes: [
        .init(line: 1, column: 1, text: "the query is longer than \(Self.maximumLength) bytes")
      ])
    }
    let lexis = dialect.lexis
    let scan = SQLScanner(bytes, lexis: lexis)
    var mistakes = scan.troubles.map { (offset: $0.offset, text: Self.describe($0.trouble, allowing: allowing)) }
    var rendered: [UInt8] = []
    rendered.reserveCapacity(bytes.count)
    var order: [Placeholder] = []
    var pieces: [Piece] = []
    var copied = 0
    for occurrence in scan.placeholders {
      let name = String(decoding: occurrence.name, as: UTF8.self)
      guard let placeholder = Placeholder(rawValue: name), allowing.contains(placeholder) else {
        mistakes.append((occurrence.range.lowerBound, Self.describe(unknown: name, allowing: allowing)))
        continue
      }
      var before = Array(bytes[copied..<occurrence.range.lowerBound])
      // `LIKE:username` must not become the one word `LIKE$1`, nor `5--:username` a comment.
      if let last = bytes[..<occurrence.range.lowerBound].last, !(lexis.dashesNeedSpace && last == UInt8(ascii: "-")) {
        before.append(UInt8(ascii: " "))
      }
      pieces.append(Piece(sql: String(decoding: before, as: UTF8.self), placeholder: placeholder))
      rendered += before
      let number = lexis.numbersParameters ? order.firstIndex(of: placeholder) ?? order.count : order.count
      if number == order.count { order.append(placeholder) }
      rendered.append(lexis.marker)
      if lexis.numbersParameters { rendered += String(number + 1).utf8 }
      copied = occurrence.range.upperBound
    }
    guard mistakes.isEmpty else {
      throw QueryTemplateError(
        mistakes: mistakes.sorted { $0.offset < $1.offset }.map { .init(at: $0.offset, in: bytes, text: $0.text) })
    }
    rendered += bytes[copied...]
    source = sql
    self.dialect = dialect
    text = String(decoding: rendered, as: UTF8.self)
    parameters = order
    self.pieces = pieces
    rest = String(decoding: bytes[copied..<(scan.end ?? bytes.count)], as: UTF8.self)
  }

  /// The statement as the database gets it, and what to bind to its parameters: the first to `?1` or `$1`, and so on.
  /// A placeholder that is used twice is one parameter, but for MariaDB, where parameters have no numbers.
  public func rendered() -> (sql: String, parameters: [Placeholder]) { (text, parameters) }

  /// The statement without the `;` at its end, to stand inside another one that takes no parameters.
  /// - Parameter literal: the value of a placeholder as SQL text, quoted and escaped by the database's library.
  public func embedded<Failure>(_ literal: (Placeholder) throws(Failure) -> String) throws(Failure) -> String {
    var sql = ""
    func put(_ text: String) {
      // Two strings that touch would be one, with a quote in it.
      if sql.utf8.last == UInt8(ascii: "'"), text.utf8.first == UInt8(ascii: "'") { sql += " " }
      sql += text
    }
    for piece in pieces {
      put(piece.sql)
      sql += try literal(piece.placeholder)
    }
    put(rest)
    return sql
  }
}

extension QueryTemplate {
  private static func describe(_ trouble: SQLScanner.Trouble, allowing: Set<Placeholder>) -> String {
    switch trouble {
    case .unterminatedString(let quote): return "the string that begins here has no closing \(quote)"
    case .unterminatedName: return "the quoted name that begins here is not closed"
    case .unterminatedComment: return "the comment that begins here has no closing */"
    case .unterminatedDollarQuote: return "the dollar-quoted string that begins here is not closed"
    case .severalStatements: return "a second statement begins here: a query is one statement"
    case .empty: return "the query is empty"
    case .nul: return "a NUL byte stands here"
    case .foreignParameter(let text):
      let names = list(allowing)
      guard !names.isEmpty else { return "\(text) is a parameter: this query takes none" }
      if text.hasPrefix("$(") { return "\(text) is courier's way to write it: use \(names)" }
      return "\(text) is not a placeholder here: use \(names)"
    }
  }

  private static func describe(unknown name: String, allowing: Set<Placeholder>) -> String {
    if let known = Placeholder(rawValue: name) {
      if Placeholder.preset.contains(known) {
        return ":\(name) is for presets only: write the value into the query"
      }
      if Placeholder.passwordChange.contains(known), !Placeholder.lookUp.contains(known) {
        return ":\(name) can stand in set-password and replace-hash only"
      }
      return ":\(name) cannot stand in this query"
    }
    let names = list(allowing)
    guard !names.isEmpty else { return "unknown placeholder :\(name): this query takes none" }
    if let nearest = Spelling.nearest(to: name, among: sorted(allowing)) {
      return "unknown placeholder :\(name); did you mean :\(nearest)?"
    }
    return "unknown placeholder :\(name): known are \(names)"
  }

  private static func sorted(_ placeholders: Set<Placeholder>) -> [String] {
    Placeholder.allCases.filter { placeholders.contains($0) && !Placeholder.preset.contains($0) }.map(\.rawValue)
  }

  private static func list(_ placeholders: Set<Placeholder>) -> String {
    sorted(placeholders).map { ":\($0)" }.joined(separator: ", ")
  }
}
