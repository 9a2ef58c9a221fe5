internal import Accounts

/// `[directory.queries]` on the way to a `QuerySet`.
struct QueriesDraft {
  var account: String?
  var enumerate: String?
  var setPassword: String?
  var replaceHash: String?
  var appPasswords: String?

  static var schema: TableSchema<QueriesDraft> {
    TableSchema(
      title: "[directory.queries]",
      rows: [
        Row("account", .filled(expected: "a string with the SQL that finds one account"), \.account),
        Row("enumerate", .filled(expected: "a string with the SQL that lists all accounts"), \.enumerate),
        Row("set-password", .filled(expected: "a string with the SQL that stores a new hash"), \.setPassword),
        Row(
          "replace-hash", .filled(expected: "a string with the SQL that stores a better hash"), \.replaceHash),
        Row(
          "app-passwords", .filled(expected: "a string with the SQL that finds an account's app passwords"),
          \.appPasswords),
      ])
  }

  /// The queries, read as `dialects` read them: more than one when the type of the directory is not known, and then only what is
  /// wrong in all of them counts.
  static func queries(
    _ reading: Reading<QueriesDraft>, _ dialects: [SQLDialect], _ findings: inout Findings
  ) -> QuerySet? {
    let draft = reading.draft
    let account = reading.require("account", draft.account, "give the SQL that finds one account", &findings)
    func template(_ key: String, _ sql: String?, _ allowing: Set<Placeholder>) -> QueryTemplate? {
      guard let sql else { return nil }
      return read(Label.child(reading.label, key), sql, dialects, allowing, &findings)
    }
    let templates = (
      template("account", account, Placeholder.lookUp),
      template("enumerate", draft.enumerate, Placeholder.enumeration),
      template("set-password", draft.setPassword, Placeholder.passwordChange),
      template("replace-hash", draft.replaceHash, Placeholder.passwordChange),
      template("app-passwords", draft.appPasswords, Placeholder.lookUp)
    )
    for (key, template) in [("account", templates.0), ("app-passwords", templates.4)] {
      template.map { judge($0, Label.child(reading.label, key), needing: asker, findings: &findings) }
    }
    for (key, template, value) in [
      ("set-password", templates.2, newPassword), ("replace-hash", templates.3, newHash),
    ] {
      template.map { judge($0, Label.child(reading.label, key), needing: value, asker, findings: &findings) }
    }
    if draft.replaceHash != nil, draft.setPassword == nil {
      findings.add(Label.child(reading.label, "replace-hash"), "needs a set-password query beside it")
    }
    guard let account = templates.0 else { return nil }
    return QuerySet(
      account: account, enumerate: templates.1, setPassword: templates.2, replaceHash: templates.3,
      appPasswords: templates.4)
  }

  /// What a query must hold one of, and what it does without.
  private typealias Need = (any: Set<Placeholder>, without: String)

  private static let asker: Need = (
    [.username, .localPart], "is about no account in particular: compare a column with :username or :local_part"
  )
  private static let newPassword: Need = (
    [.newHash, .newPassword], "stores no password: set a column to :new_hash, or to :new_password"
  )
  private static let newHash: Need = ([.newHash], "stores no hash: set a column to :new_hash")

  /// Who asks for one account and is given whichever row there is lets people in with the password of somebody else.
  private static func judge(
    _ query: QueryTemplate, _ label: String, needing needs: Need..., findings: inout Findings
  ) {
    let held = query.rendered().parameters
    for need in needs where need.any.isDisjoint(with: held) {
      let isQuoted = query.source.contains("$(") || need.any.contains { query.source.contains(":\($0.rawValue)") }
      findings.add(label, need.without + (isQuoted ? "; inside quotes or a comment it is mere text" : ""))
    }
  }

  private static func read(
    _ label: String, _ sql: String, _ dialects: [SQLDialect], _ allowing: Set<Placeholder>, _ findings: inout Findings
  ) -> QueryTemplate? {
    var first: QueryTemplateError?
    for dialect in dialects {
      do {
        return try QueryTemplate(sql, dialect: dialect, allowing: allowing)
      } catch {
        first = first ?? error
      }
    }
    for mistake in first?.mistakes ?? [] {
      findings.add(label, "line \(mistake.line), column \(mistake.column) of the query: \(mistake.text)")
    }
    return nil
  }
}
