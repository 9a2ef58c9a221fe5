import Accounts
import Foundation
import SQLiteDirectory
import Secrets
import TestSupport
import TestTraits
import Testing
import Threads

/// Look-ups in turns are answered by who asks them, and only what would have to be waited for is not.
@Suite(.waiting, .enabled(if: OnTheSpot.canBeTold, "needs a file system that tells what is in memory"))
struct OnTheSpotTests {
  private func opened(
    _ database: Database, account: String = "SELECT * FROM accounts WHERE username = :username",
    log: EventLog = EventLog()
  ) throws -> OnTheSpot {
    let directory = try OnTheSpot(database.directory(account: account, log: log))
    // The file is opened by the look-up thread.
    #expect(!directory.ask("nobody").wasHere)
    return directory
  }

  /// With TRUNCATE an empty journal stays, and each transaction reads at its end.
  @Test(arguments: ["DELETE", "TRUNCATE", "PERSIST", "WAL"]) func answersOnTheCallersThread(_ journal: String) throws {
    let database = try Database("PRAGMA journal_mode = \(journal); \(Database.alice)")
    #expect(
      FileManager.default.fileExists(atPath: database.path + "-journal") == ["TRUNCATE", "PERSIST"].contains(journal))
    let directory = try opened(database)
    defer { directory.shutDown() }
    for _ in 0..<3 {
      #expect(directory.askHere("alice")?.accepted?.uid == 5000)
      #expect(directory.askHere("nobody")?.refusal == .unknownUser)
    }
    try database.execute("UPDATE accounts SET uid = 7000")
    #expect(directory.askHere("alice")?.accepted?.uid == 7000, "what is stored now, and no lock was kept")
  }

  @Test func aLockIsNotWaitedFor() throws {
    let database = try Database(Database.alice)
    let directory = try opened(database)
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE; UPDATE accounts SET uid = 7000")
    let answers = (0..<3).map { _ in Box<Outcome<Account>>() }
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    let start = Instant.now
    for answer in answers { directory.lookUp(key, deadline: .now + .seconds(20)) { answer.put($0) } }
    #expect(Instant.now - start < .seconds(2), "the look-up thread waits up to 5 s")
    usleep(200_000)
    try other.execute("COMMIT")
    for answer in answers { #expect(answer.take()?.accepted?.uid == 7000) }
    #expect(directory.askHere("alice")?.accepted != nil)
  }

  @Test func aLockThatIsHeldIsNobodysFault() throws {
    let database = try Database(Database.alice)
    let log = EventLog()
    let directory = try opened(database, log: log)
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE")
    for user in ["alice", "nobody"] {
      #expect(directory.ask(user, within: .milliseconds(300)).outcome?.cause?.code == .timedOut)
    }
    try other.execute("ROLLBACK")
    #expect(directory.ask("alice").outcome?.accepted != nil)
    #expect(log.texts == ["opened \(database.path)"])
  }

  @Test func aDiskIsNotWaitedFor() throws {
    let database = try Database(
      """
      \(Database.alice);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO accounts SELECT 'user' || i, hex(randomblob(400)), i, 5001, '/home' FROM n;
      """)
    // Written to no more: otherwise it would be opened once more.
    usleep(30_000)
    let directory = try opened(database)
    defer { directory.shutDown() }
    // Nothing else keeps it from here.
    #expect(directory.askHere("user1")?.accepted?.uid == 1)
    let file = open(database.path, O_RDWR)
    defer { close(file) }
    // Asking begins to read, and the system may be done with that before it says that there is nothing: the next is asked for then, of
    // a page that SQLite does not remember either.
    let asked = stride(from: 100, to: 2000, by: 50).first { uid in
      OnTheSpot.drop(file)
      let (outcome, wasHere) = directory.ask("user\(uid)")
      #expect(outcome?.accepted?.uid == UInt32(uid))
      return !wasHere
    }
    let waitedFor = try #require(asked, "the look-up thread never waited for the disk")
    // No longer than that: what has been read is in memory.
    #expect(directory.askHere("user\(waitedFor)")?.accepted?.uid == UInt32(waitedFor))
  }

  @Test func aLongQueryDoesNotKeepTheCaller() throws {
    let database = try Database(Database.alice)
    // A second of work, at least; and then an answer.
    let long = """
      SELECT accounts.* FROM accounts, (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000000)
        SELECT count(*) AS c FROM n) WHERE username = :username AND (c > 0 OR :username = '')
      """
    let directory = try opened(database, account: long)
    defer { directory.shutDown() }
    let answer = Box<Outcome<Account>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    let start = Instant.now
    directory.lookUp(key, deadline: .now + .seconds(110)) { answer.put($0) }
    let kept = Instant.now - start
    #expect(answer.take()?.accepted?.uid == 5000)
    #expect(kept * 3 < Instant.now - start)
  }

  @Test func aFileThatWasReplacedIsNoLongerServed() throws {
    let database = try Database(Database.alice)
    let log = EventLog()
    let directory = try opened(database, log: log)
    defer { directory.shutDown() }
    #expect(directory.askHere("alice")?.accepted?.uid == 5000)
    let other = try Database("\(Database.alice) UPDATE accounts SET uid = 7000")
    #expect(rename(other.path, database.path) == 0)
    let (outcome, wasHere) = directory.ask("alice")
    #expect(outcome?.accepted?.uid == 7000 && !wasHere)
    #expect(directory.askHere("alice")?.accepted != nil)
    #expect(unlink(database.path) == 0)
    #expect(directory.ask("alice").outcome?.cause?.code == .unreachable)
    #expect(log.texts.count == 3, "\(log.texts)")
  }

  @Test func aFileThatWasWrittenOverIsNoLongerServed() throws {
    let database = try Database("\(Database.alice) UPDATE accounts SET uid = 4000")
    let other = try Database("\(Database.alice) UPDATE accounts SET uid = 7000")
    let directory = try opened(database)
    defer { directory.shutDown() }
    #expect(directory.askHere("alice")?.accepted?.uid == 4000)
    try database.writeOver(other.content())
    let (outcome, wasHere) = directory.ask("alice")
    #expect(outcome?.accepted?.uid == 7000 && !wasHere)
    #expect(directory.askHere("alice")?.accepted?.uid == 7000)
  }

  @Test func theEndComesInTheMiddleOfATurn() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    #expect(directory.ask("alice")?.accepted != nil)
    let turns = try #require(directory as? any TurnTaking)
    let answer = Box<Outcome<Account>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    turns.beginTurn()
    directory.lookUp(key, deadline: .now + .seconds(60)) { answer.put($0) }
    directory.shutDown()
    turns.endTurn()
    #expect(answer.take()?.cause?.code == .stopping)
  }

  /// What other threads ask meanwhile is not lost: it is answered at the end of the turn, whoever does it.
  @Test func othersAskDuringTurns() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let turns = try #require(directory as? any TurnTaking)
    let group = DispatchGroup()
    let wrong = EventLog()
    for _ in 0..<3 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        for _ in 0..<300 where directory.ask("alice")?.accepted?.uid != 5000 {
          wrong.append(DirectoryEvent(.error, "no answer"))
        }
      }
    }
    var count = 0
    while group.wait(timeout: .now()) != .success, count < 1_000_000 {
      turns.beginTurn()
      sched_yield()
      turns.endTurn()
      count += 1
    }
    group.wait()
    #expect(wrong.texts.isEmpty)
  }
}
