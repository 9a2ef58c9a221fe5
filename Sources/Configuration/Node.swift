/// A TOML value, independent of the parser that read it.
enum Node {
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  case table([Entry])
  case list([Node])
  /// A type that no key of ours takes, by its name with an article: `a date`.
  case other(String)
  /// Stands where a value is that the parser could not read. The syntax error has been reported: nothing more is said of it.
  case unreadable

  /// One key and its value.
  struct Entry {
    let key: String
    var value: Node
  }

  /// As in "found an integer".
  var kind: String {
    switch self {
    case .text: "a string"
    case .integer: "an integer"
    case .boolean: "a boolean"
    case .table: "a table"
    case .list(let elements):
      if !elements.isEmpty && elements.allSatisfy(\.isTable) { "an array of tables" } else { "an array" }
    case .other(let name): name
    case .unreadable: "nothing readable"
    }
  }

  private var isTable: Bool {
    if case .table = self { true } else { false }
  }
}
