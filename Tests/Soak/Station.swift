import Foundation
import TestSupport

/// A daemon, its database and the accounts in it.
final class Station: Sendable {
  /// Accounts whose password is stored as it is; enough that a list is longer than a socket holds.
  static let plainAccounts = 20_000
  /// Hashes to compute, known with their passwords.
  static let hashed = [
    (user: "md5", hash: "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1", password: "md5crypt-secret"),
    (
      user: "bcrypt", hash: "$2y$10$abcdefghijklmnopqrstuuekZCv8Werm9riOHss5vjR1mTbI4eVxO",
      password: "bcrypt-secret"
    ),
  ]
  private static let table = """
    CREATE TABLE mailbox (username text PRIMARY KEY, password text, name text, maildir text, quota integer,
      local_part text, domain text, active %@);
    """
  private static let rows = hashed.map {
    "INSERT INTO mailbox VALUES ('\($0.user)@example.org', '\($0.hash)', '', 'h/', 0, 'h', 'example.org', %@);"
  }.joined(separator: "\n")

  let name: String
  let daemon: GatepostDaemon
  let postgres: PostgreSQLServer?
  let databaseFile: String?
  let goodConfiguration: String
  private let folder: TemporaryFolder

  var client: AuthdaemonClient { AuthdaemonClient(daemon.socketPath) }
  var accounts: Int { Self.plainAccounts + Self.hashed.count }

  /// Stops the daemon, then its database.
  /// - Returns: the daemon's exit status.
  func end() -> Int32 {
    defer { postgres?.stop() }
    return daemon.stop()
  }

  static func user(_ number: Int) -> String { "user\(number)@example.org" }
  static func password(_ number: Int) -> String { "secret-\(number)" }

  private init(
    _ name: String, _ folder: TemporaryFolder, postgres: PostgreSQLServer?, databaseFile: String?, location: String
  ) throws {
    self.name = name
    self.folder = folder
    self.postgres = postgres
    self.databaseFile = databaseFile
    daemon = try GatepostDaemon { socket in
      """
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      [[directory]]
      name = "\(name)"
      \(location)
      preset = "postfixadmin"
      uid = 5000
      gid = 5000
      [limits]
      connections = 1024
      """
    }
    goodConfiguration = try String(contentsOfFile: daemon.configurationPath, encoding: .utf8)
  }

  static func sqlite() throws -> Station {
    let folder = try TemporaryFolder("soak")
    let file = folder.file("accounts.db")
    let numbers = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < \(plainAccounts - 1))"
    let sql = [
      "PRAGMA journal_mode = WAL;", String(format: table, "integer"), String(format: rows, "1", "1"),
      numbers
        + " INSERT INTO mailbox SELECT 'user' || i || '@example.org', '{PLAIN}secret-' || i, '', 'u' || i || '/',",
      " 0, 'user' || i, 'example.org', 1 FROM n;",
    ].joined(separator: "\n")
    try folder.write(sql, to: "accounts.sql")
    let made = try ChildProcess.run(["sqlite3", file, ".read \(folder.file("accounts.sql"))"])
    guard made.status == 0 else { throw ServerTrouble("sqlite3: \(made.errors)") }
    return try Station(
      "sqlite", folder, postgres: nil, databaseFile: file, location: "type = \"sqlite\"\ndatabase = \"\(file)\"")
  }

  static func postgreSQL() throws -> Station {
    let server = try PostgreSQLServer()
    try server.sql(String(format: table, "boolean"))
    try server.sql(String(format: rows, "true", "true"))
    try server.sql(
      """
      INSERT INTO mailbox SELECT 'user' || i || '@example.org', '{PLAIN}secret-' || i, '', 'u' || i || '/', 0,
        'user' || i, 'example.org', true FROM generate_series(0, \(plainAccounts - 1)) i;
      """)
    return try Station(
      "postgresql", TemporaryFolder("soak"), postgres: server, databaseFile: nil,
      location: "type = \"postgresql\"\nconnection = \"\(server.conninfo())\"")
  }
}
