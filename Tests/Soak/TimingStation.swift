import Foundation
import TestSupport

/// A daemon whose accounts all have hashes of one scheme.
final class TimingStation {
  let daemon: GatepostDaemon
  let client: AuthdaemonClient
  private let folder: TemporaryFolder
  private let postgres: PostgreSQLServer?

  static func user(_ number: Int) -> String { "user\(1_000_000 + number)@example.org" }

  init(_ backEnd: TimingBench.BackEnd, hashes: [String], accounts: Int) throws {
    folder = try TemporaryFolder("timing")
    let table = """
      CREATE TABLE mailbox (username text PRIMARY KEY, password text, name text, maildir text, quota integer,
        local_part text, domain text, active \(backEnd == .sqlite ? "integer" : "boolean"));
      """
    let active = backEnd == .sqlite ? "1" : "true"
    let rows = (0..<accounts).map { number in
      "('\(Self.user(number))', '\(hashes[number % hashes.count])', '', 'u\(number)/', 0, 'u', 'example.org', \(active))"
    }
    let sql = table + "\nINSERT INTO mailbox VALUES " + rows.joined(separator: ",\n") + ";"
    let location: String
    switch backEnd {
    case .sqlite:
      postgres = nil
      let file = folder.file("accounts.db")
      try folder.write("PRAGMA journal_mode = WAL;\n" + sql, to: "accounts.sql")
      let made = try ChildProcess.run(["sqlite3", file, ".read \(folder.file("accounts.sql"))"])
      guard made.status == 0 else { throw ServerTrouble("sqlite3: \(made.errors)") }
      location = "type = \"sqlite\"\ndatabase = \"\(file)\""
    case .postgresql:
      let server = try PostgreSQLServer()
      postgres = server
      try server.sql(sql + " ANALYZE mailbox;")
      location = "type = \"postgresql\"\nconnection = \"\(server.conninfo())\""
    }
    daemon = try GatepostDaemon { socket in
      """
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      [[directory]]
      \(location)
      preset = "postfixadmin"
      uid = 5000
      gid = 5000
      """
    }
    client = AuthdaemonClient(daemon.socketPath)
  }
}
