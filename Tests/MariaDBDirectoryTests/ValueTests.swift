#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import Foundation
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  /// Types, character sets and plans: what MariaDB has that other databases have not.
  @Suite(.waiting, .server) struct ValueTests {
    private func directory(_ table: String, _ query: String, database options: String = "") throws -> MariaDBDirectory {
      let database = try ServerScope.makeDatabase(options)
      try ServerScope.server().sql(table, database: database)
      return try People.open(
        ServerScope.server().connection(database: database), queries: People.queries(query)
      ).directory
    }

    @Test(
      arguments: [
        ("tinyint", "-7", "-7"), ("tinyint(1)", "1", "1"), ("boolean", "true", "1"),
        ("smallint unsigned", "65535", "65535"),
        ("mediumint", "-8388608", "-8388608"), ("int unsigned", "4294967294", "4294967294"),
        ("int(6) zerofill", "42", "000042"),
        ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
        ("bigint", "-9223372036854775808", "-9223372036854775808"),
        ("bit(1)", "b'1'", "1"), ("bit(1)", "b'0'", "0"), ("bit(64)", "18446744073709551615", "18446744073709551615"),
        ("decimal(20,3)", "12345678901234567.125", "12345678901234567.125"), ("double", "0.5", "0.5"),
        ("float", "0.25", "0.25"),
        ("date", "'2026-02-03'", "2026-02-03"), ("datetime", "'2026-02-03 04:05:06'", "2026-02-03 04:05:06"),
        ("timestamp", "'2026-02-03 04:05:06'", "2026-02-03 04:05:06"), ("time", "'-04:05:06'", "-04:05:06"),
        ("year", "2026", "2026"),
        ("char(10)", "'ab'", "ab"), ("varchar(10)", "'ä€😀'", "ä€😀"),
        ("text", "repeat('x', 60000)", String(repeating: "x", count: 60_000)),
        ("longtext", "'long'", "long"), ("varbinary(10)", "x'61C3A4'", "aä"), ("blob", "'blob'", "blob"),
        ("enum('small', 'large')", "'large'", "large"), ("set('a', 'b')", "'a,b'", "a,b"),
        ("json", "'{\"a\": 1}'", "{\"a\": 1}"),
        ("inet6", "'::1'", "::1"), ("varchar(10) CHARACTER SET latin1", "'é'", "é"),
        ("varchar(10) CHARACTER SET utf8mb3", "'€'", "€"),
        ("varchar(10)", "''", ""), ("int", "NULL", nil),
      ] as [(String, String, String?)])
    func everyTypeComesAsText(_ type: String, _ literal: String, _ text: String?) throws {
      let directory = try directory(
        "CREATE TABLE v (value \(type) NULL); INSERT INTO v VALUES (\(literal))",
        "SELECT :username AS username, 1 AS uid, 2 AS gid, '/h' AS home, value AS name FROM v")
      defer { directory.shutDown() }
      for _ in 0..<2 {
        let account = try #require(directory.ask("x").value)
        #expect(account.name.map { String(decoding: $0, as: UTF8.self) } == text)
        #expect([account.uid, account.gid] == [1, 2])
      }
    }

    @Test func anActiveColumnMayBeABit() throws {
      let directory = try directory(
        "CREATE TABLE v (username varchar(9), active bit(1)); INSERT INTO v VALUES ('on', 1), ('off', 0)",
        "SELECT username, 1 AS uid, 2 AS gid, '/h' AS home, active FROM v WHERE username = :username")
      defer { directory.shutDown() }
      #expect(directory.ask("on").value?.isActive == true)
      #expect(directory.ask("off").value?.isActive == false)
    }

    @Test func aNameThatIsNotUTF8IsNobodysInAnyCharacterSet() throws {
      for set in ["utf8mb4", "utf8mb3", "latin1", "ascii", "binary"] {
        let type = set == "binary" ? "varbinary(99)" : "varchar(99) CHARACTER SET \(set)"
        let directory = try directory(
          "CREATE TABLE v (username \(type) PRIMARY KEY); INSERT INTO v VALUES ('anna')\(set == "ascii" ? "" : ", ('jürgen')")",
          "SELECT username, 1 AS uid, 2 AS gid, '/h' AS home FROM v WHERE username = :username")
        defer { directory.shutDown() }
        for name: [UInt8] in [[0x6A, 0xFC], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x61, 0x00, 0x62]] {
          #expect(directory.ask(name).refusal == .unknownUser, "\(set)")
        }
        // Characters that the column cannot hold are an error of the server's: another column of the query may hold them.
        for name in ["€\u{1F600}", "\u{1F600}", "日本"] {
          let outcome = directory.ask(name)
          if set == "utf8mb4" || set == "binary" || (set == "utf8mb3" && name == "日本") {
            #expect(outcome.refusal == .unknownUser, "\(set) \(name): \(outcome)")
          } else {
            #expect(outcome.cause?.detail.contains("(1267)") == true, "\(set) \(name): \(outcome)")
          }
        }
        #expect(directory.ask("anna").value != nil, "\(set)")
        if set != "ascii" {
          #expect(directory.ask("jürgen").value?.username == Array("jürgen".utf8), "\(set)")
        }
      }
    }

    @Test func theColumnsCollationDecides() throws {
      let directory = try directory(
        "CREATE TABLE v (username varchar(99) COLLATE utf8mb4_general_ci); INSERT INTO v VALUES ('Alice@Example.com')",
        "SELECT username, 1 AS uid, 2 AS gid, '/h' AS home FROM v WHERE username = :username")
      defer { directory.shutDown() }
      #expect(directory.ask("aLICE@example.COM").value?.username == Array("Alice@Example.com".utf8))
      #expect(directory.ask("alice").refusal == .unknownUser)
    }

    @Test func theServersModesDoNotChangeHowAQueryIsRead() throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(
        "CREATE TABLE v (username varchar(99)); INSERT INTO v VALUES ('a'); CREATE USER moded; GRANT ALL ON *.* TO moded;",
        database: database)
      try server.sql("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ORACLE'")
      defer { _ = try? server.sql("SET GLOBAL sql_mode = DEFAULT") }
      // Backslashes, strings in double quotes, both kinds of comment; nothing in them is a placeholder.
      let query = """
        SELECT username, 1 AS uid, 2 AS gid, 'it\\'s :service' AS home, "\\":domain" AS name FROM v # :service's
        WHERE username = :username AND ':username' <> username -- it's
        """
      let (directory, _) = try People.open(
        server.connection(database: database, user: "moded"), queries: People.queries(query))
      defer { directory.shutDown() }
      #expect(directory.inspect().allSatisfy { $0.key != "queries.account" })
      let cause = directory.ask("a").cause
      #expect(cause == Unavailability(.badRow, "column home is no absolute path"), "\(cause as Any)")
    }

    @Test func whatTheServerTakesForAParameterMustBeOneOfOurs() throws {
      let directory = try directory(
        "CREATE TABLE v (username varchar(99))",
        "SELECT username, 1 AS uid, 2 AS gid, '/h' AS home FROM v WHERE username = :username /*! OR username = ? */")
      defer { directory.shutDown() }
      #expect(directory.ask("a").cause?.detail.contains("2 parameters where there are 1") == true)
      #expect(directory.inspect().contains { $0.key == "queries.account" && $0.kind == .configuration })
    }

    @Test func aSpoiledStatementCostsNoLogin() throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(
        "CREATE TABLE people (username varchar(99), uid int, gid int, home text); INSERT INTO people VALUES ('user1', 1, 2, '/h')",
        database: database)
      let (directory, events) = try People.open(
        server.connection(database: database),
        queries: People.queries("SELECT * FROM people WHERE username = :username"))
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value?.uid == 1)
      try server.sql("ALTER TABLE people ADD COLUMN maildir text DEFAULT 'm'", database: database)
      #expect(directory.ask("user1").value?.maildir == Array("m".utf8))
      #expect(events.all.map(\.level) == [.info, .warning, .notice], "\(events.all)")
    }

    @Test func columnsThatChangePlacesAreNotMistaken() throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(
        "CREATE TABLE people (username varchar(99), uid int, gid int, home varchar(9)); INSERT INTO people VALUES ('user1', 1, 2, '/h')",
        database: database)
      let (directory, _) = try People.open(
        server.connection(database: database),
        queries: People.queries("SELECT * FROM people WHERE username = :username"))
      defer { directory.shutDown() }
      for round in 0..<4 {
        let account = try #require(directory.ask("user1").value)
        #expect([account.uid, account.gid] == (round.isMultiple(of: 2) ? [1, 2] : [2, 1]))
        // As many columns, of the same types: only the names tell.
        try server.sql(
          "ALTER TABLE people CHANGE uid gid int, CHANGE gid uid int",
          database: database)
      }
    }

    @Test func anErrorThatCouldQuoteARowDoesNot() throws {
      let directory = try directory(
        "CREATE TABLE v (username varchar(99), password varchar(99)); INSERT INTO v VALUES ('a', 'secret')",
        """
        SELECT username, -9223372036854775807 - length(password) AS uid, 1 AS gid,
          concat('/', :username) AS home FROM v WHERE username = :username
        """)
      defer { directory.shutDown() }
      #expect(directory.ask("a").cause == Unavailability(.queryFailed, "number out of range (1690)"))
    }

    @Test func notTwoParametersAreMixedUp() throws {
      let query = """
        SELECT :username AS username, :uid AS uid, :gid AS gid,
          concat(:mail_root, '/', :domain, '/', :local_part, '/', :domain) AS home, :service AS name
        """
      let template = try QueryTemplate(query, dialect: .mariadb, allowing: Placeholder.lookUp.union(Placeholder.preset))
      let queries = QuerySet(
        account: template, constants: [.uid: Array("7".utf8), .gid: Array("8".utf8), .mailRoot: Array("/var".utf8)])
      let (directory, _) = try People.open(
        ServerScope.server().connection(database: ServerScope.makeDatabase()), queries: queries)
      defer { directory.shutDown() }
      let account = directory.ask("a@b").value
      #expect(account?.home == Array("/var/b/a/b".utf8))
      #expect(account?.username == Array("a@b".utf8))
      #expect(account?.name == Array("imap".utf8))
      #expect(account?.uid == 7 && account?.gid == 8)
      #expect(!directory.offersPasswordChange)
    }
  }
#endif
