/// Everything that is wrong with one query.
public struct QueryTemplateError: Error, Equatable, CustomStringConvertible {
  /// One mistake.
  public struct Mistake: Sendable, Equatable, CustomStringConvertible {
    /// Within the query, from 1.
    public let line: Int
    /// Within the line, in characters (Unicode scalars), from 1.
    public let column: Int
    /// What is wrong, and what to write instead.
    public let text: String

    /// A mistake.
    public init(line: Int, column: Int, text: String) {
      self.line = line
      self.column = column
      self.text = text
    }

    /// A mistake at `offset` of `bytes`.
    init(at offset: Int, in bytes: [UInt8], text: String) {
      var line = 1
      var column = 1
      for byte in bytes.prefix(max(0, offset)) {
        if byte == 0x0A {
          line += 1
          column = 1
        } else if byte & 0xC0 != 0x80 {
          column += 1
        }
      }
      self.init(line: line, column: column, text: text)
    }

    /// "line 2, column 7: …".
    public var description: String { "line \(line), column \(column): \(text)" }
  }

  /// In the order of the text; at least one.
  public let mistakes: [Mistake]

  /// An error of these mistakes.
  public init(mistakes: [Mistake]) {
    self.mistakes = mistakes
  }

  /// All mistakes, joined.
  public var description: String { mistakes.map(\.description).joined(separator: "; ") }
}
