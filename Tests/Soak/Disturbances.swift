import Foundation
import TestSupport

/// What happens to daemons and databases during their lives, faster than in any of them.
struct Disturbances {
  private static let reloadPause = 0.5
  private static let pause = 6.0

  let station: Station
  let stage: Stage
  let tally: Tally

  /// Begins to disturb.
  func start() {
    stage.run {
      station.daemon.pid.map { _ = kill($0, SIGHUP) }
      tally.event("SIGHUPs")
      stage.sleep(Self.reloadPause)
    }
    stage.run {
      breakConfiguration()
      stage.sleep(2)
    }
    stage.run {
      stage.sleep(Self.pause)
      if stage.shouldRest { return }
      if let server = station.postgres { disturb(server) }
      if let file = station.databaseFile { lock(file) }
    }
  }

  private func breakConfiguration() {
    for text in ["default-domian = 1\n", "[[directory]\n", "", station.goodConfiguration] {
      try? text.write(toFile: station.daemon.configurationPath, atomically: true, encoding: .utf8)
      stage.sleep(0.7)
    }
    tally.event("broken configurations", 3)
    // Whatever cut this short.
    try? station.goodConfiguration.write(toFile: station.daemon.configurationPath, atomically: true, encoding: .utf8)
  }

  private func disturb(_ server: PostgreSQLServer) {
    stage.disturb(station.name) {
      switch Int.random(in: 0..<5) {
      case 0:
        tally.event("database restarts")
        attempt { try server.restart() }
      case 1:
        tally.event("database crashes")
        server.crash()
        attempt { try server.start() }
      case 2:
        tally.event("database hangs")
        server.freeze()
        stage.sleep(Double.random(in: 1...8))
        server.thaw()
      case 3:
        tally.event("connections ended by the database")
        attempt { _ = try server.signalBackends(SIGTERM) }
      default:
        tally.event("databases away for seconds")
        server.stop()
        stage.sleep(Double.random(in: 1...8))
        attempt { try server.start() }
      }
    }
  }

  /// Nobody can read while it lasts, in any journal mode.
  private func lock(_ file: String) {
    stage.disturb(station.name) {
      tally.event("database locks")
      attempt {
        _ = try ChildProcess.run([
          "sqlite3", file, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE",
          ".shell sleep \(Int.random(in: 1...4))", "COMMIT",
        ])
      }
    }
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { tally.event("disturbances that failed: \(error)") }
  }
}
