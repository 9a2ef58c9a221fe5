import Accounts
import Foundation
import SQLiteDirectory
import Secrets
import TestSupport
import TestTraits
import Testing
import Threads

/// Another program holds the file.
@Suite(.waiting) struct LockTests {
  @Test func waitsForALockThatIsReleased() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE")
    let answer = Box<Outcome<Account>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    directory.lookUp(key, deadline: .now + .seconds(20)) { answer.put($0) }
    usleep(200_000)
    try other.execute("COMMIT")
    #expect(answer.take()?.accepted?.uid == 5000)
  }

  @Test func aLockThatIsHeldIsUnavailable() throws {
    let database = try Database(Database.alice)
    let log = EventLog()
    let directory = try database.directory(log: log)
    defer { directory.shutDown() }
    #expect(directory.ask("alice")?.accepted != nil)
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE")
    for user in ["alice", "nobody"] {
      let cause = directory.ask(user, within: .milliseconds(300))?.cause
      #expect(cause?.code == .timedOut)
      #expect(cause?.detail.contains("locked") == true)
    }
    #expect(directory.change("alice", within: .milliseconds(300))?.cause?.code == .timedOut)
    #expect(directory.enumerate(deadline: .now + .milliseconds(300)) { _ in true }.cause?.code == .timedOut)
    try other.execute("ROLLBACK")
    #expect(directory.ask("alice")?.accepted != nil)
    #expect(directory.change("alice")?.accepted != nil)
    #expect(log.texts == ["opened \(database.path)"])
  }

  @Test func aLockIsWaitedForNoLongerThanTheLimit() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE")
    let answers = (0..<4).map { _ in Box<Outcome<Account>>() }
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    let start = Instant.now
    for answer in answers { directory.lookUp(key, deadline: .now + .seconds(60)) { answer.put($0) } }
    for answer in answers { #expect(answer.take()?.cause?.code == .timedOut) }
    // All four wait at the same time, not one behind the other: 5 s and not 20 s.
    #expect(Instant.now - start < .seconds(12))
  }

  /// What another connection is just changing is seen, or kept, and never overwritten.
  @Test(arguments: ["COMMIT", "ROLLBACK"], ["DELETE", "WAL"])
  func aHashThatAnotherConnectionReplacesIsNotOverwritten(_ end: String, _ journal: String) throws {
    let database = try Database("PRAGMA journal_mode = \(journal); \(Database.alice)")
    let directory = try database.directory()
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN IMMEDIATE; UPDATE accounts SET password = 'theirs'")
    let answer = Box<Outcome<Void>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    directory.setPassword(
      PasswordChange(
        key: key, newHash: .init(text: "ours"), newPassword: .init(text: "p"), replacing: .init(text: "hash")),
      deadline: .now + .seconds(20)
    ) { answer.put($0) }
    // Perhaps it waits by now, perhaps it comes later: it must not matter.
    usleep(50_000)
    try other.execute(end)
    let outcome = answer.take()
    let stored = directory.ask("alice")?.accepted?.passwordHash
    if end == "COMMIT" {
      #expect(outcome?.refusal == .passwordChanged)
      #expect(stored?.matches(Secret(text: "theirs")) == true)
    } else {
      #expect(outcome?.accepted != nil)
      #expect(stored?.matches(Secret(text: "ours")) == true)
    }
  }

  @Test func theEndDoesNotWaitForALock() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    let other = try Connection(database.path)
    try other.execute("BEGIN EXCLUSIVE")
    let answer = Box<Outcome<Account>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    directory.lookUp(key, deadline: .now + .seconds(60)) { answer.put($0) }
    usleep(50_000)
    let start = Instant.now
    directory.shutDown()
    #expect(answer.take()?.cause?.code == .stopping)
    #expect(Instant.now - start < .seconds(4), "the lock is waited for up to 5 s")
  }

  @Test func aWriterDoesNotKeepReadersWaiting() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    try other.execute("BEGIN IMMEDIATE")
    let answer = Box<Outcome<Void>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    directory.setPassword(
      PasswordChange(key: key, newHash: .init(text: "h"), newPassword: .init(text: "p")), deadline: .now + .seconds(20)
    ) { answer.put($0) }
    #expect(directory.ask("alice", within: .seconds(2))?.accepted != nil)
    try other.execute("COMMIT")
    #expect(answer.take()?.accepted != nil)
    let stored = directory.ask("alice")?.accepted?.passwordHash
    #expect(stored?.matches(.init(text: "h")) == true)
  }

  @Test(arguments: ["DELETE", "WAL"]) func aListKnowsWhetherItIsInTheWay(_ journal: String) throws {
    let database = try Database("PRAGMA journal_mode = \(journal); \(Database.alice)")
    let directory = try database.directory()
    defer { directory.shutDown() }
    let other = try Connection(database.path)
    let hold = ListHold()
    let outcome = directory.enumerate(deadline: .now + .seconds(20), hold: hold) { _ in
      do {
        #expect(!hold.isInTheWay)
        try other.execute("BEGIN IMMEDIATE")
        #expect(hold.isInTheWay == (journal == "DELETE"))
        try other.execute("ROLLBACK")
        #expect(!hold.isInTheWay)
      } catch {
        Issue.record(error)
      }
      return true
    }
    #expect(outcome.accepted != nil)
    try other.execute("BEGIN IMMEDIATE")
    #expect(!hold.isInTheWay, "it is over")
  }

  @Test func aListThatIsGivenUpLetsAPasswordBeStored() throws {
    let database = try Database(Database.alice)
    let directory = try database.directory()
    defer { directory.shutDown() }
    let hold = ListHold()
    let answer = Box<Outcome<Void>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    let outcome = directory.enumerate(deadline: .now + .seconds(20), hold: hold) { _ in
      directory.setPassword(
        PasswordChange(key: key, newHash: .init(text: "h"), newPassword: .init(text: "p")),
        deadline: .now + .seconds(20)
      ) { answer.put($0) }
      return !eventually(within: 4) { hold.isInTheWay }
    }
    #expect(outcome.cause?.code == .clientGone)
    #expect(answer.take()?.accepted != nil)
    #expect(directory.ask("alice")?.accepted?.passwordHash?.matches(Secret(text: "h")) == true)
  }

  @Test func aQueryThatRunsTooLongEndsAtTheDeadline() throws {
    let database = try Database(Database.alice)
    let endless = """
      SELECT accounts.* FROM accounts, (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT count(*) AS c FROM n) WHERE username = :username AND c > 0
      """
    let directory = try database.directory(account: endless, enumerate: endless.replacing(":username", with: "'a'"))
    let start = Instant.now
    #expect(directory.ask("alice", within: .milliseconds(200))?.cause?.code == .timedOut)
    #expect(directory.enumerate(deadline: .now + .milliseconds(200)) { _ in true }.cause?.code == .timedOut)
    #expect(Instant.now - start < .seconds(5))
    let answer = Box<Outcome<Account>>()
    let key = AccountKey(name: LoginName(Array("alice".utf8), defaultDomain: nil), service: [])
    directory.lookUp(key, deadline: .now + .seconds(60)) { answer.put($0) }
    usleep(50_000)
    directory.shutDown()
    #expect(answer.take()?.cause?.code == .stopping)
  }
}
