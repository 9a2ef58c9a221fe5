internal import Accounts
internal import Configuration

/// What one directory said when it was tried.
struct CheckDirectory {
  /// As configured.
  let name: String
  /// What is wrong with the connection and the queries.
  var findings: [DirectoryFinding]
  /// Whose tables are there; nil when they cannot be asked for.
  var schema: CheckSchema?
  /// What its accounts are like; nil when they cannot be asked for.
  var survey: CheckSurvey?

  /// Opens the directory, inspects it and looks at its accounts.
  static func check(_ settings: DirectorySettings, defaultDomain: String?, hashMemory: Int) -> CheckDirectory {
    let directory: any AccountDirectory
    do {
      directory = try settings.backEnd.open(settings.parameters())
    } catch {
      let finding = DirectoryFinding(.unavailable, key: "", "cannot be opened: \(error)")
      return CheckDirectory(name: settings.name, findings: [finding])
    }
    defer { directory.shutDown() }
    var check = CheckDirectory(name: settings.name, findings: directory.inspect())
    check.schema = CheckSchema.look(at: directory, settings, check.findings)
    if check.findings.allSatisfy({ $0.kind == .limited }) {
      check.survey =
        settings.queries.enumerate == nil
        ? CheckSurvey(couldList: false)
        : CheckSurvey.survey(
          directory, defaultDomain: defaultDomain,
          recogniseHash: { CheckScheme.recognise(hash: $0, bareScheme: settings.bareScheme, hashMemory: hashMemory) },
          recognise: { CheckScheme.recognise($0, bareScheme: settings.bareScheme, hashMemory: hashMemory) })
    }
    return check
  }
}
