#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import Foundation
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  @Suite(.waiting, .server) struct PasswordUpdateTests {
    private func prepare(_ more: String = "") throws -> (MariaDBServer, String) {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(People.table + more, database: database)
      return (server, database)
    }

    private func password(_ server: MariaDBServer, _ database: String, _ user: String = "user1") throws -> String {
      try server.sql("SELECT password FROM people WHERE username = '\(user)'", database: database)
    }

    /// How many statements a database has been at for some time: those that wait for a lock. Not `innodb_trx`, which shows nothing new while
    /// anybody has read it within the last tenth of a second.
    private static func waiting(in database: String) -> String {
      """
      SELECT count(*) FROM information_schema.processlist
      WHERE db = '\(database)' AND command IN ('Query', 'Execute') AND time_ms > 50
      """
    }

    @Test func thePasswordThatIsThereCountsAsSet() throws {
      let (server, database) = try prepare()
      let (directory, _) = try People.open(server.connection(database: database))
      defer { directory.shutDown() }
      for _ in 0..<2 { #expect(directory.change("user1", to: "same").value != nil) }
      #expect(try password(server, database) == "same")
      #expect(directory.change("nobody", to: "same").refusal == .unknownUser)
    }

    @Test func aChangeThatWaitsForALockDelaysNoLoginAndEndsInTime() throws {
      let (server, database) = try prepare()
      let location = server.connection(database: database)
      let (directory, _) = try People.open(location)
      defer { directory.shutDown() }
      let locker = try Bystander(location)
      try locker.say("BEGIN")
      try locker.say("UPDATE people SET password = 'locked' WHERE username = 'user1'")
      let changed = Collected<Outcome<Void>>()
      let changer = Thread { changed.add(directory.change("user1", to: "late", within: .seconds(2))) }
      changer.start()
      let waiting = Self.waiting(in: database)
      #expect(try eventually { try server.sql(waiting) == "1" })
      for _ in 0..<20 { #expect(directory.ask("user1", within: .seconds(1)).value != nil) }
      #expect(eventually { changed.count == 1 })
      #expect(changed.all.first?.cause?.code == .timedOut, "\(changed.all)")
      #expect(try eventually { try server.sql(waiting) == "0" }, "the server has given up too")
      try locker.say("ROLLBACK")
      #expect(try password(server, database) == "hash1")
      #expect(directory.change("user1", to: "new").value != nil)
      #expect(try password(server, database) == "new")
    }

    /// Another transaction has changed the row and not yet committed: what is stored is read when it has ended.
    @Test(arguments: [
      ("UPDATE people SET password = 'theirs' WHERE username = 'user1'", "COMMIT", "theirs"),
      ("DELETE FROM people WHERE username = 'user1'", "COMMIT", ""),
      ("UPDATE people SET password = 'theirs' WHERE username = 'user1'", "ROLLBACK", "ours"),
    ])
    func aHashThatIsReplacedAtTheSameTimeByAnotherConnectionIsNotOverwritten(
      _ theirs: String, _ end: String, _ left: String
    ) throws {
      let (server, database) = try prepare()
      let location = server.connection(database: database)
      let (directory, _) = try People.open(location)
      defer { directory.shutDown() }
      let other = try Bystander(location)
      try other.say("BEGIN")
      try other.say(theirs)
      let changed = Collected<Outcome<Void>>()
      let changer = Thread { changed.add(directory.change("user1", to: "ours", replacing: "hash1")) }
      changer.start()
      #expect(try eventually { try server.sql(Self.waiting(in: database)) == "1" })
      try other.say(end)
      #expect(eventually { changed.count == 1 })
      #expect((changed.all.first?.value != nil) == (left == "ours"), "\(changed.all)")
      #expect(changed.all.first?.cause == nil, "nothing is wrong: \(changed.all)")
      #expect(try password(server, database) == left)
    }

    @Test func aReadOnlyServerIsNamed() throws {
      let server = try MariaDBServer(settings: ["read-only": "ON"])
      defer { server.stop() }
      try server.sql(
        People.table + "CREATE USER gatepost@localhost; GRANT SELECT, UPDATE ON test.* TO gatepost@localhost;")
      let (directory, _) = try People.open(server.connection(user: "gatepost"))
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil)
      let cause = directory.change("user1", to: "x").cause
      #expect(
        cause
          == Unavailability(
            .queryFailed, "1290, the server is read-only: passwords can be changed on the primary server only"))
    }

    @Test func anErrorThatQuotesTheHashIsCutDownToItsNumber() throws {
      let (server, database) = try prepare(
        """
        ALTER TABLE people ADD CONSTRAINT short CHECK (length(password) < 20);
        CREATE TABLE taken (hash varchar(255) PRIMARY KEY);
        INSERT INTO taken VALUES ('$6$secret');
        DELIMITER $
        CREATE TRIGGER tell BEFORE UPDATE ON people FOR EACH ROW BEGIN
          DECLARE text varchar(128) DEFAULT CONCAT('not ', NEW.password);
          IF NEW.username = 'user2' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = text; END IF;
          IF NEW.username = 'user3' THEN INSERT INTO taken VALUES (NEW.password); END IF;
        END $
        """)
      let (directory, events) = try People.open(server.connection(database: database))
      defer { directory.shutDown() }
      #expect(
        directory.change("user1", to: "$6$secret-and-far-too-long-for-it").cause
          == Unavailability(.queryFailed, "4025, check violation"))
      #expect(
        directory.change("user2", to: "$6$secret").cause == Unavailability(.queryFailed, "1644, raised by a procedure"))
      #expect(
        directory.change("user3", to: "$6$secret").cause
          == Unavailability(.queryFailed, "1062, a value that must be unique"))
      #expect(!"\(events.all)".contains("secret"))
      for user in 1...3 { #expect(try password(server, database, "user\(user)") == "hash\(user)") }
    }

    @Test func aHashThatIsTooLongForItsColumnIsNotCut() throws {
      let (server, database) = try prepare("ALTER TABLE people MODIFY password varchar(10);")
      try server.sql("SET GLOBAL sql_mode = ''")
      defer { _ = try? server.sql("SET GLOBAL sql_mode = DEFAULT") }
      let (directory, _) = try People.open(server.connection(database: database))
      defer { directory.shutDown() }
      #expect(
        directory.change("user1", to: "$6$longer-than-ten").cause
          == Unavailability(.queryFailed, "1406, a value that is too long"))
      #expect(try password(server, database) == "hash1")
    }

    @Test(arguments: [
      "SELECT :new_hash", "SELECT password FROM people WHERE username = :username AND password <> :new_hash",
    ])
    func whatChangesNoRowsIsAnError(_ query: String) throws {
      let (server, database) = try prepare()
      let (directory, _) = try People.open(
        server.connection(database: database), queries: People.queries(setPassword: query))
      defer { directory.shutDown() }
      #expect(directory.change("user1", to: "x").cause?.code == .queryFailed)
    }

    @Test func nothingIsBoundThatWouldBeCutShort() throws {
      let (server, database) = try prepare()
      let (directory, _) = try People.open(server.connection(database: database))
      defer { directory.shutDown() }
      #expect(directory.change("user1", to: "abc\0def").cause?.code == .queryFailed)
      #expect(directory.change("user1\0", to: "abc").refusal == .unknownUser)
      #expect(try password(server, database) == "hash1")
    }

    @Test func whileTheServerIsAwayAChangeWaitsForIt() throws {
      let server = try MariaDBServer()
      defer { server.stop() }
      try server.sql(People.table)
      let (directory, _) = try People.open(server.connection())
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
#endif
