/// Ready-made queries for tables that many sites have: `preset` in `[[directory]]`. One row of `Presets.all`.
public struct Preset: Sendable {
  /// The value of `preset`.
  public let name: String
  /// What people call the schema: "PostfixAdmin".
  public let title: String
  /// The databases that have such a schema.
  public let dialects: Set<SQLDialect>
  /// The keys that may stand beside it.
  public let takes: Set<PresetParameter>
  /// Those of them that must.
  public let requires: Set<PresetParameter>
  /// Whether homes are made of `mail-root` and what stands behind it; else `mail-root` is everybody's home.
  let makesHomes: Bool
  /// `maildir`, where it is not given; nil when the database says it.
  let standardMaildir: String?
  /// What the schema is known by.
  public let fingerprint: SchemaFingerprint
  /// What can be asked of its rows, to find those that will not work.
  public let probes: @Sendable (SQLDialect, PresetParameters) -> [SchemaProbe]
  /// The queries as text.
  let text: @Sendable (SQLDialect, PresetParameters) -> PresetText

  init(
    name: String, title: String, dialects: Set<SQLDialect> = Set(SQLDialect.allCases), takes: Set<PresetParameter>,
    requires: Set<PresetParameter> = [], makesHomes: Bool = false, standardMaildir: String? = nil,
    fingerprint: SchemaFingerprint,
    probes: @escaping @Sendable (SQLDialect, PresetParameters) -> [SchemaProbe] = { _, _ in [] },
    text: @escaping @Sendable (SQLDialect, PresetParameters) -> PresetText
  ) {
    self.name = name
    self.title = title
    self.dialects = dialects
    self.takes = takes
    self.requires = requires
    self.makesHomes = makesHomes
    self.standardMaildir = standardMaildir
    self.fingerprint = fingerprint
    self.probes = probes
    self.text = text
  }

  /// Why it cannot be used on such a database; nil when it can.
  public func objection(to dialect: SQLDialect) -> String? {
    guard !dialects.contains(dialect) else { return nil }
    let others = SQLDialect.allCases.filter(dialects.contains).map(\.product).joined(separator: " or ")
    return "preset \(name) is for \(others): \(title) keeps no accounts in \(dialect.product)"
  }

  /// The queries for these parameters.
  /// - Throws: everything that is wrong with the parameters, or that there is no such schema on this database.
  public func queries(dialect: SQLDialect, _ parameters: PresetParameters) throws(PresetError) -> QuerySet {
    var problems = parameters.problems(for: self)
    if let objection = objection(to: dialect) { problems.insert(.init(parameter: nil, text: objection), at: 0) }
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
        replaceHash: try text.replaceHash.map { sql throws(QueryTemplateError) in
          try QueryTemplate(
            sql, dialect: dialect, allowing: Placeholder.passwordChange.union(Placeholder.preset))
        },
        appPasswords: try text.appPasswords.map { sql throws(QueryTemplateError) in
          try QueryTemplate(sql, dialect: dialect, allowing: Placeholder.lookUp.union(Placeholder.preset))
        },
        constants: parameters.constants(for: self))
    } catch {
      // Not reached: the table's name is the only foreign text, and it holds letters, digits, `_` and `.` only.
      throw PresetError(problems: [.init(parameter: .table, text: "\(error)")])
    }
  }

  /// What a role needs to store passwords: a table's columns.
  public func passwordGrant(dialect: SQLDialect, _ parameters: PresetParameters) -> String {
    let text = text(dialect, parameters)
    return "GRANT UPDATE (\(text.changes.joined(separator: ", "))) ON \(text.changed)"
  }
}

/// The queries of a preset, before they are read.
struct PresetText: Sendable {
  let account: String
  let enumerate: String
  let setPassword: String
  /// The table that `setPassword` changes.
  let changed: String
  /// The columns it changes.
  let changes: [String]
  /// Nil: `setPassword` stores a hash and nothing else.
  var replaceHash: String?
  /// Nil: the table has none, or nobody asked for them.
  var appPasswords: String?
}

/// The presets there are.
public enum Presets {
  /// All of them, in the order of the documentation.
  public static let all: [Preset] = [
    .courier, .postfixAdmin, .modoboa, .viMbAdmin, .iRedMail, .mailcow, .virtualUsers,
  ]

  /// The one of this name.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }
}

/// Everything that is wrong with the parameters of a preset.
public struct PresetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One thing wrong.
  public struct Problem: Sendable, Equatable, CustomStringConvertible {
    /// The key; nil when it is the preset itself.
    public let parameter: PresetParameter?
    /// What is wrong with it, and what is expected.
    public let text: String
    /// Both.
    public var description: String { parameter.map { "\($0.rawValue): \(text)" } ?? text }
  }

  /// At least one, in the order of `PresetParameter`.
  public let problems: [Problem]

  /// All problems, joined.
  public var description: String { problems.map(\.description).joined(separator: "; ") }
}
