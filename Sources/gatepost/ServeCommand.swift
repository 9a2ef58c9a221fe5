internal import ArgumentParser
internal import Configuration
internal import Telemetry

/// `gatepost serve`: the daemon, in the foreground.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve in the foreground, logging to standard error.",
    discussion: """
      SIGTERM and SIGINT finish what was accepted and stop. SIGHUP reads the
      configuration again; a faulty one is logged and the old one stays. Sockets
      handed over by systemd are used as they are.
      """)

  @Option(help: "The configuration file.")
  var config = ConfigurationFile.standardPath

  func run() async throws {
    let settings: Settings
    do throws(ConfigurationError) {
      settings = try ConfigurationReader.read(path: config, backEnds: backEnds)
    } catch {
      for mistake in error.mistakes { standardError(mistake.line(in: config)) }
      throw ExitCode.configuration
    }
    try await Daemon(settings: settings, configPath: config).run()
  }
}

extension Mistake {
  /// `FILE:LINE: key: what is wrong`.
  func line(in file: String) -> String {
    file + (line.map { ":\($0)" } ?? "") + ": " + (key.isEmpty ? "" : "\(key): ") + text
  }
}
