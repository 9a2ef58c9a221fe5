import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// `rehash-to`: real hashes on a real pool, a directory in memory, a time that is the test's.
@Suite struct RehashTests {
  /// Accounts that can be changed, as `AccountDirectory` promises it.
  final class Cabinet: AccountDirectory {
    let name = "one"
    let offersPasswordChange = true
    let offersAppPasswords = false
    let accounts = Lock<[String: Account]>([:])
    /// What is said to each change; nil makes it.
    let trouble = Lock<Unavailability?>(nil)
    /// Of each change, whether it was to replace a certain hash, and what was stored.
    let changes = Lock<[(isReplacing: Bool, hash: String)]>([])

    func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
      let user = String(decoding: key.name.username, as: UTF8.self)
      completion(accounts.withLock { $0[user].map { .accepted($0) } ?? .refused(.unknownUser) })
    }

    func setPassword(
      _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
    ) {
      let user = String(decoding: change.key.name.username, as: UTF8.self)
      let hash = change.newHash.withBytes { String(decoding: $0, as: UTF8.self) }
      changes.withLock { $0.append((change.replacing != nil, hash)) }
      changes.broadcast()
      if let trouble = trouble.withLock({ $0 }) { return completion(.unavailable(trouble)) }
      completion(
        accounts.withLock { accounts in
          guard var account = accounts[user] else { return .refused(.unknownUser) }
          if let old = change.replacing, account.passwordHash?.matches(old) != true {
            return .refused(.passwordChanged)
          }
          account.passwordHash = change.newHash
          accounts[user] = account
          return .accepted(())
        })
    }

    func appPasswords(
      _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
    ) { completion(.accepted([])) }

    func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> { .accepted(()) }
    func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> { .accepted(()) }
    func inspect() -> [DirectoryFinding] { [] }
    func shutDown() {}

    func set(_ user: String, hash: String?, clear: String? = nil) {
      var account = Account(username: Array(user.utf8), uid: 1, gid: 1, home: [47])
      account.passwordHash = hash.map { Secret(text: $0) }
      account.clearPassword = clear.map { Secret(text: $0) }
      accounts.withLock { $0[user] = account }
    }

    func hash(_ user: String) -> String? {
      accounts.withLock { $0[user]?.passwordHash }.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
    }
  }

  struct Scene {
    let cabinet = Cabinet()
    let pool: HashPool
    let broker: Broker
    let gate = HashGate()
    let clock = Lock(Instant.now)
    let events = Lock<[RehashEvent]>([])
    /// The names of accounts that logged in and were replaced, in the order in which it happened.
    let story = Lock<[String]>([])

    init(
      _ target: String? = "BLF-CRYPT:4", bareScheme: String? = nil, weakSchemes: WeakSchemes = .accept,
      memory: Duration? = nil
    ) throws {
      pool = try HashPool(threads: 1, queueCapacity: 64)
      let (clock, events, story) = (self.clock, self.events, self.story)
      broker = try Broker(
        settings: try Self.settings(cabinet, target, bareScheme, weakSchemes, memory), pool: pool, enumerations: 1,
        now: { clock.withLock { $0 } }, keys: FixedKeys(),
        rehashed: { event in
          if case .replaced(let account, _, _, _) = event {
            story.withLock { $0.append("replaced \(String(decoding: account, as: UTF8.self))") }
            story.broadcast()
          }
          events.withLock { $0.append(event) }
          events.broadcast()
        },
        audit: { record in
          story.withLock { $0.append("\(String(decoding: record.user, as: UTF8.self)) \(record.result == .accepted)") }
          story.broadcast()
        })
    }

    private static func settings(
      _ cabinet: Cabinet, _ target: String?, _ bareScheme: String?, _ weakSchemes: WeakSchemes, _ memory: Duration?
    ) throws -> BrokerSettings {
      BrokerSettings(
        directories: [
          BrokerSettings.Entry(
            directory: cabinet, modules: [], bareScheme: bareScheme.flatMap { BareScheme(named: $0) },
            rehashTo: try target.map { try RehashTarget(PasswordScheme(spelling: $0)) })
        ], sockets: [BrokerSettings.Socket(path: "", policy: PeerPolicy(rules: []), hasOwnRules: false)],
        verifiedLoginMemory: memory, weakSchemes: weakSchemes)
    }

    func reload(_ target: String?, memory: Duration? = nil) throws {
      _ = broker.replace(settings: try Self.settings(cabinet, target, nil, .accept, memory))
    }

    func pass(_ time: Duration) { clock.withLock { $0 += time } }

    @discardableResult
    func send(_ request: String) -> VerifiedLoginTests.Client {
      let client = VerifiedLoginTests.Client()
      var parser = RequestParser()
      guard case .done(let parsed) = Array(request.utf8).withUnsafeBytes({ parser.feed($0) }) else {
        Issue.record("no whole request")
        return client
      }
      broker.handle(parsed, from: client)
      return client
    }

    @discardableResult
    func login(_ user: String, _ password: String, type: String = "login") -> VerifiedLoginTests.Client {
      let payload = "imap\n\(type)\n\(user)\n\(password)\n"
      return send("AUTH \(payload.utf8.count)\n\(payload)")
    }

    /// All events, once there are so many.
    func events(_ count: Int) -> [RehashEvent] {
      events.wait(.seconds(60)) { $0.count >= count ? $0 : nil } ?? []
    }

    /// Lets everything that was begun come to its end: the pool has one thread, and this job comes last.
    func settle() {
      let isDone = Lock(false)
      pool.submit(
        HashJob(
          account: HashJob.Account(directory: "", username: []), rank: .background, deadline: .now + .seconds(3600),
          isAbandoned: { false }
        ) { _ in
          isDone.withLock { $0 = true }
          isDone.broadcast()
        })
      #expect(isDone.wait(.seconds(60)) { $0 ? true : nil } == true)
    }
  }

  static let md5 = "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ=="

  @Test func aGoodLoginReplacesAWeakHashOnce() throws {
    let scene = try Scene()
    scene.cabinet.set("a", hash: Self.md5)
    #expect(scene.login("a", "secret").isAccepted)
    #expect(
      scene.events(1) == [.replaced(account: Array("a".utf8), directory: "one", from: "MD5", to: "BLF-CRYPT")])
    let hash = try #require(scene.cabinet.hash("a"))
    #expect(hash.hasPrefix("{CRYPT}$2y$04$"))
    for _ in 0..<3 { #expect(scene.login("a", "secret").isAccepted) }
    #expect(scene.login("a", "wrong").text == "FAIL\n")
    scene.settle()
    #expect(scene.cabinet.hash("a") == hash)
    #expect(scene.cabinet.changes.withLock { $0.count } == 1)
    #expect(scene.events(1).count == 1)
  }

  @Test func manyLoginsAtOnceReplaceItOnce() throws {
    let scene = try Scene()
    scene.cabinet.set("a", hash: "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1")
    scene.gate.close(scene.pool)
    let clients = (0..<50).map { _ in scene.login("a", "md5crypt-secret") }
    scene.gate.open()
    for client in clients { #expect(client.isAccepted) }
    #expect(scene.events(1).count == 1)
    for _ in 0..<20 { #expect(scene.login("a", "md5crypt-secret").isAccepted) }
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.count } == 1)
  }

  @Test func loginsGoFirst() throws {
    let scene = try Scene("SHA512-CRYPT:1000")
    for user in ["a", "b"] { scene.cabinet.set(user, hash: Self.md5) }
    scene.cabinet.set("c", hash: "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1")
    scene.gate.close(scene.pool)
    // A digest is compared on the spot: these two have their answers, and nothing but their hashes to wait for.
    for user in ["a", "b"] { #expect(scene.login(user, "secret").isAccepted) }
    let third = scene.login("c", "md5crypt-secret")
    #expect(!third.hasAnswer)
    scene.gate.open()
    #expect(third.isAccepted)
    let story = scene.story.wait(.seconds(60)) { $0.count == 6 ? $0 : nil }
    #expect(story == ["a true", "b true", "c true", "replaced a", "replaced b", "replaced c"])
  }

  @Test func whatProvesNoPasswordReplacesNothing() throws {
    let scene = try Scene(memory: .seconds(120))
    scene.cabinet.set("a", hash: Self.md5, clear: "secret")
    #expect(scene.login("a", "wrong").text == "FAIL\n")
    #expect(scene.login("b", "secret").text == "FAIL\n")
    #expect(scene.send("PRE . imap a\n").isAccepted)
    // "<1@x>", and "a" with the HMAC-MD5 of that under the key "secret", as Python's hmac has it.
    let response = "YSA0NDUzYzNkMGZkMTY4NzkyZDU2NWM3MjhiNGRmNjczOQ=="
    #expect(scene.login("PDFAeD4=", response, type: "cram-md5").isAccepted)
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.isEmpty })
    #expect(scene.cabinet.hash("a") == Self.md5)
  }

  @Test func aClearPasswordAloneIsLeft() throws {
    let scene = try Scene()
    scene.cabinet.set("a", hash: nil, clear: "secret")
    #expect(scene.login("a", "secret").isAccepted)
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.isEmpty })
  }

  @Test func aRefusedWeakSchemeIsNotMadeGood() throws {
    let scene = try Scene(weakSchemes: .refuse)
    scene.cabinet.set("a", hash: Self.md5)
    #expect(scene.login("a", "secret").text == "FAIL\n")
    scene.settle()
    #expect(scene.cabinet.hash("a") == Self.md5)
  }

  @Test func aRememberedLoginReplacesNothing() throws {
    let scene = try Scene(nil, memory: .seconds(120))
    let cost5 = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
    scene.cabinet.set("a", hash: cost5)
    #expect(scene.login("a", "U*U").isAccepted)
    scene.settle()
    #expect(scene.cabinet.hash("a") == cost5, "without rehash-to nothing is replaced")
    try scene.reload("BLF-CRYPT:6", memory: .seconds(120))
    #expect(scene.login("a", "U*U").isAccepted)
    scene.settle()
    #expect(scene.cabinet.hash("a") == cost5, "the hash was not computed")
    scene.pass(.seconds(120))
    #expect(scene.login("a", "U*U").isAccepted)
    #expect(scene.events(1) == [.replaced(account: [97], directory: "one", from: "BLF-CRYPT", to: "BLF-CRYPT")])
    #expect(scene.cabinet.hash("a")?.hasPrefix("$2y$06$") == true)
  }

  @Test func aBareDigestOfTheDirectorysScheme() throws {
    let scene = try Scene(bareScheme: "PLAIN-MD5")
    scene.cabinet.set("a", hash: "5ebe2294ecd0e0f08eab7690d2a6ee69")
    #expect(scene.login("a", "secret").isAccepted)
    #expect(scene.events(1).count == 1)
    #expect(scene.cabinet.hash("a")?.hasPrefix("$2y$04$") == true)
    #expect(scene.login("a", "secret").isAccepted)
  }

  @Test func aPasswordThatDoesNotFitKeepsItsHash() throws {
    let scene = try Scene()
    let long = String(repeating: "x", count: 73)
    scene.cabinet.set("a", hash: "{PLAIN}\(long)")
    for _ in 0..<3 { #expect(scene.login("a", long).isAccepted) }
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.isEmpty })
    #expect(scene.events.withLock { $0.isEmpty })
  }

  @Test func aChangeMeanwhileIsNotOverwritten() throws {
    let scene = try Scene()
    scene.cabinet.set("a", hash: Self.md5)
    scene.gate.close(scene.pool)
    #expect(scene.login("a", "secret").isAccepted)
    scene.cabinet.set("a", hash: "{PLAIN}another")
    scene.gate.open()
    #expect(scene.events(1) == [.superseded(account: [97], directory: "one")])
    #expect(scene.cabinet.hash("a") == "{PLAIN}another")
    #expect(scene.login("a", "secret").text == "FAIL\n")
    #expect(scene.login("a", "another").isAccepted)
    #expect(scene.events(2).count == 2)
  }

  @Test func aDirectoryThatCannotBeWrittenToIsTriedAgainLater() throws {
    let scene = try Scene()
    for user in ["a", "b"] { scene.cabinet.set(user, hash: Self.md5) }
    scene.cabinet.trouble.withLock { $0 = Unavailability(.queryFailed, "read-only") }
    #expect(scene.login("a", "secret").isAccepted)
    #expect(
      scene.events(1) == [
        .failed(account: Array("a".utf8), directory: "one", Unavailability(.queryFailed, "read-only"))
      ])
    for _ in 0..<10 { #expect(scene.login("a", "secret").isAccepted) }
    scene.settle()
    let hashes = scene.pool.started
    #expect(scene.cabinet.changes.withLock { $0.count } == 1, "nothing is hashed for nothing")
    scene.pass(Broker.rehashPause)
    for user in ["a", "b"] { #expect(scene.login(user, "secret").isAccepted) }
    #expect(scene.events(2).count == 2)
    #expect(scene.pool.started == hashes + 1)
    scene.cabinet.trouble.withLock { $0 = nil }
    // An administrator who has mended it reloads, and need not wait.
    try scene.reload("BLF-CRYPT:5")
    #expect(scene.login("a", "secret").isAccepted)
    #expect(scene.events(3).count == 3)
    #expect(scene.cabinet.hash("a")?.hasPrefix("{CRYPT}$2y$05$") == true)
  }

  @Test func afterAReloadOrAtTheEndNothingIsBegun() throws {
    let scene = try Scene()
    for user in ["a", "b"] { scene.cabinet.set(user, hash: Self.md5) }
    scene.gate.close(scene.pool)
    for user in ["a", "b"] { #expect(scene.login(user, "secret").isAccepted) }
    try scene.reload(nil)
    scene.gate.open()
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.isEmpty })
    try scene.reload("BLF-CRYPT:4")
    scene.gate.close(scene.pool)
    for user in ["a", "b"] { #expect(scene.login(user, "secret").isAccepted) }
    scene.broker.beginToStop()
    scene.gate.open()
    scene.pool.shutDown()
    #expect(scene.cabinet.changes.withLock { $0.isEmpty })
    #expect(scene.events.withLock { $0.isEmpty })
  }

  @Test func theOldDirectoriesWaitForWhatIsUnderWay() throws {
    let scene = try Scene()
    scene.cabinet.set("a", hash: Self.md5)
    scene.gate.close(scene.pool)
    #expect(scene.login("a", "secret").isAccepted)
    let old = scene.broker.replace(settings: BrokerSettings(directories: []))
    let isOver = Lock(false)
    let waiting = try Worker(name: "waiting") {
      _ = old(.seconds(60))
      isOver.withLock { $0 = true }
    }
    #expect(!waiting.join(.milliseconds(50)))
    #expect(!isOver.withLock { $0 })
    scene.gate.open()
    #expect(waiting.join(.seconds(60)))
  }

  @Test func tooManyAtOnceAreLeftForTheirNextLogin() throws {
    let scene = try Scene()
    let count = RehashBacklog<RehashOrder>.capacity + 6
    for number in 0..<count { scene.cabinet.set("u\(number)", hash: Self.md5) }
    scene.gate.close(scene.pool)
    for number in 0..<count { #expect(scene.login("u\(number)", "secret").isAccepted) }
    scene.broker.tidy()
    // One is at the pool, and as many as may wait behind it.
    #expect(scene.events(1) == [.leftOut(5)])
    scene.gate.open()
    #expect(scene.events(count - 4).count == count - 4)
    for number in 0..<count { #expect(scene.login("u\(number)", "secret").isAccepted) }
    #expect(scene.events(count + 1).count == count + 1)
    for number in 0..<count { #expect(scene.cabinet.hash("u\(number)")?.hasPrefix("{CRYPT}$2y$04$") == true) }
  }

  @Test func aChangedPasswordGetsWhatIsSet() throws {
    let scene = try Scene("SHA256-CRYPT:1000")
    scene.cabinet.set("a", hash: Self.md5)
    scene.cabinet.set("b", hash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
    #expect(scene.send("PASSWD imap\ta\tsecret\tnew-secret\n").text == "OK\n")
    #expect(scene.send("PASSWD imap\tb\tU*U\tnew-secret\n").text == "OK\n")
    #expect(scene.cabinet.hash("a")?.hasPrefix("{CRYPT}$5$rounds=1000$") == true)
    #expect(scene.cabinet.hash("b")?.hasPrefix("$5$rounds=1000$") == true)
    scene.settle()
    #expect(scene.cabinet.changes.withLock { $0.map(\.isReplacing) } == [false, false])
  }
}
