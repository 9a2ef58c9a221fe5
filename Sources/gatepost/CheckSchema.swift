internal import Accounts
internal import Configuration
internal import Threads

/// Whose tables are in a directory's database, and what follows from it for the configuration.
struct CheckSchema {
  /// One thing to know.
  struct Note {
    /// What it means.
    enum Kind: String {
      /// Why the queries do not fit: they have been counted already.
      case explanation
      /// Something is wrong that the queries do not show.
      case fault
      /// Worth a thought.
      case hint
    }

    let kind: Kind
    let text: String
    /// To be pasted: lines of the configuration, or SQL.
    var lines: [String] = []
  }

  /// For all of it.
  static let patience = Duration.seconds(30)

  /// The preset for what is there; nil when it is nobody's.
  var seen: String?
  /// What is to be said of it.
  var notes: [Note] = []

  /// Whether all is well.
  var isGood: Bool { !notes.contains { $0.kind == .fault } }

  /// Looks at the database of `directory`.
  /// - Parameter findings: what `inspect()` found; nothing is said when it found that the database is away.
  static func look(
    at directory: any AccountDirectory, _ settings: DirectorySettings, _ findings: [DirectoryFinding]
  ) -> CheckSchema? {
    guard !findings.contains(where: { $0.kind == .unavailable }) else { return nil }
    let dialect = settings.backEnd.dialect
    let deadline = Deadline.now + patience
    let shape: DatabaseShape
    switch DatabaseShape.read(from: directory, dialect: dialect, deadline: deadline) {
    case .accepted(let read): shape = read
    case .refused(let refusal):
      return CheckSchema(notes: [Note(kind: .hint, text: "the tables there are cannot be listed: \(refusal.rawValue)")])
    case .unavailable(let cause):
      return CheckSchema(notes: [Note(kind: .hint, text: "the tables there are cannot be listed: \(cause)")])
    }
    let advice = SchemaAdvice(settings: settings, shape: shape)
    var schema = CheckSchema(seen: advice.sighting.flatMap { $0.isComplete ? $0.preset.name : nil })
    if findings.contains(where: { $0.kind == .configuration }) {
      schema.notes = advice.onMisfit(findings)
    } else {
      schema.notes = advice.onFit()
      if findings.contains(where: { $0.kind == .limited }), let grant = advice.passwordGrant {
        schema.notes.append(Note(kind: .hint, text: "to let passwords be changed:", lines: [grant]))
      }
      if let preset = advice.preset, let parameters = settings.presetParameters {
        for probe in preset.probes(dialect, parameters) {
          schema.notes += ask(probe, directory, shape, parameters, until: deadline)
        }
      }
    }
    return schema
  }

  /// Asks what can be asked: older versions lack columns, and a role that may not read a table need not.
  private static func ask(
    _ probe: SchemaProbe, _ directory: any AccountDirectory, _ shape: DatabaseShape, _ parameters: PresetParameters,
    until deadline: Deadline
  ) -> [Note] {
    if let parameter = probe.parameter, parameters.isGiven(parameter) { return [] }
    guard let table = shape.table(probe.table), table.isReadable, probe.columns.allSatisfy(table.has) else { return [] }
    var counts: [Int] = []
    let outcome = directory.read(probe.sql, deadline: deadline) { row in
      counts = row.map { $0.flatMap(Int.init) ?? 0 }
      return false
    }
    guard case .accepted = outcome, counts.count == probe.checks.count else {
      return [Note(kind: .hint, text: "the rows of \(probe.table) could not be looked at")]
    }
    var notes = zip(probe.checks, counts).filter { $0.1 > 0 }.map { check, count in
      let proposal = probe.parameter.map { ["\($0.rawValue) = true"] } ?? []
      return Note(
        kind: check.isFault ? .fault : .hint,
        text: "\(probe.table): \(count) row\(count == 1 ? "" : "s") with \(check.text)",
        lines: proposal)
    }
    if notes.isEmpty, probe.speaksWithoutRows, let parameter = probe.parameter {
      notes.append(
        Note(
          kind: .hint,
          text: "\(probe.table) has \(probe.columns.joined(separator: ", ")), which decides nothing unless you set",
          lines: ["\(parameter.rawValue) = true"]))
    }
    return notes
  }
}
