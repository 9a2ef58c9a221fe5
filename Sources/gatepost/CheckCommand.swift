internal import Accounts
internal import ArgumentParser
internal import Configuration

/// `gatepost check`: everything that is wrong with a configuration, at once.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Name every mistake in a configuration, or say what it serves.",
    discussion: """
      With --connect also: connect to each database, prepare each query, and find
      out whose tables are there, and which password schemes the accounts use and
      which of them cannot be verified. No hash is shown.

      Exit status: 0 all is well, 1 there are accounts that cannot be served, or
      the preset is for other tables than are there,
      75 a database cannot be reached, 78 the configuration is wrong.
      """)

  @Option(help: "The configuration file.")
  var config = ConfigurationFile.standardPath

  @Flag(help: "Also try the databases, the queries and the accounts.")
  var connect = false

  @Flag(help: "Print JSON: an object.")
  var json = false

  func run() throws {
    let report = report()
    try standardOutput(json ? report.json.pretty + "\n" : report.text)
    if report.exitCode != .success { throw report.exitCode }
  }

  private func report() -> CheckReport {
    var report = CheckReport(file: config)
    do throws(ConfigurationError) {
      let settings = try ConfigurationReader.read(path: config, backEnds: backEnds)
      report.settings = settings
      report.warnings = CheckSurroundings(settings).warnings()
      if connect {
        report.directories = settings.directories.map {
          CheckDirectory.check(
            $0, defaultDomain: settings.defaultDomain, hashMemory: settings.limits.hashMemory)
        }
      }
    } catch {
      report.mistakes = error.mistakes
    }
    return report
  }
}
