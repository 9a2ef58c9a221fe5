internal import Accounts

/// The parameters of a directory's preset, on the way to a `QuerySet`.
enum PresetDraft {
  /// The presets there are.
  static var names: [String] { Presets.all.map(\.name) }

  /// The keys that presets take; which of them, each preset says.
  static var rows: [Row<DirectoryDraft>] {
    [
      Row("mail-root", .text(like: "/var/vmail", folder), \.parameters.mailRoot),
      Row("uid", .integer(0...AccountNumber.largest), \.parameters.uid),
      Row("gid", .integer(0...AccountNumber.largest), \.parameters.gid),
      Row("login", .word(), \.parameters.login),
      Row("smtp-active", .boolean, \.parameters.smtpActive),
      Row("table", .text(like: "passwd", identifier), \.parameters.table),
    ]
  }

  /// The queries of `preset`; nil when a parameter is missing or wrong.
  static func queries(
    of preset: Preset, _ dialect: SQLDialect, _ reading: Reading<DirectoryDraft>, _ findings: inout Findings
  ) -> QuerySet? {
    var isComplete = true
    for key in rows.map(\.key) {
      if reading.given.contains(key), !preset.parameters.contains(key) {
        findings.add(
          Label.child(reading.label, key),
          "is no parameter of the preset `\(preset.name)`, which takes \(Suggestion.list(preset.parameters.sorted()))")
      }
      if !reading.given.contains(key), preset.required.contains(key) {
        findings.add(Label.child(reading.label, key), "missing; the preset `\(preset.name)` needs it")
        isComplete = false
      }
    }
    guard isComplete else { return nil }
    do {
      return try preset.queries(dialect: dialect, reading.draft.parameters)
    } catch {
      for mistake in error.mistakes { findings.add(Label.child(reading.label, mistake.key), mistake.text) }
      return nil
    }
  }

  /// Parameters without a preset that would take them.
  static func judgeStray(_ reading: Reading<DirectoryDraft>, _ findings: inout Findings) {
    for key in rows.map(\.key) where reading.given.contains(key) {
      findings.add(
        Label.child(reading.label, key), "is a parameter of presets; in [directory.queries], write its value into the SQL")
    }
  }

  private static func folder(_ text: String) throws(Objection) -> String {
    guard text.hasPrefix("/") else {
      throw Objection("expected an absolute path such as \"/var/vmail\", found \"\(Label.harmless(text))\"")
    }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw Objection("holds a control character") }
    return text
  }

  private static func identifier(_ text: String) throws(Objection) -> String {
    if text.isEmpty { throw Objection("is empty; expected the name of a table, such as \"passwd\"") }
    return text
  }
}

extension ValueKind where Value == Preset {
  /// The name of a preset.
  static var preset: ValueKind {
    .text(like: PresetDraft.names.first ?? "") { word throws(Objection) in
      if let preset = Presets.all.first(where: { $0.name == word }) { return preset }
      throw Objection(
        "there is no preset \"\(Label.harmless(word))\"; \(Suggestion.instead(of: word, among: PresetDraft.names))")
    }
  }
}
