import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// What is remembered of right passwords, and hashes that are shared: with real hashes on a real pool, which are counted. The time is
/// the test's.
@Suite struct VerifiedLoginTests {
  /// A client whose patience a test decides upon.
  final class Client: RequestChannel {
    let processID: Int32 = 7
    let userID: UInt32 = 0
    let groupID: UInt32 = 0
    let received = Instant.now
    let deadline: Instant
    private let hasLeft = Lock(false)
    private let reply = Lock<[UInt8]?>(nil)

    init(patience: Duration = .seconds(60)) { deadline = .now + patience }

    var isAbandoned: Bool { hasLeft.withLock { $0 } }
    func leave() { hasLeft.withLock { $0 = true } }
    func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? { nil }
    func answer(_ bytes: [UInt8]) {
      reply.withLock { $0 = bytes }
      reply.broadcast()
    }

    /// What was answered; waits for it.
    var text: String? { reply.wait(.seconds(60)) { $0 }.map { String(decoding: $0, as: UTF8.self) } }
    /// Whether there is an answer by now.
    var hasAnswer: Bool { reply.withLock { $0 != nil } }
    var isAccepted: Bool { text?.hasSuffix(".\n") == true }
  }

  /// A broker with accounts `a` and `b`, whose passwords are `right-a` and `right-b`.
  struct Scene {
    let shelf: BrokerTests.Shelf
    let pool: HashPool
    let broker: Broker
    let gate = HashGate()
    let clock = Lock(Instant.now)
    let records = Lock<[AuditRecord]>([])
    /// See `FixedKeys`: the salts decide too which wrong password looks like the right one.
    private let salts = Lock(FixedKeys())

    init(memory: Duration? = .seconds(120), scheme: String = "SHA512-CRYPT", rounds: Int? = 4000, queue: Int = 64)
      throws
    {
      shelf = BrokerTests.Shelf("one", [:])
      for name in ["a", "b"] {
        shelf.accounts.withLock {
          $0[name] = .accepted(Account(username: Array(name.utf8), uid: 1, gid: 1, home: [47]))
        }
        try Self.set(shelf, name, "right-\(name)", scheme, rounds, salts)
      }
      pool = try HashPool(threads: 1, queueCapacity: queue)
      let (clock, records) = (self.clock, self.records)
      broker = try Broker(
        settings: Self.settings(shelf, memory), pool: pool, enumerations: 1, now: { clock.withLock { $0 } },
        keys: FixedKeys()
      ) { record in
        records.withLock { $0.append(record) }
        records.broadcast()
      }
    }

    private static func settings(_ shelf: BrokerTests.Shelf, _ memory: Duration?) -> BrokerSettings {
      BrokerSettings(
        directories: [BrokerSettings.Entry(directory: shelf, modules: [])], verifiedLoginMemory: memory)
    }

    private static func set(
      _ shelf: BrokerTests.Shelf, _ user: String, _ password: String, _ scheme: String, _ rounds: Int?,
      _ salts: Lock<FixedKeys>
    ) throws {
      var row = try #require(PasswordSchemes.named(scheme))
      if let rounds { row = try row.with(rounds: rounds) }
      let hash = try salts.withLock {
        try PasswordSchemes.make(Secret(text: password), scheme: row, random: &$0, using: CryptScratch())
      }
      shelf.accounts.withLock { accounts in
        guard case .accepted(var account)? = accounts[user] else { return }
        account.passwordHash = hash
        accounts[user] = .accepted(account)
      }
    }

    /// Changes the stored hash behind the broker's back.
    func set(_ user: String, _ password: String) throws {
      try Self.set(shelf, user, password, "SHA512-CRYPT", 4000, salts)
    }

    func set(_ user: String, _ outcome: Outcome<Account>) { shelf.accounts.withLock { $0[user] = outcome } }

    func reload(memory: Duration?) { _ = broker.replace(settings: Self.settings(shelf, memory)) }

    func pass(_ time: Duration) { clock.withLock { $0 += time } }

    @discardableResult
    func send(_ request: String, _ client: Client = Client()) -> Client {
      var parser = RequestParser()
      guard case .done(let parsed) = Array(request.utf8).withUnsafeBytes({ parser.feed($0) }) else {
        Issue.record("no whole request")
        return client
      }
      broker.handle(parsed, from: client)
      return client
    }

    @discardableResult
    func login(_ user: String, _ password: String, _ client: Client = Client()) -> Client {
      let payload = "imap\nlogin\n\(user)\n\(password)\n"
      return send("AUTH \(payload.utf8.count)\n\(payload)", client)
    }

    /// All records, once there are so many.
    func records(_ count: Int) -> [AuditRecord] {
      records.wait(.seconds(60)) { $0.count >= count ? $0 : nil } ?? []
    }
  }

  // MARK: Memory

  @Test func theSecondLoginHashesNothing() throws {
    let scene = try Scene()
    for _ in 0..<5 { #expect(scene.login("a", "right-a").isAccepted) }
    #expect(scene.pool.started == 1)
    let records = scene.records(5)
    #expect(records.filter(\.isRemembered).count == 4)
    #expect(records.allSatisfy { $0.result == .accepted && $0.directory == "one" })
  }

  @Test func itNeedsNoPool() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    scene.gate.close(scene.pool)
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.queued == 0)
    scene.gate.open()
    scene.pool.shutDown()
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.login("b", "right-b").text == "")
  }

  @Test func turnedOffEachLoginIsHashed() throws {
    let scene = try Scene(memory: nil)
    for _ in 0..<3 { #expect(scene.login("a", "right-a").isAccepted) }
    #expect(scene.pool.started == 3)
    #expect(scene.records(3).allSatisfy { !$0.isRemembered })
  }

  @Test func theTimeCountsFromTheVerification() throws {
    let scene = try Scene()
    for _ in 0..<4 {
      #expect(scene.login("a", "right-a").isAccepted)
      scene.pass(.seconds(30))
    }
    #expect(scene.pool.started == 1)
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 2)
    scene.pass(.seconds(119))
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 2)
  }

  @Test func aChangedPasswordCountsAtOnce() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    try scene.set("a", "new-a")
    #expect(scene.login("a", "right-a").text == "FAIL\n")
    #expect(scene.login("a", "new-a").isAccepted)
    #expect(scene.login("a", "right-a").text == "FAIL\n")
    // The same password with a new salt is another hash.
    try scene.set("a", "new-a")
    let before = scene.pool.started
    #expect(scene.login("a", "new-a").isAccepted)
    #expect(scene.pool.started == before + 1)
  }

  @Test func aClosedAccountIsRefusedAtOnce() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    let open = scene.shelf.accounts.withLock { $0["a"] }
    guard case .accepted(var account)? = open else { return }
    account.isActive = false
    scene.set("a", .accepted(account))
    #expect(scene.login("a", "right-a").text == "FAIL\n")
    scene.set("a", .refused(.unknownUser))
    #expect(scene.login("a", "right-a").text == "FAIL\n")
    account.isActive = true
    account.passwordHash = Secret(text: "!")
    scene.set("a", .accepted(account))
    #expect(scene.login("a", "right-a").text == "FAIL\n")
    let results = scene.records(4).map(\.result)
    for reason in [Refusal.inactive, .unknownUser, .locked] { #expect(results.contains(.refused(reason))) }
  }

  @Test func anOutageIsNotBridged() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    scene.set("a", .unavailable(Unavailability(.unreachable)))
    #expect(scene.login("a", "right-a").text == "")
  }

  @Test func aWrongPasswordIsNeverRememberedAsRight() throws {
    let scene = try Scene()
    for _ in 0..<2 {
      for wrong in ["right-b", "right-", "right-aa", "Right-a", " "] {
        #expect(scene.login("a", wrong).text == "FAIL\n")
      }
      #expect(scene.login("a", "right-a").isAccepted)
      #expect(scene.login("b", "right-a").text == "FAIL\n")
    }
    // Each of them was hashed once.
    #expect(scene.pool.started == 7)
    scene.pass(.seconds(60))
    // What was wrong is forgotten by now, what was right is not: nothing of the first became the second.
    #expect(scene.login("a", "right-b").text == "FAIL\n")
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 8)
  }

  @Test func whatTakesLessThanAMillisecondIsHashedEachTime() throws {
    for (scheme, rounds) in [("MD5-CRYPT", nil), ("SHA512-CRYPT", 1000)] {
      let scene = try Scene(scheme: scheme, rounds: rounds)
      for _ in 0..<3 { #expect(scene.login("a", "right-a").isAccepted) }
      #expect(scene.pool.started == 3, "\(scheme)")
    }
  }

  @Test func aPasswordChangeProvesTheOldOneByAHash() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.send("PASSWD imap\ta\tright-a\tnew\n").text == "OK\n")
    // The old password, and the new hash. The shelf keeps what it had.
    #expect(scene.pool.started == 3)
    #expect(scene.login("b", "right-a").text == "FAIL\n")
    // Nor does it leave anything behind.
    #expect(scene.send("PASSWD imap\tb\tright-b\tnew\n").text == "OK\n")
    let before = scene.pool.started
    #expect(scene.login("b", "right-b").isAccepted)
    #expect(scene.pool.started == before + 1)
  }

  @Test func aReloadThatTurnsItOffForgetsEverything() throws {
    let scene = try Scene()
    #expect(scene.login("a", "right-a").isAccepted)
    scene.reload(memory: .seconds(120))
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 1, "a reload that changes nothing of it keeps it")
    scene.reload(memory: nil)
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 2)
    scene.reload(memory: .seconds(120))
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 3)
    scene.reload(memory: .seconds(60))
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 4, "another time is another memory")
  }

  @Test func whatIsUnderWayWhenItIsTurnedOffLeavesNothing() throws {
    let scene = try Scene()
    scene.gate.close(scene.pool)
    let login = scene.login("a", "right-a")
    scene.reload(memory: nil)
    scene.gate.open()
    #expect(login.isAccepted)
    scene.reload(memory: .seconds(120))
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == 3)
  }

  // MARK: Hashes that are shared

  @Test(arguments: [nil, Duration.seconds(120)])
  func theSamePasswordManyTimesAtOnceIsHashedOnce(_ memory: Duration?) throws {
    let scene = try Scene(memory: memory)
    scene.gate.close(scene.pool)
    let right = (0..<50).map { _ in scene.login("a", "right-a") }
    let wrong = (0..<50).map { _ in scene.login("b", "right-a") }
    #expect(scene.pool.queued == 2)
    scene.gate.open()
    for client in right { #expect(client.isAccepted) }
    for client in wrong { #expect(client.text == "FAIL\n") }
    #expect(scene.pool.started == 3)
    #expect(scene.records(100).filter { $0.result == .refused(.wrongPassword) }.count == 50)
    // The hash outlives nothing by itself.
    #expect(scene.login("a", "right-a").isAccepted)
    #expect(scene.pool.started == (memory == nil ? 4 : 3))
  }

  @Test func theOthersDoNotNeedTheFirst() throws {
    let scene = try Scene(memory: nil)
    scene.gate.close(scene.pool)
    let (first, hasty) = (Client(), Client(patience: .milliseconds(200)))
    scene.login("a", "right-a", first)
    scene.login("b", "right-b", hasty)
    let others = ["a", "b", "a", "b"].map { scene.login($0, "right-\($0)") }
    first.leave()
    while Instant.now < hasty.deadline {}
    scene.gate.open()
    for other in others { #expect(other.isAccepted) }
    #expect(scene.pool.started == 3)
    #expect(scene.records(6).count == 6)
  }

  @Test func nobodyIsLeftAndNothingIsHashed() throws {
    let scene = try Scene(memory: nil)
    scene.gate.close(scene.pool)
    let clients = (0..<5).map { _ in scene.login("a", "right-a") }
    #expect(scene.pool.queued == 1)
    for client in clients { client.leave() }
    scene.gate.open()
    for record in scene.records(5) { #expect(record.result == .unavailable(Unavailability(.clientGone))) }
    #expect(scene.pool.started == 1)
    // And the next one is not taken for one of them.
    #expect(scene.login("a", "right-a").isAccepted)
  }

  @Test func whoComesAsTheLastOneIsGivenUpIsNotLost() throws {
    let pool = try HashPool(threads: 1, queueCapacity: 8)
    var random = SystemRandomNumberGenerator()
    let history = LoginHistory(random: &random, now: { .now })
    let desk = VerificationDesk(pool: pool, history: history)
    let account = HashJob.Account(directory: "one", username: [97])
    let attempt = history.attempt(Secret(text: "right"), against: Secret(text: "hash"), isHash: true, of: account)
    let heard = Lock<[String]>([])
    @Sendable func waiter(_ name: String, isAbandoned: @escaping @Sendable () -> Bool) -> VerificationDesk.Waiter {
      VerificationDesk.Waiter(deadline: .now + .seconds(60), isAbandoned: isAbandoned) { news in
        heard.withLock { $0.append("\(name) \(news)") }
        heard.broadcast()
      }
    }
    // The pool asks the first one; while it hears that nobody is there, somebody comes.
    let hasCome = Lock(false)
    let first = waiter("first") {
      let isFirst = hasCome.withLock { hasCome -> Bool in
        defer { hasCome = true }
        return !hasCome
      }
      if isFirst {
        desk.verify(attempt, rank: .ordinary, for: waiter("second") { false }) { _ in .mismatch }
      }
      return true
    }
    desk.verify(attempt, rank: .ordinary, for: first) { _ in .match }
    let all = heard.wait(.seconds(60)) { $0.count == 2 ? $0 : nil }
    #expect(all == ["first dropped(Passwords.HashJob.Reason.abandoned)", "second verdict(Passwords.Verdict.match)"])
    #expect(pool.started == 1)
  }

  @Test func aFullQueueTellsAllWhoWait() throws {
    let scene = try Scene(memory: nil, queue: 1)
    #expect(scene.login("b", "right-b").isAccepted)
    scene.gate.close(scene.pool)
    let ordinary = (0..<3).map { _ in scene.login("a", "right-a") }
    // The password that was right the last time goes first, and there is room for one.
    let familiar = scene.login("b", "right-b")
    for client in ordinary { #expect(client.text == "") }
    scene.gate.open()
    #expect(familiar.isAccepted)
    for record in scene.records(5).filter({ $0.user == [97] }) {
      #expect(record.result == .unavailable(Unavailability(.overloaded, "hash queue full")))
    }
  }
}
