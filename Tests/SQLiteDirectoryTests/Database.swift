import Accounts
import CSQLite
import DirectoryConformance
import Foundation
import SQLiteDirectory
import Secrets
import TestSupport
import Threads

/// An SQLite file in a folder of its own.
final class Database: Sendable {
  let folder: TemporaryFolder
  let path: String

  /// Makes an empty database.
  /// - Parameter prepare: what to do first, such as setting the journal mode.
  init(_ prepare: String = "") throws {
    folder = try TemporaryFolder("sqlite")
    path = folder.file("accounts.db")
    // A file without a table has no header, and keeps no encoding.
    try execute(prepare + "; CREATE TABLE first (x); DROP TABLE first")
  }

  /// Runs statements on a connection of its own.
  func execute(_ sql: String) throws {
    let connection = try Connection(path)
    try connection.execute(sql)
  }

  /// The file, byte by byte.
  func content() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  /// Puts `data` in the place of what the file holds: into the same inode, behind SQLite's back.
  func writeOver(_ data: Data, isCutFirst: Bool = true) throws {
    guard let file = FileHandle(forWritingAtPath: path) else { throw Connection.Failure(text: "cannot open \(path)") }
    if isCutFirst { try file.truncate(atOffset: 0) }
    try file.write(contentsOf: data)
    try file.close()
  }

  /// A directory on the file, and what it reports.
  func directory(
    account: String = "SELECT * FROM accounts WHERE username = :username",
    enumerate: String? = "SELECT * FROM accounts",
    setPassword: String? = "UPDATE accounts SET password = :new_hash WHERE username = :username",
    path: String? = nil, log: EventLog = EventLog()
  ) throws -> any AccountDirectory {
    let queries = QuerySet(
      account: try QueryTemplate(account, dialect: .sqlite, allowing: Placeholder.lookUp),
      enumerate: try enumerate.map { try QueryTemplate($0, dialect: .sqlite, allowing: []) },
      setPassword: try setPassword.map {
        try QueryTemplate($0, dialect: .sqlite, allowing: Placeholder.passwordChange)
      })
    return try BackEnd.sqlite.open(
      DirectoryParameters(
        name: "test", location: path ?? self.path, queries: queries, report: { log.append($0) }))
  }

  /// What the suite of all back ends needs.
  var fixture: DirectoryFixture {
    DirectoryFixture(dialect: .sqlite, execute: { try self.execute($0) }) { queries in
      try BackEnd.sqlite.open(DirectoryParameters(name: "test", location: self.path, queries: queries))
    }
  }

  /// The same, asked in turns.
  var fixtureOnTheSpot: DirectoryFixture {
    DirectoryFixture(dialect: .sqlite, execute: { try self.execute($0) }) { queries in
      try OnTheSpot(BackEnd.sqlite.open(DirectoryParameters(name: "test", location: self.path, queries: queries)))
    }
  }

  /// A table, and alice in it.
  static let alice = """
    CREATE TABLE accounts (username TEXT PRIMARY KEY, password TEXT, uid, gid, home);
    INSERT INTO accounts VALUES ('alice', 'hash', 5000, 5001, '/home/alice');
    """
}

/// A connection that a test holds open, to lock the file.
final class Connection {
  private var handle: OpaquePointer?

  init(_ path: String) throws {
    guard sqlite3_open(path, &handle) == SQLITE_OK else { throw Failure(text: "cannot open \(path)") }
    sqlite3_busy_timeout(handle, 10_000)
    // A test does not survive a power cut.
    try execute("PRAGMA synchronous = OFF")
  }

  deinit { sqlite3_close_v2(handle) }

  struct Failure: Error { let text: String }

  func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw Failure(text: "\(String(cString: sqlite3_errmsg(handle))): \(sql.prefix(200))")
    }
  }
}

/// What a directory reported.
final class EventLog: @unchecked Sendable {
  // Unchecked: `events` is reached with `lock` held only.
  private let lock = NSLock()
  private var events: [DirectoryEvent] = []

  func append(_ event: DirectoryEvent) { lock.withLock { events.append(event) } }
  var texts: [String] { lock.withLock { events.map(\.text) } }
}

extension AccountDirectory {
  /// Looks up and waits.
  func ask(_ user: String, within: Duration = .seconds(20)) -> Outcome<Account>? {
    ask(bytes: Array(user.utf8), within: within)
  }

  func ask(bytes: [UInt8], within: Duration = .seconds(20)) -> Outcome<Account>? {
    let key = AccountKey(name: LoginName(bytes, defaultDomain: nil), service: Array("imap".utf8))
    let answer = Box<Outcome<Account>>()
    lookUp(key, deadline: .now + within) { answer.put($0) }
    return answer.take()
  }

  /// Changes a password and waits.
  func change(_ user: String, replacing old: String? = nil, within: Duration = .seconds(20)) -> Outcome<Void>? {
    let key = AccountKey(name: LoginName(Array(user.utf8), defaultDomain: nil), service: Array("imap".utf8))
    let answer = Box<Outcome<Void>>()
    setPassword(
      PasswordChange(
        key: key, newHash: .init(text: "new hash"), newPassword: .init(text: "new"),
        replacing: old.map { .init(text: $0) }),
      deadline: .now + within
    ) { answer.put($0) }
    return answer.take()
  }
}

/// One value, from another thread.
final class Box<Value: Sendable>: @unchecked Sendable {
  // Unchecked: `value` is written before the semaphore is signalled and read after.
  private let arrived = DispatchSemaphore(value: 0)
  private var value: Value?

  func put(_ value: Value) {
    self.value = value
    arrived.signal()
  }

  func take() -> Value? { arrived.wait(timeout: .now() + 120) == .success ? value : nil }
}

extension Outcome {
  /// The uid of an account that was found.
  var accepted: Value? { if case .accepted(let value) = self { value } else { nil } }
  var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
  var cause: Unavailability? { if case .unavailable(let cause) = self { cause } else { nil } }
}
