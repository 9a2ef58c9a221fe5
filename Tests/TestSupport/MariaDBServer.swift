internal import Foundation

/// A MariaDB server of a test's own: a new data directory in a temporary folder, reached by a Unix socket there, and by a port of the
/// loopback interface when asked for. `root` may do everything and has no password.
///
/// As root the server wants to run as another user, so root's tests start it as user `mysql`.
public final class MariaDBServer: @unchecked Sendable {
  // Unchecked: `process` and `isFrozen` are reached under `lock` only; the rest never changes.

  /// A command that failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The command and what it printed.
    public let description: String
  }

  /// The folder with nothing but the socket in it.
  public var socketFolder: String { folder.file("run") }
  /// The server's Unix socket, named as in Debian.
  public var socketPath: String { "\(socketFolder)/mysqld.sock" }
  /// The port on 127.0.0.1; 0 when the server does not listen there.
  public let port: Int
  /// What a client needs to verify the server (`ssl-ca=`), when the server speaks TLS.
  public var certificatePath: String? { certificate?.path }
  private let folder: TemporaryFolder
  private let certificate: Certificate?
  private let settings: [String: String]
  private let lock = NSLock()
  private var process: ChildProcess?
  private var isFrozen = false

  /// Whether the server is installed.
  public static var isInstalled: Bool { (try? program("mariadbd")) != nil }

  /// Makes a data directory and starts its server.
  /// - Parameters:
  ///   - loopback: also listen on 127.0.0.1, on a free port.
  ///   - tls: have a certificate for `localhost` and 127.0.0.1, and offer TLS.
  ///   - settings: more of the server's options, without their dashes: `["max-connections": "10"]`.
  public init(loopback: Bool = false, tls: Bool = false, settings: [String: String] = [:]) throws {
    folder = try TemporaryFolder("maria")
    port = loopback ? Int(try freePort()) : 0
    self.settings = settings
    for name in ["run", "data", "tmp"] { try Self.makeFolder(folder.file(name), mode: name == "run" ? 0o755 : 0o700) }
    certificate = tls ? try Certificate(in: folder, owner: getuid() == 0 ? "mysql" : nil) : nil
    try Self.succeed(["cp", "-a", "\(Self.template.get().file("data"))/.", folder.file("data")])
    try start()
  }

  deinit { end(SIGKILL) }

  // MARK: - Talking to it

  /// A connection string of Gatepost's.
  /// - Parameters:
  ///   - loopback: by 127.0.0.1 instead of the socket.
  ///   - more: further keywords, such as `ssl-ca=/…`.
  public func connection(
    database: String = "test", user: String = "root", password: String? = nil, loopback: Bool = false,
    more: String = ""
  ) -> String {
    let place = loopback ? "host=127.0.0.1 port=\(port)" : "socket=\(socketPath)"
    let secret = password.map { " password=\($0)" } ?? ""
    return "\(place) dbname=\(database) user=\(user)\(secret)" + (more.isEmpty ? "" : " \(more)")
  }

  /// Runs SQL through `mariadb`, one transaction a statement, and ends at the first error. `DELIMITER` works.
  /// - Returns: the rows, columns separated by `|`; NULL is `NULL`.
  /// - Throws: `Failure` with the program's message.
  @discardableResult
  public func sql(_ text: String, database: String = "test") throws -> String {
    try Self.succeed(
      [
        try Self.program("mariadb"), "--no-defaults", "--socket", socketPath, "--user=root", "--batch", "--raw",
        "--skip-column-names", "--default-character-set=utf8mb4", "--connect-timeout=10", database,
      ], input: text
    ).replacingOccurrences(of: "\t", with: "|").trimmingCharacters(in: .newlines)
  }

  /// Whether those without the right to write nevertheless may write nothing (`read_only`): root may.
  public func setReadOnly(_ isReadOnly: Bool) throws { try sql("SET GLOBAL read_only = \(isReadOnly ? "ON" : "OFF")") }

  /// Ends all connections of `user` without a word of farewell.
  public func dropConnections(of user: String) throws {
    // A connection may end by itself meanwhile: its number is then unknown, and the next one's turn must come all the same.
    for id in try sql("SELECT id FROM information_schema.processlist WHERE user = '\(user)'").split(separator: "\n") {
      do { try sql("KILL CONNECTION \(id)") } catch let failure as Failure
        where failure.description.contains("Unknown thread id")
      {}
    }
  }

  /// What the server has logged since its last start.
  public var log: String { lock.withLock { process?.output ?? "" } }

  // MARK: - Starting and stopping

  /// The server's process id while it runs.
  public var pid: Int32? { lock.withLock { process?.pid } }

  /// Starts the server and waits until it greets. Does nothing when it runs.
  public func start() throws {
    try lock.withLock {
      if process?.isRunning == true { return }
      var options = Self.quick.merging([
        "datadir": folder.file("data"), "socket": socketPath, "tmpdir": folder.file("tmp"),
        "pid-file": folder.file("tmp/mysqld.pid"), "skip-name-resolve": "ON",
      ]) { $1 }
      options.merge(port == 0 ? ["skip-networking": "ON"] : ["bind-address": "127.0.0.1", "port": "\(port)"]) { $1 }
      if let certificate { options.merge(["ssl-cert": certificate.path, "ssl-key": certificate.keyPath]) { $1 } }
      options.merge(settings) { $1 }
      let command = [try Self.program("mariadbd"), "--no-defaults"] + Self.arguments(options)
      let started = try ChildProcess(Self.asServerUser(command), outputPath: folder.file("log"))
      process = started
      if eventually(within: 60, { !started.isRunning || isGreeting }) && started.isRunning { return }
      throw Failure(description: "mariadbd did not start: \(started.output.suffix(4_000))")
    }
  }

  /// The server speaks first: its first byte says that it is ready.
  private var isGreeting: Bool {
    guard let connection = try? SocketConnection(unixPath: socketPath) else { return false }
    if case .bytes = connection.receive(until: Date(timeIntervalSinceNow: 10)) { return true }
    return false
  }

  /// Stops the server, connections and all, in good order.
  public func stop() { end(SIGTERM) }

  /// Kills the server, as a power cut would.
  public func crash() { end(SIGKILL) }

  /// Stops the server and starts it again.
  public func restart() throws {
    stop()
    try start()
  }

  /// Stops the server in its tracks (SIGSTOP): it holds its connections and answers nothing.
  public func freeze() {
    lock.withLock {
      guard let process else { return }
      isFrozen = true
      ProcessFacts.freeze([process.pid])
    }
  }

  /// Lets a frozen server go on.
  public func thaw() { lock.withLock { thawLocked() } }

  private func end(_ signal: Int32) {
    lock.withLock {
      thawLocked()
      process?.stop(signal, patience: 30)
      process = nil
    }
  }

  private func thawLocked() {
    guard isFrozen, let process else { return }
    isFrozen = false
    kill(process.pid, SIGCONT)
  }

  // MARK: - The data directory

  /// Small files, no waiting for a disk: what is lost with the machine's power is not missed.
  private static let quick = [
    "innodb-buffer-pool-size": "16M", "innodb-log-file-size": "4M", "innodb-flush-log-at-trx-commit": "0",
    "innodb-flush-method": "nosync", "innodb-doublewrite": "OFF", "innodb-buffer-pool-dump-at-shutdown": "OFF",
    "innodb-buffer-pool-load-at-startup": "OFF", "innodb-temp-data-file-path": "ibtmp1:1M:autoextend",
    "aria-log-file-size": "8M", "sync-frm": "OFF", "aria-pagecache-buffer-size": "1M", "key-buffer-size": "64K",
    // As Debian's configuration has it.
    "character-set-server": "utf8mb4", "collation-server": "utf8mb4_general_ci",
  ]

  /// A data directory as `mariadb-install-db` leaves it, with a database `test`: made once by a process that runs tests, and copied for
  /// each server.
  private static let template = Result {
    let folder = try TemporaryFolder("maria-new")
    for name in ["data", "tmp"] { try makeFolder(folder.file(name), mode: 0o700) }
    let options = quick.merging(["datadir": folder.file("data"), "tmpdir": folder.file("tmp")]) { $1 }
    try succeed(
      asServerUser(
        [
          try program("mariadb-install-db"), "--no-defaults", "--auth-root-authentication-method=normal",
          "--skip-test-db", "--skip-name-resolve",
        ] + arguments(options)), environment: ["TMPDIR": folder.file("tmp")])
    // A database is a folder.
    try makeFolder(folder.file("data/test"), mode: 0o700)
    // What a static property holds has no end of its own.
    atexit { MariaDBServer.removeTemplate() }
    return folder
  }

  private static func removeTemplate() {
    guard let folder = try? template.get() else { return }
    try? FileManager.default.removeItem(atPath: folder.path)
  }

  private static func makeFolder(_ path: String, mode: mode_t) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    chmod(path, mode)
    if getuid() == 0 { try succeed(["chown", "mysql:", path]) }
  }

  private static func arguments(_ options: [String: String]) -> [String] {
    options.sorted { $0.key < $1.key }.map { "--\($0.key)=\($0.value)" }
  }

  // MARK: - Finding things

  /// A program of MariaDB's.
  public static func program(_ name: String) throws -> String {
    for folder in ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/usr/libexec"]
    where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
    throw Failure(description: "\(name): not found; these tests need MariaDB (Debian: mariadb-server)")
  }

  private static func asServerUser(_ command: [String]) -> [String] {
    // setpriv becomes the command, so that the process id is the server's own.
    getuid() == 0 ? ["setpriv", "--reuid=mysql", "--regid=mysql", "--init-groups", "--"] + command : command
  }

  @discardableResult
  private static func succeed(
    _ command: [String], environment: [String: String] = [:], input: String = ""
  ) throws -> String {
    let result = try ChildProcess.run(command, environment: environment, input: input)
    guard result.status == 0 else {
      throw Failure(description: "\(command.joined(separator: " ")): status \(result.status)\n\(result.errors)")
    }
    return result.output
  }
}
