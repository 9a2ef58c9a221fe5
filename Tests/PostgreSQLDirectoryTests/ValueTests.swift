import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing

@testable import PostgreSQLDirectory

/// Types, encodings and plans: what PostgreSQL has that other databases have not.
@Suite(.waiting, .server) struct ValueTests {
  @Test func aCitextColumnComparesWithoutCase() throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(
      """
      CREATE EXTENSION citext;
      CREATE TABLE people (username citext PRIMARY KEY, password text, id uuid, n bigint);
      INSERT INTO people VALUES ('Alice@Example.com', 'x', gen_random_uuid(), 1);
      """, database: database)
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    #expect(directory.ask("aLICE@example.COM").value?.username == Array("Alice@Example.com".utf8))
    #expect(directory.ask("bob@example.com").refusal == .unknownUser)
    #expect(directory.change("ALICE@example.com", to: "y").value != nil)
  }

  @Test func aNameThatIsNotUTF8IsNobodysInAUTF8Database() throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(People.table + "INSERT INTO people VALUES ('jürgen')", database: database)
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    for name: [UInt8] in [[0x6A, 0xFC], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x61, 0x00, 0x62]] {
      #expect(directory.ask(name).refusal == .unknownUser)
    }
    #expect(directory.ask("jürgen").value != nil)
    let asClient = try People.open(server.conninfo(database: database) + " client_encoding=SQL_ASCII")
    defer { asClient.directory.shutDown() }
    #expect(asClient.directory.ask([0x6A, 0xFC]).refusal == .unknownUser)
    #expect(asClient.directory.ask("jürgen").value != nil)
  }

  @Test(arguments: ["LATIN1", "SQL_ASCII"]) func otherEncodingsTakeAnyByte(_ encoding: String) throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase("ENCODING '\(encoding)' TEMPLATE template0")
    try server.sql(
      People.table
        + "INSERT INTO people VALUES (E'j\\374rgen')".replacing(
          "E'j\\374", with: encoding == "LATIN1" ? "U&'j\\00fc" : "E'j\\374"),
      database: database)
    let (directory, _) = try People.open(server.conninfo(database: database))
    defer { directory.shutDown() }
    let name = [0x6A, 0xFC] + Array("rgen".utf8)
    #expect(directory.ask(name).value?.username == name)
    #expect(directory.ask([0xFF, 0xFE]).refusal == .unknownUser)
  }

  @Test func aSpoiledStatementCostsNoLogin() throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(
      """
      CREATE TABLE people (username text, uid int, gid int, home text);
      INSERT INTO people VALUES ('user1', 1, 2, '/h');
      """, database: database)
    let (directory, events) = try People.open(
      server.conninfo(database: database), queries: People.queries("SELECT * FROM people WHERE username = :username"))
    defer { directory.shutDown() }
    #expect(directory.ask("user1").value?.uid == 1)
    try server.sql("ALTER TABLE people ADD COLUMN maildir text DEFAULT 'm'", database: database)
    #expect(directory.ask("user1").value?.maildir == Array("m".utf8))
    #expect(events.all.map(\.level) == [.info, .warning, .notice], "\(events.all)")
  }

  @Test func anErrorThatCouldQuoteARowDoesNot() throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(People.table, database: database)
    let query = "SELECT username, password::int AS uid, 1 AS gid, '/h' AS home FROM people WHERE username = :username"
    let (directory, _) = try People.open(server.conninfo(database: database), queries: People.queries(query))
    defer { directory.shutDown() }
    let cause = directory.ask("user1").cause
    #expect(cause == Unavailability(.queryFailed, "text that is no value of the column's type (22P02)"))
  }

  @Test func notTwoParametersAreMixedUp() throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    let query = """
      SELECT :username AS username, :uid AS uid, :gid AS gid, :mail_root || '/' || :domain || '/' || :local_part AS home,
        :service AS name
      """
    let template = try QueryTemplate(
      query, dialect: .postgresql, allowing: Placeholder.lookUp.union(Placeholder.preset))
    let queries = QuerySet(
      account: template, constants: [.uid: Array("7".utf8), .gid: Array("8".utf8), .mailRoot: Array("/var".utf8)])
    let (directory, _) = try People.open(server.conninfo(database: database), queries: queries)
    defer { directory.shutDown() }
    let account = directory.ask("a@b").value
    #expect(account?.home == Array("/var/b/a".utf8))
    #expect(account?.username == Array("a@b".utf8))
    #expect(account?.name == Array("imap".utf8))
    #expect(account?.uid == 7 && account?.gid == 8)
    #expect(!directory.offersPasswordChange)
  }
}
