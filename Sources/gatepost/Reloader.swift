internal import Accounts
internal import Broker
internal import Configuration
internal import Logging
internal import SocketServer
internal import Threads

/// SIGHUP: reads the configuration again and swaps it in whole. A faulty one is logged and changes nothing; no request is lost
/// either way, because those under way keep what they began with.
struct Reloader {
  /// How long requests on the old directories may take before these are shut down: so much more than a list may.
  static let margin: Duration = .seconds(60)

  let configPath: String
  let running: Settings
  /// What is listened on, in the server's order.
  let sockets: [(path: String, start: ListenerSettings?)]
  let broker: Broker
  let manager: ServiceManager
  let logger: Logger
  let status: String

  /// Reads, checks, swaps, and tells the service manager.
  func reload() {
    manager.reloading()
    replace()
    manager.ready(status: status)
  }

  private func replace() {
    let settings: Settings
    do throws(ConfigurationError) {
      settings = try ConfigurationReader.read(path: configPath, backEnds: backEnds)
    } catch {
      for mistake in error.mistakes { logger.error("\(mistake.line(in: configPath))") }
      let count = error.mistakes.count
      logger.error("configuration not reloaded: \(count) mistake\(count == 1 ? "" : "s"); serving with the old one")
      return
    }
    let isSameSockets = settings.listeners.elementsEqual(running.listeners) { $0.isSameSocket(as: $1) }
    if !isSameSockets || settings.limits != running.limits || settings.logLevel != running.logLevel
      || settings.control != running.control || settings.stateFolder != running.stateFolder
    {
      logger.warning(
        "sockets, their owners and permissions, [limits], [control], state-folder and log-level are read at start only: restart for these"
      )
    }
    do {
      let fresh = try Assembly.brokerSettings(settings, sockets: sockets, logger: logger)
      for entry in fresh.directories {
        let findings = entry.directory.inspect()
        if InspectionLog.write(findings, of: entry.directory.name, wrong: .error, logger) {
          logger.error("configuration not reloaded; serving with the old one")
          for entry in fresh.directories { entry.directory.shutDown() }
          return
        }
      }
      for entry in fresh.directories { entry.directory.prepare() }
      let broker = self.broker
      let patience = broker.enumerateTimeout + Self.margin
      let old = broker.replace(settings: fresh)
      _ = try Worker(name: "retire") {
        for directory in old(patience) { directory.shutDown() }
        // The old directories' caches, and what reading the configuration took.
        StartMemory.giveBack()
      }
      logger.notice("configuration reloaded")
    } catch {
      logger.error("configuration not reloaded: \(error); serving with the old one")
    }
  }
}
