import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

@Suite(.waiting, .server) struct PasswordUpdateTests {
  private func prepare(_ more: String = "") throws -> (PostgreSQLServer, String) {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(People.table + more, database: database)
    return (server, database)
  }

  @Test func aChangeThatWaitsForALockDelaysNoLoginAndEndsInTime() throws {
    let (server, database) = try prepare()
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    let locker = Thread {
      _ = try? server.sql(
        "BEGIN; SELECT 1 FROM people WHERE username = 'user1' FOR UPDATE; SELECT pg_sleep(30); COMMIT",
        database: database)
    }
    locker.start()
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND "
    #expect(
      try eventually { try server.sql(waiting + "query LIKE '%pg_sleep(30)%' AND wait_event = 'PgSleep'") == "1" })
    let changed = Collected<Outcome<Void>>()
    let changer = Thread { changed.add(directory.change("user1", to: "late", within: .seconds(2))) }
    changer.start()
    #expect(try eventually { try server.sql(waiting + "wait_event_type = 'Lock'") == "1" })
    for _ in 0..<20 { #expect(directory.ask("user1", within: .seconds(1)).value != nil) }
    #expect(eventually { changed.count == 1 })
    #expect(changed.all.first?.cause?.code == .timedOut)
    #expect(
      try eventually { try server.sql(waiting + "wait_event_type = 'Lock'") == "0" }, "the server has given up too")
    try server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        + "WHERE query LIKE '%pg_sleep(30)%' AND wait_event = 'PgSleep'"
    )
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
    #expect(directory.change("user1", to: "new").value != nil)
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "new")
  }

  @Test func aReadOnlyServerIsNamed() throws {
    let (server, database) = try prepare()
    let (directory, _) = try People.open(
      server.conninfo(database: database) + " options='-c default_transaction_read_only=on'")
    defer { directory.shutDown() }
    let cause = directory.change("user1", to: "x").cause
    #expect(cause?.code == .queryFailed)
    #expect(cause?.detail.contains("25006") == true && cause?.detail.contains("primary") == true, "\(cause as Any)")
  }

  @Test func anErrorThatQuotesTheHashIsCutDownToItsCode() throws {
    let (server, database) = try prepare(
      "ALTER TABLE people ADD CONSTRAINT short CHECK (length(password) < 20);"
        + "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS "
        + "$$ BEGIN RAISE EXCEPTION 'not %', NEW.password USING ERRCODE = '42000'; END $$;"
        + "CREATE TRIGGER tell BEFORE UPDATE ON people FOR EACH ROW WHEN (NEW.username = 'user2') EXECUTE FUNCTION tell();"
    )
    let (directory, events) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    let hash = "$6$secret-and-far-too-long-for-it"
    let causes = ["user1", "user2"].map { directory.change($0, to: hash).cause }
    #expect(causes[0] == Unavailability(.queryFailed, "23514, check violation"))
    #expect(causes[1] == Unavailability(.queryFailed, "42000, error in the query"))
    #expect(!"\(events.all)".contains("secret"))
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
  }

  @Test func anErrorAtCommitIsNoSuccess() throws {
    let (server, database) = try prepare(
      "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'late'; END $$;"
        + "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON people DEFERRABLE INITIALLY DEFERRED "
        + "FOR EACH ROW EXECUTE FUNCTION late();")
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    let cause = directory.change("user1", to: "x").cause
    #expect(cause?.code == .queryFailed)
    #expect(cause?.detail.hasPrefix("at COMMIT") == true)
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
  }

  /// A SELECT has a count too, of the rows it returns.
  @Test(arguments: [
    "SELECT password FROM people WHERE username = :username AND password <> :new_hash",
    "SELECT change(:username, :new_hash)", "SELECT FROM change(:username, :new_hash)",
    "CALL change_it(:username, :new_hash)",
    "WITH changed AS (UPDATE people SET password = :new_hash WHERE username = :username RETURNING 1) SELECT * FROM changed",
    "-- UPDATE\n(TABLE people LIMIT length(:username) - 4 OFFSET length(:new_hash))",
  ])
  func whatDoesNotSayHowManyRowsItChangesIsAnError(_ query: String) throws {
    let (server, database) = try prepare(Self.functions)
    let (directory, _) = try People.open(
      server.conninfo(database: database), queries: People.queries(setPassword: query))
    defer { directory.shutDown() }
    let cause = directory.change("user1", to: "new").cause
    #expect(cause?.code == .queryFailed && cause?.detail.contains("it must be an UPDATE") == true, "\(cause as Any)")
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
    // A SELECT of no columns looks like a statement that has none.
    if query.hasPrefix("SELECT FROM") { return }
    let findings = directory.inspect()
    #expect(findings.map(\.key) == ["queries.set-password"] && findings.first?.kind == .configuration, "\(findings)")
    #expect(findings.first?.text.contains("it must be an UPDATE") == true, "\(findings)")
  }

  @Test(arguments: [
    "UPDATE people SET password = :new_hash WHERE username = :username RETURNING username, password",
    "/* SELECT */ WITH one AS (SELECT :username AS name) UPDATE people SET password = :new_hash FROM one WHERE username = name",
    "WITH one AS (SELECT :username AS name) UPDATE people SET password = :new_hash FROM one WHERE username = name RETURNING 1;",
    "INSERT INTO people VALUES (:username, :new_hash) ON CONFLICT (username) DO UPDATE SET password = :new_hash RETURNING 1",
    "MERGE INTO people USING (SELECT :username AS name) AS one ON username = name WHEN MATCHED THEN UPDATE SET password = :new_hash",
  ])
  func whatSaysHowManyRowsItChangesIsGood(_ query: String) throws {
    let (server, database) = try prepare()
    let (directory, _) = try People.open(
      server.conninfo(database: database), queries: People.queries(setPassword: query))
    defer { directory.shutDown() }
    #expect(directory.inspect().isEmpty, "\(directory.inspect())")
    let outcome = directory.change("user1", to: "new")
    #expect(outcome.value != nil, "\(outcome)")
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "new")
  }

  private static let functions = """
    CREATE FUNCTION change(text, text) RETURNS integer LANGUAGE sql
      AS $$ UPDATE people SET password = $2 WHERE username = $1 RETURNING 1 $$;
    CREATE PROCEDURE change_it(text, text) LANGUAGE sql
      AS $$ UPDATE people SET password = $2 WHERE username = $1 $$;
    """

  @Test func nothingIsBoundThatWouldBeCutShort() throws {
    let (server, database) = try prepare()
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    #expect(directory.change("user1", to: "abc\0def").cause?.code == .queryFailed)
    #expect(directory.change("user1\0", to: "abc").refusal == .unknownUser)
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
  }

  /// Another transaction has changed the row and not yet committed: the change reads the old hash, and waits for the lock.
  @Test(arguments: [
    ("UPDATE people SET password = 'theirs' WHERE username = 'user1'", "theirs"),
    ("UPDATE people SET password = 'hash1' WHERE username = 'user1'", "hash1"),
    ("DELETE FROM people WHERE username = 'user1'", ""),
  ])
  func aHashThatIsReplacedAtTheSameTimeByAnotherConnectionIsNotOverwritten(_ theirs: String, _ left: String) throws {
    let (server, database) = try prepare()
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    let stop = StopFlag()
    let settings = try ConnectionSettings(conninfo: Conninfo(server.conninfo(database: database)), passwordFile: nil)
    let other = try settings.open(stop: stop)
    func run(_ sql: String) throws { try other.run(sql, until: .now + .seconds(20), stop: stop) }
    let changed = Collected<Outcome<Void>>()
    let waiting =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event_type = 'Lock'"
    try run("BEGIN")
    try run(theirs)
    let changer = Thread { changed.add(directory.change("user1", to: "ours", replacing: "hash1")) }
    changer.start()
    #expect(try eventually { try server.sql(waiting) == "1" })
    try run("COMMIT")
    #expect(eventually { changed.count == 1 })
    #expect(changed.all.first?.refusal == .passwordChanged, "\(changed.all)")
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == left)
    // One that is rolled back has changed nothing.
    try run("BEGIN")
    try run("UPDATE people SET password = 'theirs' WHERE username = 'user2'")
    let next = Thread { changed.add(directory.change("user2", to: "ours", replacing: "hash2")) }
    next.start()
    #expect(try eventually { try server.sql(waiting) == "1" })
    try run("ROLLBACK")
    #expect(eventually { changed.count == 2 })
    #expect(changed.all.last?.value != nil)
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user2'", database: database) == "ours")
  }

  @Test func whatMayOnlyReadReplacesNothing() throws {
    let (server, database) = try prepare("CREATE ROLE readonly LOGIN; GRANT SELECT ON people TO readonly;")
    for location in [
      server.conninfo(database: database, user: "readonly"),
      server.conninfo(database: database) + " options='-c default_transaction_read_only=on'",
    ] {
      let (directory, _) = try People.open(location)
      defer { directory.shutDown() }
      #expect(directory.change("user1", to: "x", replacing: "hash1").cause?.code == .queryFailed)
      #expect(directory.change("user1", to: "x", replacing: "hash2").refusal == .passwordChanged)
      #expect(directory.ask("user1").value != nil)
    }
    #expect(try server.sql("SELECT password FROM people WHERE username = 'user1'", database: database) == "hash1")
  }

  @Test func whileTheServerIsAwayAChangeWaitsForIt() throws {
    let server = try PostgreSQLServer()
    defer { server.stop() }
    try server.sql(People.table)
    let (directory, _) = try People.open(server.conninfo())
    defer { directory.shutDown() }
    server.stop()
    let changed = Collected<Outcome<Void>>()
    let changer = Thread { changed.add(directory.change("user1", to: "new")) }
    changer.start()
    usleep(100_000)
    #expect(changed.count == 0)
    try server.start()
    #expect(eventually { changed.count == 1 })
    #expect(changed.all.first?.value != nil)
    #expect(directory.ask("user1").value != nil)
  }
}
