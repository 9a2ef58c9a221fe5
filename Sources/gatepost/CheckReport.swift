internal import Accounts
internal import ArgumentParser
internal import Configuration

/// What a check found, before it is shown as text or JSON.
struct CheckReport {
  /// The configuration file.
  let file: String
  /// What is wrong with it.
  var mistakes: [Mistake] = []
  /// What it says; nil when there are mistakes.
  var settings: Settings?
  /// What may be wrong on this machine.
  var warnings: [String] = []
  /// What the databases said; nil when they were not asked.
  var directories: [CheckDirectory]?

  /// The worst thing found decides: the configuration, then a database that is away, then accounts that cannot be served.
  var exitCode: ExitCode {
    let findings = (directories ?? []).flatMap(\.findings)
    if !mistakes.isEmpty || findings.contains(where: { $0.kind == .configuration }) { return .configuration }
    if findings.contains(where: { $0.kind == .unavailable }) { return .temporary }
    let schemas = (directories ?? []).compactMap(\.schema)
    let surveys = (directories ?? []).compactMap(\.survey)
    if surveys.contains(where: { $0.failure != nil }) { return .temporary }
    return surveys.contains { !$0.isGood } || schemas.contains { !$0.isGood } ? .refused : .success
  }
}
