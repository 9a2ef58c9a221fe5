import Foundation

/// A PostgreSQL server of a test's own: a new cluster in a temporary folder, reached by a Unix socket there, and by a
/// port of the loopback interface when asked for. Whoever may open the socket is believed (`trust`), unless `access`
/// says otherwise.
///
/// The server refuses to run as root, so root's tests start it as user `postgres`.
public final class PostgreSQLServer: @unchecked Sendable {
  // Unchecked: `process` and `isFrozen` are reached under `lock` only; the rest never changes.

  /// A command that failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The command and what it printed.
    public let description: String
  }

  /// The folder with the socket: `host=` of a conninfo, `PGHOST`.
  public let socketFolder: String
  /// The number in the socket's name, and the port on 127.0.0.1 when the server listens there.
  public let port: Int
  private let folder: TemporaryFolder
  private let settings: [String: String]
  private let lock = NSLock()
  private var process: ChildProcess?
  private var isFrozen = false

  /// Makes a cluster and starts its server.
  /// - Parameters:
  ///   - loopback: also listen on 127.0.0.1, on a free port.
  ///   - access: the lines of `pg_hba.conf`.
  ///   - settings: more of `postgresql.conf`.
  ///   - encoding: of the databases, with the C locale.
  public init(
    loopback: Bool = false, access: [String] = ["local all all trust", "host all all 127.0.0.1/32 trust"],
    settings: [String: String] = [:], encoding: String = "UTF8"
  ) throws {
    folder = try TemporaryFolder("pg")
    socketFolder = folder.file("run")
    port = loopback ? Int(try freePort()) : 5432
    self.settings = settings.merging(["listen_addresses": loopback ? "127.0.0.1" : ""]) { mine, _ in mine }
    for name in ["run", "data"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
      chmod(folder.file(name), name == "run" ? 0o755 : 0o700)
      if getuid() == 0 { try Self.succeed(["chown", "postgres:", folder.file(name)]) }
    }
    try NewClusters.shared.copy(encoding: encoding, to: folder.file("data"))
    try grant(access)
    try start()
  }

  /// Copies `primary` and starts a server that follows it (streaming replication, hot standby).
  /// - Parameter settings: more of `postgresql.conf`.
  /// - Note: the primary must let `postgres` in for replication: `local replication all trust`.
  public init(standbyOf primary: PostgreSQLServer, settings: [String: String] = [:]) throws {
    folder = try TemporaryFolder("pg")
    socketFolder = folder.file("run")
    port = 5432
    self.settings = settings.merging(["listen_addresses": ""]) { mine, _ in mine }
    for name in ["run", "data"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
      chmod(folder.file(name), name == "run" ? 0o755 : 0o700)
      if getuid() == 0 { try Self.succeed(["chown", "postgres:", folder.file(name)]) }
    }
    try Self.succeed(
      Self.asServerUser([
        try Self.program("pg_basebackup"), "--no-sync", "--checkpoint=fast", "--write-recovery-conf",
        "--wal-method=stream", "--pgdata", folder.file("data"), "--host", primary.socketFolder, "--port",
        "\(primary.port)", "--username=postgres",
      ]))
    // Without hot standby nobody is let in, and pg_isready waits in vain.
    try start(awaitingReadiness: settings["hot_standby"] != "off")
  }

  deinit { stop() }

  /// Makes a standby a primary.
  public func promote() throws {
    try Self.succeed(
      Self.asServerUser([try Self.program("pg_ctl"), "promote", "-w", "-t", "60", "-D", folder.file("data")]))
  }

  // MARK: - Talking to it

  /// A libpq connection string.
  /// - Parameter loopback: by 127.0.0.1 instead of the socket.
  public func conninfo(database: String = "postgres", user: String = "postgres", loopback: Bool = false) -> String {
    "host=\(loopback ? "127.0.0.1" : socketFolder) port=\(port) dbname=\(database) user=\(user)"
  }

  /// Runs SQL through `psql`, one transaction a statement, and ends at the first error.
  /// - Returns: the rows, unaligned, columns separated by `|`.
  /// - Throws: `Failure` with psql's message.
  @discardableResult
  public func sql(_ text: String, database: String = "postgres") throws -> String {
    try Self.succeed(
      [
        try Self.program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", socketFolder, "-p", "\(port)",
        "-U", "postgres", "-d", database, "-f", "-",
      ], input: text
    ).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Writes `pg_hba.conf`. A running server takes it at `reload()`.
  public func grant(_ access: [String]) throws {
    try folder.write(access.joined(separator: "\n") + "\n", to: "data/pg_hba.conf")
  }

  /// Has the server read `pg_hba.conf` and `postgresql.conf` again.
  public func reload() { lock.withLock { _ = process.map { kill($0.pid, SIGHUP) } } }

  /// What the server has logged since its last start.
  public var log: String { lock.withLock { process?.output ?? "" } }

  // MARK: - Starting and stopping

  /// Starts the server and waits until it takes connections. Does nothing when it runs.
  public func start() throws { try start(awaitingReadiness: true) }

  private func start(awaitingReadiness: Bool) throws {
    try lock.withLock {
      if process?.isRunning == true { return }
      var command = [try Self.program("postgres"), "-D", folder.file("data"), "-k", socketFolder, "-p", "\(port)"]
      let fast = [
        "fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB", "unix_socket_permissions": "0777",
        "lc_messages": "C", "logging_collector": "off",
      ]
      for (name, value) in fast.merging(settings, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
        command += ["-c", "\(name)=\(value)"]
      }
      let ready = [try Self.program("pg_isready"), "-q", "-h", socketFolder, "-p", "\(port)", "-U", "postgres"]
      // A server killed hard leaves children, which hold its shared memory until they notice: try until they are gone.
      for _ in 0..<10 {
        let started = try ChildProcess(Self.asServerUser(command), outputPath: folder.file("log"))
        process = started
        let up = try eventually(within: 30) {
          // Status 1: it is there, and lets nobody in.
          let status = try ChildProcess.run(ready).status
          return !started.isRunning || status == 0 || (!awaitingReadiness && status == 1)
        }
        if up && started.isRunning { return }
        guard started.output.contains("shared memory block") else { break }
        usleep(100_000)
      }
      throw Failure(description: "postgres did not start: \(process?.output ?? "")")
    }
  }

  /// Stops the server, connections and all, in good order ("fast" shutdown).
  public func stop() { end(SIGINT) }

  /// Stops the server without a word to anybody ("immediate" shutdown).
  public func stopImmediately() { end(SIGQUIT) }

  /// Kills the main process as a power cut would, then clears away what would keep the next one from starting.
  public func crash() {
    end(SIGKILL)
    for path in [folder.file("data/postmaster.pid")] + socketFiles {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// Stops the server and starts it again.
  public func restart() throws {
    stop()
    try start()
  }

  /// Stops every process of the server in its tracks (SIGSTOP): it holds its connections and answers nothing.
  public func freeze() {
    lock.withLock {
      guard let process else { return }
      isFrozen = true
      // The main process first: it makes no more children then.
      ProcessFacts.freeze([process.pid] + Self.children(of: process.pid))
    }
  }

  /// Lets a frozen server go on.
  public func thaw() { lock.withLock { thawLocked() } }

  /// Sends `signal` to every process that serves a connection other than psql's.
  /// - Returns: how many there were.
  /// - Note: after SIGKILL of one, the server ends all the others and starts anew by itself.
  @discardableResult
  public func signalBackends(_ signal: Int32, application: String = "gatepost") throws -> Int {
    let pids = try sql("SELECT pid FROM pg_stat_activity WHERE application_name = '\(application)'")
      .split(separator: "\n").compactMap { Int32($0) }
    for pid in pids { kill(pid, signal) }
    return pids.count
  }

  private func end(_ signal: Int32) {
    lock.withLock {
      thawLocked()
      process?.stop(signal)
      process = nil
    }
  }

  private func thawLocked() {
    guard isFrozen, let process else { return }
    isFrozen = false
    for pid in Self.children(of: process.pid) + [process.pid] { kill(pid, SIGCONT) }
  }

  private var socketFiles: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: socketFolder)) ?? []
    return names.filter { $0.hasPrefix(".s.PGSQL.") }.map { "\(socketFolder)/\($0)" }
  }

  // MARK: - Finding things

  /// A program of the newest PostgreSQL that is installed; Debian keeps them out of PATH.
  public static func program(_ name: String) throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [])
      .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
    for version in versions where FileManager.default.isExecutableFile(atPath: "\(root)/\(version)/bin/\(name)") {
      return "\(root)/\(version)/bin/\(name)"
    }
    for folder in ["/usr/bin", "/usr/local/bin"] where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
    {
      return "\(folder)/\(name)"
    }
    throw Failure(description: "\(name): not found; these tests need PostgreSQL's server (Debian: postgresql)")
  }

  static func asServerUser(_ command: [String]) -> [String] {
    // setpriv becomes the command, so that the process id is the server's own; runuser would stay as its parent.
    getuid() == 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + command : command
  }

  private static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
      guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let name = stat.lastIndex(of: ")")
      else { return false }
      return stat[name...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } == parent
    }
  }

  @discardableResult
  static func succeed(_ command: [String], input: String = "") throws -> String {
    let result = try ChildProcess.run(command, input: input)
    guard result.status == 0 else {
      throw Failure(description: "\(command.joined(separator: " ")): status \(result.status)\n\(result.errors)")
    }
    return result.output
  }
}
