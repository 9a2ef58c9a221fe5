/// Questions about the rows of one table, answered by counting: which of them will not work, and which parameter they ask for.
public struct SchemaProbe: Sendable {
  /// Rows that are looked at, at the most: more would make the check of a large site take minutes.
  public static let mostRows = 100_000

  /// One question.
  public struct Check: Sendable {
    /// SQL about the columns.
    let condition: String
    /// What rows it holds for have: "an empty home: …".
    public let text: String
    /// Whether their accounts cannot be served.
    public let isFault: Bool

    init(_ condition: String, _ text: String, isFault: Bool = true) {
      self.condition = condition
      self.text = text
      self.isFault = isFault
    }

    /// Rows of a domain that is not there: the preset's queries do not see them.
    /// - Parameter condition: about the domain's columns and `looked`, the rows.
    static func orphans(_ domains: String, _ condition: String) -> Check {
      Check(
        "NOT EXISTS (SELECT 1 FROM \(domains) AS d WHERE d.\(condition))",
        "a domain that is not in \(domains): they are neither listed nor found")
    }
  }

  /// Where.
  public let table: String
  /// What the conditions speak of. Where one of them is missing there is nothing to ask.
  public let columns: [String]
  /// The parameter that answers for what is found; with it there is nothing to ask.
  public let parameter: PresetParameter?
  /// Whether to speak of the parameter even if no row asks for it: the columns do.
  public let speaksWithoutRows: Bool
  /// What is asked.
  public let checks: [Check]

  init(
    table: String, columns: [String], unless parameter: PresetParameter? = nil, even speaksWithoutRows: Bool = false,
    checks: [Check]
  ) {
    self.table = table
    self.columns = columns
    self.parameter = parameter
    self.speaksWithoutRows = speaksWithoutRows
    self.checks = checks
  }

  /// The query: one row with a number for each of `checks`.
  public var sql: String {
    let counts = checks.map { "count(CASE WHEN \($0.condition) THEN 1 END)" }.joined(separator: ", ")
    return
      "SELECT \(counts) FROM (SELECT \(columns.joined(separator: ", ")) FROM \(table) LIMIT \(Self.mostRows)) AS looked"
  }
}
