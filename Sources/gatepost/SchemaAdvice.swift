internal import Accounts
internal import Configuration

/// What to say about a database, given what is configured for it. No I/O.
struct SchemaAdvice {
  /// Tables that are named at the most when nobody's are there.
  static let mostTables = 8

  private let settings: DirectorySettings
  private let shape: DatabaseShape
  /// What is there.
  let sighting: SchemaSighting?
  /// What is configured; nil for queries of one's own.
  let preset: Preset?

  init(settings: DirectorySettings, shape: DatabaseShape) {
    self.settings = settings
    self.shape = shape
    sighting = SchemaSighting.recognise(shape, dialect: settings.backEnd.dialect)
    preset = settings.presetName.flatMap(Presets.named)
  }

  /// What to say when the queries do not fit.
  func onMisfit(_ findings: [DirectoryFinding]) -> [CheckSchema.Note] {
    var notes: [CheckSchema.Note] = []
    // The words are in the server's language, PostgreSQL's code is not.
    let denials = findings.filter { $0.kind == .configuration }.map(\.text).filter {
      $0.contains("denied") || $0.contains("42501")
    }
    let closed = denials.isEmpty ? [] : unreadable(denials)
    if !closed.isEmpty {
      notes.append(
        .init(
          kind: .explanation, text: "the role may not read \(list(closed)); as their owner:",
          lines: schemas(of: closed).map { "GRANT USAGE ON SCHEMA \($0) TO \(role);" }
            + closed.map { "GRANT SELECT ON \($0) TO \(role);" }))
    }
    if let sighting, sighting.isComplete, !isConfigured(sighting) {
      notes.append(proposal(sighting))
    } else if !closed.isEmpty {
      return notes
    } else if let preset, let own = SchemaSighting.look(for: preset, in: shape), !own.isComplete {
      notes.append(
        .init(
          kind: .explanation,
          text: "this looks like the schema of \(preset.title), but it lacks \(list(own.missing.map(\.description)))"))
    } else if let sighting, !sighting.isComplete {
      notes.append(
        .init(
          kind: .explanation,
          text:
            "what is there looks most like the schema of \(sighting.preset.title) (preset `\(sighting.preset.name)`), but it lacks "
            + list(sighting.missing.map(\.description))))
    } else if sighting == nil {
      notes.append(nobodys)
    }
    return notes
  }

  /// What to say when they do.
  func onFit() -> [CheckSchema.Note] {
    guard let preset, let sighting, sighting.isComplete, sighting.preset.name != preset.name else { return [] }
    // Both may be there, in tables of their own.
    let table = settings.presetParameters?.table ?? preset.fingerprint.mainTable
    guard table.lowercased() == (sighting.table ?? sighting.preset.fingerprint.mainTable) else { return [] }
    var note = proposal(sighting)
    note = .init(
      kind: .fault, text: "the preset `\(preset.name)` fits by chance: \(note.text)", lines: note.lines)
    return [note]
  }

  /// What lets the role store passwords by the preset.
  var passwordGrant: String? {
    guard let preset, let parameters = settings.presetParameters, shape.role != nil else { return nil }
    return "\(preset.passwordGrant(dialect: settings.backEnd.dialect, parameters)) TO \(role);"
  }

  private func isConfigured(_ sighting: SchemaSighting) -> Bool {
    guard preset?.name == sighting.preset.name, let parameters = settings.presetParameters else { return false }
    let table = parameters.table ?? sighting.preset.fingerprint.mainTable
    return table.lowercased() == (sighting.table ?? sighting.preset.fingerprint.mainTable).lowercased()
  }

  /// "This is X's schema", and what to write for it.
  private func proposal(_ sighting: SchemaSighting) -> CheckSchema.Note {
    let features = sighting.features.isEmpty ? "" : " (with \(list(sighting.features)))"
    var text = "what is there is the schema of \(sighting.preset.title)\(features); for it, write"
    var lines = ["preset = \"\(sighting.preset.name)\""]
    let given = settings.presetParameters ?? PresetParameters()
    for parameter in PresetParameter.allCases where sighting.preset.takes.contains(parameter) {
      let isNeeded = sighting.preset.requires.contains(parameter)
      switch parameter {
      case .table: if let table = sighting.table { lines.append("table = \"\(table)\"") }
      case .mailRoot:
        if isNeeded || given.mailRoot != nil || sighting.preset.requires.contains(.uid) {
          lines.append(
            "mail-root = \"\(given.mailRoot ?? PresetParameters.defaultMailRoot)\"  # where the mailboxes lie")
        }
      case .uid: if isNeeded { lines.append("uid = \(given.uid ?? 5000)  # who owns them") }
      case .gid: if isNeeded { lines.append("gid = \(given.gid ?? 5000)") }
      case .smtpActive:
        if sighting.features.contains(where: { $0.hasSuffix(".smtp_active") }) { lines.append("smtp-active = true") }
      case .maildir, .login, .domainActive, .passwordExpiry, .aliasDomains, .ignoreAllowNets, .appPasswords: break
      }
    }
    if let schema = sighting.schema, !sighting.preset.takes.contains(.table) {
      text =
        "what is there is the schema of \(sighting.preset.title), in the schema \(schema), which this role does not search: "
        + "ALTER ROLE \(role) SET search_path = \(schema), and write"
    }
    return .init(kind: .explanation, text: text, lines: lines)
  }

  private var nobodys: CheckSchema.Note {
    guard !shape.tables.isEmpty else {
      let grant = settings.backEnd.dialect == .sqlite ? "" : ", or a role that was GRANTed nothing on it"
      return .init(kind: .explanation, text: "there is no table at all: it is another database\(grant)")
    }
    let candidates = shape.accountTables
    guard !candidates.isEmpty else {
      let some = shape.tables.prefix(Self.mostTables).map(\.path)
      return .init(
        kind: .explanation,
        text:
          "no table there has a column for passwords: is it another database? There are \(count(some, of: shape.tables.count))"
      )
    }
    let lines = candidates.prefix(Self.mostTables).map {
      "\($0.path): \($0.columns.prefix(24).joined(separator: ", "))"
    }
    return .init(
      kind: .explanation, text: "no schema that a preset is for; tables with a column for passwords:", lines: lines)
  }

  /// Tables that the queries read and the role may not.
  private func unreadable(_ denials: [String]) -> [String] {
    let queries = [settings.queries.account, settings.queries.enumerate, settings.queries.appPasswords]
      .compactMap { $0?.source }.joined(separator: " ")
    let words = queries.lowercased().split { !($0.isLetter || $0.isNumber || "_$.".contains($0)) }.map(String.init)
    let pairs = zip(words, words.dropFirst()).filter { ["from", "join"].contains($0.0) && $0.1 != "select" }
    let sources = Set(pairs.map(\.1))
    // MariaDB shows nobody a table or a column that they may do nothing with. What it denies it names.
    let hidden =
      settings.backEnd.dialect == .mariadb
      ? sources.filter { source in
        !shape.tables.contains { $0.name.lowercased() == source }
          || denials.contains { $0.lowercased().contains("'\(source)'") || $0.lowercased().contains("`\(source)`") }
      }.sorted() : []
    let closed = shape.tables.filter { !$0.isReadable }
    let read = closed.filter { sources.contains($0.path.lowercased()) || sources.contains($0.name.lowercased()) }
    // `FROM a, b` and names in quotes are not understood: then every table that is spoken of.
    return (read.isEmpty && hidden.isEmpty ? closed.filter { words.contains($0.name.lowercased()) } : read).map(\.path)
      + hidden
  }

  /// The schemas that are named in these.
  private func schemas(of tables: [String]) -> [String] {
    Set(tables.compactMap { path in path.lastIndex(of: ".").map { String(path[..<$0]) } }).sorted()
  }

  private var role: String { shape.role ?? "the role" }

  private func list(_ words: [String]) -> String { words.joined(separator: ", ") }

  private func count(_ some: [String], of all: Int) -> String {
    list(some) + (all > some.count ? " and \(all - some.count) more" : "")
  }
}
