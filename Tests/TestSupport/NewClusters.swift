internal import Foundation

/// PostgreSQL's clusters as `initdb` leaves them: one for each encoding, made once by a process that runs tests, and copied for each server.
/// A copy takes an eighth of what `initdb` does.
final class NewClusters: @unchecked Sendable {
  static let shared = NewClusters()

  // Unchecked: reached under `lock` only.
  private var made: [String: TemporaryFolder] = [:]
  private let lock = NSLock()

  private init() {
    // What a static property holds has no end of its own.
    atexit { NewClusters.shared.remove() }
  }

  /// Fills the empty folder `data`, which is the server user's, with a cluster whose databases have `encoding` and the C locale.
  func copy(encoding: String, to data: String) throws {
    // Who needs one that is being made waits for it.
    let folder = try lock.withLock {
      if let folder = made[encoding] { return folder }
      let folder = try Self.make(encoding)
      made[encoding] = folder
      return folder
    }
    try PostgreSQLServer.succeed(["cp", "-a", "\(folder.file("data"))/.", data])
  }

  private static func make(_ encoding: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder("pg-new")
    let data = folder.file("data")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
    if getuid() == 0 { try PostgreSQLServer.succeed(["chown", "postgres:", data]) }
    try PostgreSQLServer.succeed(
      PostgreSQLServer.asServerUser([
        try PostgreSQLServer.program("initdb"), "--no-sync", "--no-instructions", "--username=postgres", "--auth=trust",
        "--locale=C", "--encoding=\(encoding)", "--pgdata", data,
      ]))
    return folder
  }

  private func remove() { lock.withLock { made = [:] } }
}
