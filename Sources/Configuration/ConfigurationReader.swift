public import Accounts

/// Turns the text of a configuration file into settings, or into everything that is wrong with it.
///
/// TOML → `Node` (`TOMLDocument`) → drafts (`TableSchema`, one row for each key) → settings (the checks that look at several
/// keys). No step stops at the first mistake.
public enum ConfigurationReader {
  /// Reads `text`.
  /// - Parameters:
  ///   - backEnds: the kinds of database there are; the value of `type` picks one.
  ///   - file: who may read the file; nil when it is no file.
  ///   - system: what the machine knows of users, groups and files.
  /// - Throws: every mistake at once.
  public static func read(
    text: String, backEnds: [BackEnd], file: FileFacts? = nil, system: SystemFacts = .current
  ) throws(ConfigurationError) -> Settings {
    let schema = RootDraft.schema(backEnds, system)
    let catalogue = schema.catalogue()
    let document = TOMLDocument(text) { path in catalogue.first { $0.path == path }?.expected }
    guard let root = document.root else { throw ConfigurationError(mistakes: document.mistakes) }

    var findings = Findings(lines: document.lines, mistakes: document.mistakes)
    let reading = schema.read(root, at: "", RootDraft(), &findings, catalogue)
    let settings = reading.draft.settings(
      reading, backEnds: backEnds, file: file, system: system, mayLackTables: document.lostTables, &findings)
    guard findings.mistakes.isEmpty else { throw ConfigurationError(mistakes: findings.inOrder()) }
    return settings
  }

  /// Reads the file at `path`.
  /// - Throws: every mistake at once; those of the file itself too.
  public static func read(
    path: String, backEnds: [BackEnd], system: SystemFacts = .current
  ) throws(ConfigurationError) -> Settings {
    let file = try ConfigurationFile(path: path)
    return try read(text: file.text, backEnds: backEnds, file: file.facts, system: system)
  }
}
