internal import Accounts

/// The parameters of a directory's preset, on the way to a `QuerySet`.
enum PresetDraft {
  /// The presets there are.
  static var names: [String] { Presets.all.map(\.name) }

  /// A row for each parameter of any preset; which of them one takes, the preset says.
  static var rows: [Row<DirectoryDraft>] { PresetParameter.allCases.map(row) }

  private static func row(_ parameter: PresetParameter) -> Row<DirectoryDraft> {
    let key = parameter.rawValue
    return switch parameter {
    case .mailRoot: Row(key, .filled(expected: "a string such as \"/var/vmail\""), \.parameters.mailRoot)
    case .uid: Row(key, .integer(0...AccountNumber.largest), \.parameters.uid)
    case .gid: Row(key, .integer(0...AccountNumber.largest), \.parameters.gid)
    case .login: Row(key, .word(), default: \.parameters.login)
    case .maildir: Row(key, .filled(expected: "a string such as \"Maildir\""), \.parameters.maildir)
    case .smtpActive: Row(key, .boolean, default: \.parameters.smtpActive)
    case .domainActive: Row(key, .boolean, default: \.parameters.domainActive)
    case .passwordExpiry: Row(key, .boolean, default: \.parameters.passwordExpiry)
    case .aliasDomains: Row(key, .boolean, default: \.parameters.aliasDomains)
    case .ignoreAllowNets: Row(key, .boolean, default: \.parameters.ignoreAllowNets)
    case .table: Row(key, .filled(expected: "a string such as \"passwd\""), \.parameters.table)
    case .appPasswords: Row(key, .boolean, default: \.parameters.appPasswords)
    }
  }

  /// The queries of `preset`; nil when a parameter is missing or wrong.
  static func queries(
    of preset: Preset, _ dialect: SQLDialect, _ reading: Reading<DirectoryDraft>, _ findings: inout Findings
  ) -> QuerySet? {
    let taken = PresetParameter.allCases.filter(preset.takes.contains).map(\.rawValue)
    for parameter in PresetParameter.allCases {
      let key = parameter.rawValue
      let isGiven = reading.given.contains(key)
      if isGiven, !preset.takes.contains(parameter) {
        findings.add(
          Label.child(reading.label, key),
          "is no parameter of the preset `\(preset.name)`, which takes \(Suggestion.list(taken))")
      } else if !isGiven, preset.requires.contains(parameter) {
        findings.add(Label.child(reading.label, key), "missing; the preset `\(preset.name)` needs it")
      }
    }
    do throws(PresetError) {
      return try preset.queries(dialect: dialect, reading.draft.parameters)
    } catch {
      // What is left to say is about values: a parameter that is missing, unreadable or not taken has been named.
      for problem in error.problems {
        guard let parameter = problem.parameter else {
          findings.add(Label.child(reading.label, "preset"), problem.text)
          continue
        }
        guard preset.takes.contains(parameter), isReadable(parameter, reading.draft.parameters) else { continue }
        findings.add(Label.child(reading.label, parameter.rawValue), problem.text)
      }
      return nil
    }
  }

  private static func isReadable(_ parameter: PresetParameter, _ values: PresetParameters) -> Bool {
    switch parameter {
    case .mailRoot: values.mailRoot != nil
    case .uid: values.uid != nil
    case .gid: values.gid != nil
    case .table: values.table != nil
    case .maildir: values.maildir != nil
    case .login, .smtpActive, .domainActive, .passwordExpiry, .aliasDomains, .ignoreAllowNets, .appPasswords: true
    }
  }

  /// Parameters without a preset that would take them.
  static func judgeStray(_ reading: Reading<DirectoryDraft>, _ findings: inout Findings) {
    for parameter in PresetParameter.allCases where reading.given.contains(parameter.rawValue) {
      findings.add(
        Label.child(reading.label, parameter.rawValue),
        parameter == .appPasswords
          ? "is a parameter of presets; in [directory.queries], `app-passwords` is the SQL that finds them"
          : "is a parameter of presets; in [directory.queries], write its value into the SQL")
    }
  }
}

extension ValueKind where Value == Preset {
  /// The name of a preset.
  static var preset: ValueKind {
    .text(like: PresetDraft.names.first ?? "") { word throws(Objection) in
      if let preset = Presets.named(word) { return preset }
      throw Objection(
        "there is no preset \"\(Label.harmless(word))\"; \(Suggestion.instead(of: word, among: PresetDraft.names))")
    }
  }
}
