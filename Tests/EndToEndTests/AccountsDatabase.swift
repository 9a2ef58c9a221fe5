internal import Foundation
internal import TestSupport

/// The accounts of the recorded exchanges in one kind of database, which can be taken away and given back.
final class AccountsDatabase: Sendable {
  let kind: BackEndKind
  private let place: Place

  private enum Place {
    case file(String, TemporaryFolder)
    case cluster(PostgreSQLServer, database: String)
    case mariadb(MariaDBServer, database: String)
  }

  /// Ways in which a database can be lost.
  enum Loss: String, CaseIterable, Sendable {
    /// The server is stopped; the file is moved away.
    case gone
    /// The server has no such table any more; in the file's place stands something that is no database.
    case unusable
  }

  /// Makes a database in a new file and loads `script`.
  init(sqlite script: String) throws {
    kind = .sqlite
    let folder = try TemporaryFolder("sqlite")
    place = .file(folder.file("accounts.db"), folder)
    try execute(script)
  }

  /// Makes the database `name` in `server` and loads `script`.
  init(postgresql server: PostgreSQLServer, name: String, script: String) throws {
    kind = .postgresql
    place = .cluster(server, database: name)
    try server.sql("CREATE DATABASE \(name)")
    try execute(script)
  }

  /// Makes the database `name` in `server` and loads `script`.
  init(mariadb server: MariaDBServer, name: String, script: String) throws {
    kind = .mariadb
    place = .mariadb(server, database: name)
    try server.sql("CREATE DATABASE \(name)")
    try execute(script)
  }

  /// Runs `body` with a database of one kind that holds `script`, on a server of its own where it needs one.
  static func during(_ kind: BackEndKind, _ script: String, _ body: (AccountsDatabase) throws -> Void) throws {
    switch kind {
    case .sqlite: try body(AccountsDatabase(sqlite: script))
    case .postgresql:
      let server = try PostgreSQLServer()
      defer { server.stop() }
      try body(AccountsDatabase(postgresql: server, name: "accounts", script: script))
    case .mariadb:
      let server = try MariaDBServer()
      defer { server.stop() }
      try body(AccountsDatabase(mariadb: server, name: "accounts", script: script))
    }
  }

  /// The file, where it is one.
  var file: String? { if case .file(let path, _) = place { path } else { nil } }

  /// The lines of `[[directory]]` that say what and where it is.
  var directoryLines: String {
    switch place {
    case .file(let path, _): "type = \"sqlite\"\ndatabase = \"\(path)\""
    case .cluster(let server, let database):
      "type = \"postgresql\"\nconnection = \"\(server.conninfo(database: database))\""
    case .mariadb(let server, let database):
      "type = \"mariadb\"\nconnection = \"\(server.connection(database: database))\""
    }
  }

  /// The same place, as courier's own daemon is told it.
  var courierModule: CourierReference.Module {
    switch place {
    case .file(let path, _): .sqlite(file: path)
    case .cluster(let server, let database): .pgsql(conninfo: server.conninfo(database: database))
    case .mariadb(let server, let database):
      .mysql(socket: server.socketPath, database: database, user: "root")
    }
  }

  /// Runs `sql`, any number of statements.
  func execute(_ sql: String) throws { _ = try rows(sql) }

  /// Runs `sql`; a string for each row, its values separated by `|`.
  func rows(_ sql: String) throws -> [String] {
    let output: String
    switch place {
    case .file(let path, _):
      let result = try ChildProcess.run(["sqlite3", "-batch", "-bail", path], input: ".timeout 20000\n" + sql)
      guard result.status == 0 else { throw ServerTrouble("sqlite3: \(result.errors)") }
      output = result.output
    case .cluster(let server, let database):
      output = try server.sql(sql, database: database)
    case .mariadb(let server, let database):
      // The scripts are standard SQL: a backslash in a string is one.
      let mode = "SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n"
      output = try server.sql(mode + sql, database: database)
    }
    return output.split(separator: "\n").map(String.init)
  }

  /// Makes it go away. To be called again only after `giveBack`.
  func takeAway(_ loss: Loss) throws {
    switch (place, loss) {
    case (.file(let path, _), _):
      try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
      if loss == .unusable {
        try Data(repeating: UInt8(ascii: "x"), count: 8_192).write(to: URL(fileURLWithPath: path))
      }
    case (.cluster(let server, _), .gone): server.stop()
    case (.mariadb(let server, _), .gone): server.stop()
    case (.cluster, .unusable), (.mariadb, .unusable): try execute("ALTER TABLE mailbox RENAME TO mailbox_away")
    }
  }

  /// Brings it back.
  /// - Parameter loss: what `takeAway` was given.
  func giveBack(after loss: Loss) throws {
    switch (place, loss) {
    case (.file(let path, _), _):
      try? FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
    case (.cluster(let server, _), .gone): try server.start()
    case (.mariadb(let server, _), .gone): try server.start()
    case (.cluster, .unusable), (.mariadb, .unusable): try execute("ALTER TABLE mailbox_away RENAME TO mailbox")
    }
  }

  /// Runs `body` without the database, which is back afterwards.
  func without(_ loss: Loss, _ body: () throws -> Void) throws {
    try takeAway(loss)
    let result = Result { try body() }
    try giveBack(after: loss)
    try result.get()
  }
}
