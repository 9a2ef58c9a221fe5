import Accounts
import Foundation
import SQLiteDirectory
import Secrets
import TestSupport
import TestTraits
import Testing
import Threads

/// The file is not what it was, or never was.
@Suite(.waiting) struct FileTests {
  @Test func aFileThatIsReplacedIsReadAnew() throws {
    let database = try Database(Database.alice)
    let other = try Database(Database.alice + "UPDATE accounts SET uid = 6000;")
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
    #expect(rename(other.path, database.path) == 0)
    #expect(directory.ask("alice")?.accepted?.uid == 6000)
    #expect(directory.ask("alice")?.accepted?.uid == 6000)
    #expect(
      log.texts == ["opened \(database.path)", "\(database.path) was replaced: opened the new file"])
  }

  /// As `cp` does it, and with the same counters in its header: SQLite sees no difference.
  @Test(arguments: [true, false]) func aFileThatIsWrittenOverIsReadAnew(_ isCutFirst: Bool) throws {
    let database = try Database(Database.alice + "UPDATE accounts SET uid = 4000;")
    let other = try Database(Database.alice + "UPDATE accounts SET uid = 6000;")
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted?.uid == 4000)
    #expect(try database.content()[24..<40] == other.content()[24..<40])
    try database.writeOver(other.content(), isCutFirst: isCutFirst)
    #expect(directory.ask("alice")?.accepted?.uid == 6000)
    #expect(log.texts == ["opened \(database.path)"], "it may have been a commit")
  }

  /// With another change counter: SQLite reads the pages anew, but not where the tables are.
  @Test func tablesOfAFileThatIsWrittenOverAreFoundAgain() throws {
    let tables = [
      "CREATE TABLE accounts (username TEXT PRIMARY KEY, password TEXT, uid, gid, home) WITHOUT ROWID;",
      "CREATE TABLE former (username TEXT PRIMARY KEY, password TEXT, uid, gid, home) WITHOUT ROWID;",
    ]
    let rows = """
      INSERT INTO accounts VALUES ('alice', 'hash', 5000, 5001, '/home/alice');
      INSERT INTO former VALUES ('bob', 'hash', 5000, 5001, '/home/bob');
      """
    let database = try Database(tables[0] + tables[1] + rows)
    let other = try Database(tables[1] + tables[0] + rows + "UPDATE accounts SET uid = 6000;")
    let directory = try database.directory()
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
    #expect(directory.ask("bob")?.refusal == .unknownUser)
    try database.writeOver(other.content())
    #expect(directory.ask("alice")?.accepted?.uid == 6000)
    #expect(directory.ask("bob")?.refusal == .unknownUser)
  }

  /// The times of the file change with nothing else.
  @Test(arguments: ["DELETE", "WAL"]) func whatIsOpenedAgainIsClosedToo(_ journal: String) throws {
    let database = try Database("PRAGMA journal_mode = \(journal); \(Database.alice)")
    let directory = try database.directory()
    defer { directory.shutDown() }
    for _ in 0..<12 {
      #expect(directory.ask("alice")?.accepted?.uid == 5000)
      #expect(utimes(database.path, nil) == 0)
      if journal == "WAL" { usleep(110_000) }
    }
    // SQLite keeps one that it could not close for the locks of another, and takes it for the next opening.
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)) == database.path
    }
    #expect(1...2 ~= open, "\(open)")
  }

  @Test func checkpointsDisturbNobody() throws {
    let database = try Database("PRAGMA journal_mode = WAL;" + Database.alice)
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    for uid in UInt32(1)...50 {
      try other.execute("UPDATE accounts SET uid = \(uid); PRAGMA wal_checkpoint(PASSIVE)")
      #expect(directory.ask("alice")?.accepted?.uid == uid)
    }
    #expect(log.texts == ["opened \(database.path)"])
  }

  @Test func aFileThatIsRemovedIsUnavailableUntilItIsBack() throws {
    let database = try Database(Database.alice)
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted != nil)
    try FileManager.default.moveItem(atPath: database.path, toPath: database.path + ".away")
    for user in ["alice", "nobody", "alice"] {
      let cause = directory.ask(user)?.cause
      #expect(cause?.code == .unreachable)
      #expect(cause?.detail.contains("does not exist") == true)
    }
    #expect(directory.enumerate(deadline: .now + .seconds(5)) { _ in true }.cause?.code == .unreachable)
    #expect(directory.change("alice")?.cause?.code == .unreachable)
    #expect(!FileManager.default.fileExists(atPath: database.path), "a look-up made the file")
    try FileManager.default.moveItem(atPath: database.path + ".away", toPath: database.path)
    #expect(directory.ask("alice")?.accepted != nil)
    #expect(log.texts.count == 3)
    #expect(log.texts.last == "\(database.path) works again")
  }

  @Test(arguments: [0, 100, 4096, 6000]) func aFileThatIsCutIsUnavailable(_ length: UInt64) throws {
    let database = try Database(Database.alice + "CREATE TABLE filler AS SELECT zeroblob(50000) AS z;")
    let directory = try database.directory()
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted != nil)
    let handle = try #require(FileHandle(forWritingAtPath: database.path))
    try handle.truncate(atOffset: length)
    try handle.close()
    for user in ["alice", "nobody"] {
      #expect(directory.ask(user)?.cause != nil, "\(String(describing: directory.ask(user)))")
    }
    let outcome = directory.enumerate(deadline: .now + .seconds(5)) { _ in true }
    #expect(outcome.cause != nil)
  }

  @Test func whatIsNoDatabaseIsUnavailable() throws {
    let database = try Database(Database.alice)
    try database.folder.write(String(repeating: "not a database\n", count: 1000), to: "text")
    for name in ["text", "missing", "missing/missing", ""] {
      let log = EventLog()
      let path = database.folder.file(name)
      let directory = try database.directory(path: path, log: log)
      defer { directory.shutDown() }
      for _ in 0..<3 { #expect(directory.ask("alice")?.cause?.code == .unreachable, "\(name)") }
      #expect(directory.enumerate(deadline: .now + .seconds(5)) { _ in true }.cause?.code == .unreachable)
      #expect(directory.change("alice")?.cause?.code == .unreachable)
      #expect(log.texts.count == 1, "\(log.texts)")
      #expect(log.texts.first?.contains(path) == true)
    }
  }

  @Test func inspectionSaysWhatIsWrongWithTheFile() throws {
    let database = try Database(Database.alice)
    try database.folder.write(String(repeating: "not a database\n", count: 1000), to: "text")
    for (name, kind, text) in [
      ("text", DirectoryFinding.Kind.configuration, "is not an SQLite database"),
      ("missing", .unavailable, "does not exist"), ("", .configuration, "is a directory"),
    ] {
      let directory = try database.directory(path: database.folder.file(name))
      defer { directory.shutDown() }
      let findings = directory.inspect()
      #expect(findings.count == 1)
      #expect(findings.first?.kind == kind)
      #expect(findings.first?.key == "database")
      #expect(findings.first?.text.contains(text) == true, "\(findings)")
    }
  }

  @Test func inspectionFindsQueriesOfTheWrongKind() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory(
      account: "DELETE FROM accounts WHERE username = :username", enumerate: nil,
      setPassword: "SELECT :new_hash, :username")
    defer { directory.shutDown() }
    #expect(directory.inspect().map(\.key) == ["queries.account", "queries.set-password"])
    #expect(directory.ask("alice")?.cause?.code != nil)
    #expect(directory.change("alice")?.cause?.code == .queryFailed)
  }

  @Test func aFileThatMayNotBeReadOrWritten() throws {
    let database = try Database(Database.alice)
    let folder = database.folder.path
    try asNobody {
      // Neither the file nor the folder belong to this user.
      let directory = try database.directory()
      #expect(directory.ask("alice")?.accepted != nil)
      let cause = directory.change("alice")?.cause
      #expect(cause?.code == .unreachable)
      #expect(cause?.detail.contains("cannot be written") == true)
      let findings = directory.inspect()
      #expect(findings.map(\.key) == ["queries.set-password"])
      #expect(findings.first?.text.contains("its folder") == true)
      directory.shutDown()
    } preparing: {
      chmod(database.path, 0o444)
      chmod(folder, 0o555)
    }
    try asNobody {
      let directory = try database.directory()
      let cause = directory.ask("alice")?.cause
      #expect(cause?.code == .unreachable)
      let findings = directory.inspect()
      #expect(findings.map(\.kind) == [.unavailable])
      #expect(findings.first?.text.contains("cannot be read by uid") == true, "\(findings)")
      directory.shutDown()
    } preparing: {
      chmod(folder, 0o755)
      chmod(database.path, 0o000)
    }
    chmod(database.path, 0o644)
  }

  @Test func aFileThatIsWritableInAFolderThatIsNot() throws {
    let database = try Database(Database.alice)
    try asNobody {
      let directory = try database.directory()
      #expect(directory.ask("alice")?.accepted != nil)
      #expect(directory.change("alice")?.cause?.detail.contains("its folder") == true)
      #expect(directory.inspect().map(\.key) == ["queries.set-password"])
      #expect(directory.inspect().map(\.kind) == [.limited])
      #expect(directory.ask("alice")?.accepted?.passwordHash?.matches(.init(text: "hash")) == true)
      directory.shutDown()
    } preparing: {
      chmod(database.path, 0o666)
      chmod(database.folder.path, 0o555)
    }
    chmod(database.folder.path, 0o755)
  }

  @Test func aDatabaseInWALModeInAFolderThatIsNotWritable() throws {
    let database = try Database("PRAGMA journal_mode = WAL;" + Database.alice)
    #expect(!FileManager.default.fileExists(atPath: database.path + "-wal"))
    try asNobody {
      let log = EventLog()
      let directory = try database.directory(log: log)
      #expect(directory.ask("alice")?.cause?.code == .unreachable)
      #expect(log.texts.count == 1 && log.texts[0].contains("WAL mode"), "\(log.texts)")
      let findings = directory.inspect()
      #expect(findings.map(\.kind) == [.unavailable])
      #expect(findings.first?.text.contains("WAL mode") == true, "\(findings)")
      directory.shutDown()
    } preparing: {
      chmod(database.path, 0o644)
      chmod(database.folder.path, 0o555)
    }
    chmod(database.folder.path, 0o755)
  }

  @Test func anInterruptedWriteIsPlayedBackOnlyByWhoMayWrite() throws {
    let database = try Database(Database.alice)
    let path = database.path
    do {
      // The file and its journal, as a program that was killed in the middle of a commit leaves them.
      let writer = try Connection(path)
      try writer.execute(
        "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE accounts SET uid = 1;"
          + "CREATE TABLE filler AS SELECT zeroblob(100000) AS z")
      for name in ["", "-journal"] {
        try FileManager.default.copyItem(atPath: path + name, toPath: path + ".crash" + name)
      }
    }
    let crash = path + ".crash"
    try asNobody {
      let directory = try database.directory(path: crash)
      #expect(directory.ask("alice")?.cause?.code == .unreachable)
      #expect(directory.inspect().first?.text.contains("journal must be played back") == true, "\(directory.inspect())")
      directory.shutDown()
    } preparing: {
      chmod(crash, 0o444)
    }
    chmod(crash, 0o644)
    let directory = try database.directory(path: crash)
    defer { directory.shutDown() }
    #expect(directory.change("alice")?.accepted != nil)
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
  }

  /// Runs `body` with the file permissions of nobody. For root by `setfsuid`, which concerns the calling thread and those
  /// that it starts; another user has no more rights than the modes give.
  private func asNobody(_ body: () throws -> Void, preparing prepare: () -> Void) throws {
    prepare()
    guard geteuid() == 0 else { return try body() }
    // Glibc has it, Swift's module of Glibc has not.
    typealias SetID = @convention(c) (UInt32) -> Int32
    let symbol = try #require(dlsym(nil, "setfsuid"))
    let setfsuid = unsafeBitCast(symbol, to: SetID.self)
    _ = setfsuid(65534)
    defer { _ = setfsuid(0) }
    try body()
  }

  @Test func aDatabaseInWALModeIsReadWhileItIsWritten() throws {
    let database = try Database("PRAGMA journal_mode = WAL;" + Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
    let other = try Connection(database.path)
    try other.execute("BEGIN IMMEDIATE; UPDATE accounts SET uid = 6000")
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
    try other.execute("COMMIT")
    #expect(directory.ask("alice")?.accepted?.uid == 6000)
    #expect(directory.change("alice")?.accepted != nil)
    #expect(directory.ask("alice")?.accepted?.passwordHash?.matches(.init(text: "new hash")) == true)
  }
}
