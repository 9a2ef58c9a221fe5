/// Ready-made queries for a table that many sites have: `preset` in `[[directory]]`. One row of `Presets.all`.
public struct Preset: Sendable {
  /// The value of `preset`.
  public let name: String
  /// The keys that may stand beside it.
  public let takes: Set<PresetParameter>
  /// Those of them that must.
  public let requires: Set<PresetParameter>
  /// The queries as text; where dialects differ, it is told apart here.
  let text: @Sendable (SQLDialect, PresetParameters) -> PresetText

  /// The queries for these parameters.
  /// - Throws: everything that is wrong with the parameters.
  public func queries(dialect: SQLDialect, _ parameters: PresetParameters) throws(PresetError) -> QuerySet {
    let problems = parameters.problems(for: self)
    guard problems.isEmpty else { throw PresetError(problems: problems) }
    let text = text(dialect, parameters)
    do {
      return QuerySet(
        account: try QueryTemplate(
          text.account, dialect: dialect, allowing: Placeholder.lookUp.union(Placeholder.preset)),
        enumerate: try QueryTemplate(
          text.enumerate, dialect: dialect, allowing: Placeholder.enumeration.union(Placeholder.preset)),
        setPassword: try QueryTemplate(
          text.setPassword, dialect: dialect, allowing: Placeholder.passwordChange.union(Placeholder.preset)),
        appPasswords: try text.appPasswords.map { sql throws(QueryTemplateError) in
          try QueryTemplate(sql, dialect: dialect, allowing: Placeholder.lookUp.union(Placeholder.preset))
        },
        constants: parameters.constants(for: self))
    } catch {
      // Not reached: the table's name is the only foreign text, and it holds letters, digits, `_` and `.` only.
      throw PresetError(problems: [.init(parameter: .table, text: "\(error)")])
    }
  }
}

/// The queries of a preset, before they are read.
struct PresetText: Sendable {
  let account: String
  let enumerate: String
  let setPassword: String
  /// Nil: the table has none, or nobody asked for them.
  var appPasswords: String?
}

/// The presets there are.
public enum Presets {
  /// All of them, in the order of the documentation.
  public static let all: [Preset] = [.courier, .postfixAdmin]

  /// The one of this name.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }
}

/// Everything that is wrong with the parameters of a preset.
public struct PresetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One thing wrong.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The key.
    public let parameter: PresetParameter
    /// What is wrong with it, and what is expected.
    public let text: String
    /// Both.
    public var description: String { "\(parameter.rawValue): \(text)" }
  }

  /// At least one, in the order of `PresetParameter`.
  public let problems: [Problem]

  /// All problems, joined.
  public var description: String { problems.map(\.description).joined(separator: "; ") }
}
