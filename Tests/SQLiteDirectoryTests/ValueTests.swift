import Accounts
import Foundation
import SQLiteDirectory
import Secrets
import Testing

/// What only SQLite stores.
@Suite struct ValueTests {
  @Test func oddBytesAreFoundAsTheyAreStored() throws {
    let database = try Database(
      Database.alice
        + """
        INSERT INTO accounts VALUES (CAST(x'ff80' AS TEXT), x'68617368', 1, 2, '/x');
        INSERT INTO accounts VALUES ('nul' || char(0) || 'x', 'h', 1, 2, '/x');
        INSERT INTO accounts VALUES ('nulhome', 'h', 1, 2, '/x' || char(0));
        INSERT INTO accounts VALUES ('nulpassword', CAST(x'680068' AS BLOB), 1, 2, '/x');
        INSERT INTO accounts VALUES ('emptyblob', x'', 1, 2, '/x');
        INSERT INTO accounts VALUES ('real', 'h', 1.0, 2, '/x');
        INSERT INTO accounts VALUES ('huge', 'h', 1, 2, '/' || hex(zeroblob(1000000)));
        """)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let odd = directory.ask(bytes: [0xFF, 0x80])?.accepted
    #expect(odd?.username == [0xFF, 0x80])
    #expect(odd?.passwordHash?.matches(.init(text: "hash")) == true)
    #expect(directory.ask(bytes: [0xFF])?.refusal == .unknownUser)
    #expect(directory.ask("nul\0x")?.refusal == .unknownUser)
    #expect(directory.ask("nul")?.refusal == .unknownUser)
    #expect(directory.ask("nulhome")?.cause?.code == .badRow)
    #expect(directory.ask("nulpassword")?.cause?.code == .badRow)
    let empty = directory.ask("emptyblob")?.accepted
    #expect(empty != nil && empty?.passwordHash == nil)
    #expect(directory.ask("real")?.cause?.code == .badRow)
    #expect(directory.ask("huge")?.cause?.code == .queryFailed)
    #expect(directory.ask("alice")?.accepted?.uid == 5000)
  }

  @Test func aBrokenNameIsNotRepairedInAUTF16Database() throws {
    let database = try Database(
      "PRAGMA encoding = 'UTF-16';" + Database.alice + "UPDATE accounts SET username = 'a\u{FFFD}'")
    let directory = try database.directory()
    defer { directory.shutDown() }
    #expect(directory.ask("a\u{FFFD}")?.accepted?.uid == 5000)
    #expect(directory.ask(bytes: [0x61, 0xFF])?.refusal == .unknownUser)
  }

  @Test func aNULByteDoesNotMakeLIKEMatchAShorterName() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory(account: "SELECT * FROM accounts WHERE username LIKE :username")
    defer { directory.shutDown() }
    #expect(directory.ask("ALICE")?.accepted != nil)
    #expect(directory.ask("alice\0bob")?.refusal == .unknownUser)
    #expect(directory.change("alice\0bob")?.refusal == .unknownUser)
  }

  @Test func aDatabaseThatWasWrittenAfterTheStartIsSeen() throws {
    let database = try Database()
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    for _ in 0..<3 { #expect(directory.ask("alice")?.cause?.code == .queryFailed) }
    try database.execute(Database.alice)
    #expect(directory.ask("alice")?.accepted != nil)
    #expect(log.texts.count == 2, "\(log.texts)")
  }

  @Test func theBackEndRefusesPathsThatCannotBe() {
    for path in ["", "accounts.db", "./accounts.db", ":memory:", "file:/x", "/x\0y", "/var/lib/"] {
      #expect(BackEnd.sqlite.objection(path) != nil, "\(path)")
    }
    #expect(BackEnd.sqlite.objection("/var/lib/gatepost/accounts.db") == nil)
    #expect(BackEnd.sqlite.holdsPassword("/x") == false)
  }
}
