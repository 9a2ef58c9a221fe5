internal import Accounts
internal import Passwords

/// `[[directory]]` on the way to `DirectorySettings`.
struct DirectoryDraft {
  var name: String?
  var type: BackEnd?
  /// By key: each kind of database has its own for where it is.
  var locations: [String: String] = [:]
  var passwordFile: String?
  var preset: Preset?
  var bareScheme: BareScheme?
  var rehashTo: RehashTarget?
  var parameters = PresetParameters()
  var queries: Reading<QueriesDraft>?

  static func schema(_ backEnds: [BackEnd], _ system: SystemFacts) -> TableSchema<DirectoryDraft> {
    var locationKeys: [String] = []
    for backEnd in backEnds where !locationKeys.contains(backEnd.locationKey) {
      locationKeys.append(backEnd.locationKey)
    }
    let locations = locationKeys.map { key in
      Row<DirectoryDraft>(key: key, .filled(expected: "a string that says where the database is")) { draft, location in
        draft.locations[key] = location
      }
    }
    return TableSchema(
      title: "[[directory]]",
      rows: [
        Row("name", .text(like: "accounts", DirectoryName.parse), \.name),
        Row("type", type(backEnds), \.type),
      ] + locations + [
        Row(
          "password-file",
          .text(like: "/etc/gatepost/password") { text throws(Objection) in try PasswordFile.parse(text, system) },
          \.passwordFile),
        Row("default-scheme", .text(like: "PLAIN-MD5", bareScheme), \.bareScheme),
        Row("rehash-to", .text(like: "BLF-CRYPT:12", rehashTarget), \.rehashTo),
        Row("preset", .preset, \.preset),
        Row(table: "queries", QueriesDraft.schema, start: QueriesDraft(), \.queries),
      ] + PresetDraft.rows)
  }

  private static func bareScheme(_ name: String) throws(Objection) -> BareScheme {
    if let scheme = BareScheme(named: name) { return scheme }
    let found = "no such scheme: \"\(Label.harmless(name))\""
    if PasswordSchemes.named(name) != nil || name.uppercased() == "CRYPT" {
      throw Objection("\(Label.harmless(name)) needs no default: its strings say themselves what they are")
    }
    if let nearest = Spelling.nearest(to: name.uppercased(), among: BareScheme.names) {
      throw Objection("\(found); did you mean `\(nearest)`?")
    }
    throw Objection("\(found); `gatepost password schemes` lists them")
  }

  private static func rehashTarget(_ text: String) throws(Objection) -> RehashTarget {
    let scheme: PasswordScheme
    do throws(SchemeSpellingError) {
      scheme = try PasswordScheme(spelling: text)
    } catch {
      guard case .unknownScheme(let name) = error else { throw Objection("\(error)") }
      let found = "no such scheme: \"\(Label.harmless(name))\""
      if name.uppercased() == "CRYPT" { throw Objection("\(found), which is a prefix; name one such as SHA512-CRYPT") }
      if let nearest = Spelling.nearest(to: name.uppercased(), among: PasswordSchemes.all.map(\.name)) {
        throw Objection("\(found); did you mean `\(nearest)`?")
      }
      throw Objection("\(found); `gatepost password schemes` lists them")
    }
    do throws(RehashTarget.Unfitness) {
      return try RehashTarget(scheme)
    } catch {
      switch error {
      case .weak: throw Objection("\(scheme.name) is weak: no new hash is made by it; name a better one")
      case .unsupported: throw Objection("the libraries of this system do not make \(scheme.name); name another one")
      }
    }
  }

  /// The values of `type` that this build can serve.
  static func types(_ backEnds: [BackEnd]) -> [String] { backEnds.filter { $0.absence == nil }.map(\.type) }

  private static func type(_ backEnds: [BackEnd]) -> ValueKind<BackEnd> {
    let known = types(backEnds)
    return .text(like: known.first ?? "") { word throws(Objection) in
      if let backEnd = backEnds.first(where: { $0.type == word }) {
        if let absence = backEnd.absence { throw Objection(absence) }
        return backEnd
      }
      let found = "no such type: \"\(Label.harmless(word))\""
      if let meant = backEnds.first(where: { $0.aliases.contains(word) }) {
        throw Objection(meant.absence ?? "\(found); did you mean `\(meant.type)`?")
      }
      throw Objection("\(found); \(Suggestion.instead(of: word, among: known))")
    }
  }

  /// All directories, in order; each name may be used once.
  static func settings(
    _ readings: [Reading<DirectoryDraft>], _ backEnds: [BackEnd], _ file: FileFacts?, _ system: SystemFacts,
    _ findings: inout Findings
  ) -> [DirectorySettings] {
    var seen: [String: String] = [:]
    return readings.compactMap { reading in
      let draft = reading.draft
      if let name = draft.name ?? (reading.given.contains("name") ? nil : draft.type.map(standardName)) {
        let key = Label.child(reading.label, "name")
        if let other = seen[name] {
          let why =
            draft.name == nil ? "both have the name `\(name)` that comes from their type" : "the same name as \(other)"
          findings.add(key, "\(why); give each directory its own")
        }
        seen[name] = reading.label
      }
      return DirectoryAssembly(reading: reading, backEnds: backEnds, file: file, system: system).settings(&findings)
    }
  }

  /// The name of a directory that has none: what courier calls its module for this kind of database.
  static func standardName(_ backEnd: BackEnd) -> String {
    backEnd.aliases.first { (try? DirectoryName.parse($0)) != nil } ?? backEnd.type
  }
}
