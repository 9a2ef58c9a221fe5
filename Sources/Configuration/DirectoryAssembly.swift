internal import Accounts

/// Judges one `[[directory]]` as a whole: what must be there, what excludes what.
struct DirectoryAssembly {
  let reading: Reading<DirectoryDraft>
  let backEnds: [BackEnd]
  let file: FileFacts?
  let system: SystemFacts

  private var draft: DirectoryDraft { reading.draft }

  /// The settings; nil when something is missing.
  func settings(_ findings: inout Findings) -> DirectorySettings? {
    let types = Suggestion.list(DirectoryDraft.types(backEnds))
    let backEnd = reading.require("type", draft.type, "say what kind of database it is: \(types)", &findings)
    var location: String?
    if let backEnd { location = judgedLocation(backEnd, &findings) }
    judgePasswordFile(&findings)
    let queries = judgedQueries(&findings)
    if draft.rehashTo != nil, let queries { judgeRehashing(queries, &findings) }
    guard let backEnd, let location, let queries else { return nil }
    return DirectorySettings(
      name: draft.name ?? DirectoryDraft.standardName(backEnd), backEnd: backEnd, location: location,
      passwordFile: draft.passwordFile, queries: queries, presetName: draft.preset?.name,
      presetParameters: draft.preset.map { _ in draft.parameters },
      bareScheme: draft.bareScheme, rehashTo: draft.rehashTo)
  }

  private func judgeRehashing(_ queries: QuerySet, _ findings: inout Findings) {
    guard let query = queries.setPassword else {
      return findings.add(label("rehash-to"), "needs a set-password query, which stores the new hash")
    }
    if !(queries.replaceHash ?? query).rendered().parameters.contains(.newHash) {
      let key = queries.replaceHash == nil ? "set-password" : "replace-hash"
      findings.add(label("rehash-to"), "needs a \(key) query that stores :new_hash")
    }
  }

  private func judgedLocation(_ backEnd: BackEnd, _ findings: inout Findings) -> String? {
    for key in Set(backEnds.map(\.locationKey)).subtracting([backEnd.locationKey]).sorted()
    where reading.given.contains(key) {
      findings.add(label(key), "is not for type `\(backEnd.type)`, which takes `\(backEnd.locationKey)`")
    }
    if draft.passwordFile != nil, !backEnd.takesPasswordFile {
      findings.add(label("password-file"), "is not for type `\(backEnd.type)`, which asks for no password")
    }
    let value = draft.locations[backEnd.locationKey]
    let advice = "say where the \(backEnd.type) database is"
    guard let value = reading.require(backEnd.locationKey, value, advice, &findings) else { return nil }
    let key = label(backEnd.locationKey)
    if let objection = backEnd.objection(value) {
      findings.add(key, objection)
    }
    if backEnd.holdsPassword(value) {
      if let file, file.isWorldReadable {
        findings.add(
          key,
          "holds a password, and everybody on this machine may read the file (mode \(SocketMode.format(file.mode))): "
            + "chmod 0640 it, or keep the password in a `password-file`")
      }
      if draft.passwordFile != nil {
        findings.add(
          label("password-file"), "is given, and `\(backEnd.locationKey)` holds a password too; keep one of them")
      }
    }
    return value
  }

  private func judgePasswordFile(_ findings: inout Findings) {
    guard let path = draft.passwordFile, let facts = system.file(path), facts.isWorldReadable else { return }
    findings.add(
      label("password-file"),
      "everybody on this machine may read \(Label.harmless(path)) (mode \(SocketMode.format(facts.mode))): chmod 0640 it"
    )
  }

  private func judgedQueries(_ findings: inout Findings) -> QuerySet? {
    let hasPreset = reading.given.contains("preset")
    let hasQueries = reading.given.contains("queries")
    if hasPreset && hasQueries {
      findings.add(label("queries"), "and `preset` are both given; keep one of them")
    } else if !hasPreset && !hasQueries {
      findings.add(
        reading.label,
        "has neither `preset` nor [directory.queries]; name a preset (\(Suggestion.list(PresetDraft.names))), or write the queries"
      )
    }
    var result: QuerySet?
    if let queries = draft.queries {
      result = QueriesDraft.queries(queries, draft.type.map { [$0.dialect] } ?? backEnds.map(\.dialect), &findings)
    }
    if !hasPreset {
      PresetDraft.judgeStray(reading, &findings)
    } else if let preset = draft.preset,
      // Without a type any database will do that has such tables.
      let dialect = draft.type?.dialect ?? backEnds.map(\.dialect).first(where: preset.dialects.contains)
        ?? backEnds.first?.dialect
    {
      let fromPreset = PresetDraft.queries(of: preset, dialect, reading, &findings)
      result = hasQueries ? result : fromPreset
    }
    return result
  }

  private func label(_ key: String) -> String { Label.child(reading.label, key) }
}
