import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// Logins with app passwords: with real hashes on a real pool, which are counted. The time is the test's.
@Suite struct AppPasswordTests {
  /// A broker with an account `a`, whose own password is `own`, and whose app passwords a test lays down.
  struct Scene {
    let shelf = BrokerTests.Shelf("one", [:], appPasswords: [:])
    let pool: HashPool
    let broker: Broker
    let clock = Lock(Instant.now)
    let records = Lock<[AuditRecord]>([])
    /// See `FixedKeys`: the salts decide too which wrong password looks like the right one.
    private let salts = Lock(FixedKeys())

    init(own scheme: String? = "SHA512-CRYPT", rounds: Int? = 4000, throttle: ThrottleRules? = nil) throws {
      var account = Account(username: Array("a".utf8), uid: 1, gid: 1, home: [47])
      let salts = self.salts
      account.passwordHash = try scheme.map { try Self.hash("own", $0, rounds, salts) }
      let stored = account
      shelf.accounts.withLock { $0["a"] = .accepted(stored) }
      pool = try HashPool(threads: 1, queueCapacity: 64)
      let (clock, records) = (self.clock, self.records)
      broker = try Broker(
        settings: BrokerSettings(
          directories: [BrokerSettings.Entry(directory: shelf, modules: [])], verifiedLoginMemory: .seconds(120),
          throttle: throttle), pool: pool, enumerations: 1, now: { clock.withLock { $0 } }, keys: FixedKeys()
      ) { record in
        records.withLock { $0.append(record) }
        records.broadcast()
      }
    }

    static func hash(
      _ password: String, _ scheme: String, _ rounds: Int?, _ salts: Lock<FixedKeys>
    ) throws -> Secret {
      var row = try #require(PasswordSchemes.named(scheme))
      if let rounds { row = try row.with(rounds: rounds) }
      return try salts.withLock {
        try PasswordSchemes.make(Secret(text: password), scheme: row, random: &$0, using: CryptScratch())
      }
    }

    /// Lays down app passwords: each is called as it is spelled.
    func set(_ passwords: [(String, services: String)], _ scheme: String = "SHA512-CRYPT", rounds: Int? = 4000) throws {
      let rows = try passwords.map {
        AppPassword(
          hash: try Self.hash($0.0, scheme, rounds, salts), label: Array("\($0.0)'s".utf8),
          services: ServiceList(Array($0.services.utf8)))
      }
      shelf.appPasswords?.withLock { $0["a"] = .accepted(rows) }
    }

    func set(_ outcome: Outcome<[AppPassword]>) { shelf.appPasswords?.withLock { $0["a"] = outcome } }

    func pass(_ time: Duration) { clock.withLock { $0 += time } }

    func ask(_ request: String) throws -> AuditRecord {
      var parser = RequestParser()
      guard case .done(let parsed) = Array(request.utf8).withUnsafeBytes({ parser.feed($0) }) else {
        throw ServerTrouble()
      }
      let channel = VerifiedLoginTests.Client()
      broker.handle(parsed, from: channel)
      _ = channel.text
      return try #require(records.wait(.seconds(60)) { $0.isEmpty ? nil : $0.removeFirst() })
    }

    struct ServerTrouble: Error {}

    func login(_ password: String, service: String = "imap", user: String = "a", from address: String? = nil) throws
      -> AuditRecord
    {
      let payload = "\(service)\nlogin\n\(user)\n\(password)\n"
      return try ask((address.map { "TCPREMOTEIP=\($0)\n" } ?? "") + "AUTH \(payload.utf8.count)\n\(payload)")
    }
  }

  private func label(_ record: AuditRecord) -> String? {
    record.appPassword.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [("SHA256", nil), ("MD5-CRYPT", nil), ("SHA512-CRYPT", 4000)])
  func eachOfThemIsRightForItsServices(_ scheme: String, _ rounds: Int?) throws {
    for own in ["SHA256", "MD5-CRYPT", "SHA512-CRYPT", nil] {
      let scene = try Scene(own: own, rounds: own == "SHA512-CRYPT" ? 4000 : nil)
      try scene.set([("phone", "imap,smtp"), ("backup", "imap"), ("all", "*")], scheme, rounds: rounds)
      for (password, service, isRight) in [
        ("own", "imap", own != nil), ("phone", "imap", true), ("phone", "smtp", true), ("backup", "imap", true),
        ("backup", "smtp", false), ("all", "smtp", true), ("wrong", "imap", false), ("phone", "pop3", false),
      ] {
        let record = try scene.login(password, service: service)
        #expect(record.result == (isRight ? .accepted : .refused(.wrongPassword)), "\(password) \(service)")
        #expect(label(record) == (isRight && password != "own" ? "\(password)'s" : nil))
      }
    }
  }

  @Test func anAppPasswordThatIsRememberedCostsNoHash() throws {
    let scene = try Scene()
    try scene.set([("phone", "*"), ("laptop", "*")])
    #expect(try scene.login("laptop").result == .accepted)
    #expect(scene.pool.started == 3, "the account's own, the other one, its own")
    for _ in 0..<10 {
      let record = try scene.login("laptop")
      #expect(record.result == .accepted && record.isRemembered)
      #expect(label(record) == "laptop's")
    }
    #expect(scene.pool.started == 3)
    // When that is over, it is known by a byte, and tried first.
    scene.pass(.seconds(121))
    #expect(try scene.login("laptop").isRemembered == false)
    #expect(scene.pool.started <= 5, "one hash, but for a byte that fits another one by chance")
  }

  @Test func severalProgramsInTurnAreNobodyWhoGuesses() throws {
    let scene = try Scene()
    let names = ["phone", "laptop", "tablet"]
    try scene.set(names.map { ($0, "*") })
    for name in names + ["own"] { #expect(try scene.login(name).result == .accepted) }
    scene.pass(.seconds(121))
    let account = HashJob.Account(directory: "one", username: Array("a".utf8))
    guard case .accepted(let rows)? = scene.shelf.appPasswords?.withLock({ $0["a"] }) else { return }
    for (row, name) in zip(rows, names) {
      let history = scene.broker.history
      let attempt = history.attempt(Secret(text: name), againstAppPassword: row.hash, of: account)
      #expect(history.isFamiliar(attempt), "each has a memory of its own")
      #expect(history.rank(of: attempt) == .familiar)
      let other = history.attempt(Secret(text: "new"), againstAppPassword: row.hash, of: account)
      #expect(history.rank(of: other) != .suspect)
    }
  }

  @Test func oneThatIsRevokedIsRefusedAtOnce() throws {
    let scene = try Scene()
    try scene.set([("phone", "*")])
    #expect(try scene.login("phone").result == .accepted)
    #expect(try scene.login("phone").isRemembered)
    scene.set(.accepted([]))
    #expect(try scene.login("phone").result == .refused(.wrongPassword))
    try scene.set([("phone", "smtp")])
    #expect(try scene.login("phone").result == .refused(.wrongPassword), "its services count as fast")
    #expect(try scene.login("phone", service: "smtp").result == .accepted)
    guard case .accepted(var account)? = scene.shelf.accounts.withLock({ $0["a"] }) else { return }
    account.passwordHash = Secret(text: "!x")
    let locked = account
    scene.shelf.accounts.withLock { $0["a"] = .accepted(locked) }
    #expect(try scene.login("phone", service: "smtp").result == .refused(.locked), "and so does a locked account")
  }

  @Test func aDatabaseThatIsAwayBetweenTheQueriesIsNoWrongPassword() throws {
    let scene = try Scene()
    try scene.set([("phone", "*")])
    #expect(try scene.login("phone").result == .accepted)
    #expect(try scene.login("own").result == .accepted)
    scene.set(.unavailable(Unavailability(.unreachable)))
    #expect(try scene.login("phone").result == .unavailable(Unavailability(.unreachable)))
    #expect(try scene.login("wrong").result == .unavailable(Unavailability(.unreachable)))
    #expect(try scene.login("own").isRemembered, "it needs no second query")
  }

  @Test func anUnknownSchemeAmongThemIsATemporaryFailureForWrongPasswordsOnly() throws {
    let scene = try Scene()
    let phone = AppPassword(
      hash: try Scene.hash("phone", "SHA512-CRYPT", 4000, Lock(FixedKeys())), label: Array("phone's".utf8))
    scene.set(.accepted([AppPassword(hash: Secret(text: "{LANMAN}0123456789abcdef")), phone]))
    #expect(try scene.login("phone").result == .accepted)
    #expect(try scene.login("own").result == .accepted)
    guard case .unavailable(let cause) = try scene.login("wrong").result else {
      Issue.record("it was decided")
      return
    }
    #expect(cause.code == .unknownScheme && cause.detail.contains("LANMAN") && !cause.detail.contains("0123"))
  }

  @Test func noAppPasswordChangesAPassword() throws {
    let scene = try Scene()
    try scene.set([("phone", "*")])
    #expect(try scene.login("phone").result == .accepted)
    #expect(try scene.ask("PASSWD imap\ta\tphone\tnew\n").result == .refused(.wrongPassword))
    #expect(try scene.ask("PASSWD imap\ta\town\tnew\n").result == .accepted)
    #expect(scene.shelf.changed.withLock { $0 } == ["a"])
  }

  @Test func oneWrongPasswordIsOneFailureHoweverManyItWasComparedWith() throws {
    for scheme in ["SHA256", "MD5-CRYPT", "SHA512-CRYPT"] {
      let rounds = scheme == "SHA512-CRYPT" ? 4000 : nil
      let scene = try Scene(own: scheme, rounds: rounds, throttle: ThrottleRules(maxDelay: .milliseconds(3)))
      try scene.set([("phone", "*"), ("laptop", "*"), ("tablet", "*")], scheme, rounds: rounds)
      #expect(try scene.login("phone", from: "192.0.2.1").result == .accepted)
      for count in 1...4 {
        #expect(try scene.login("wrong \(count)", from: "192.0.2.1").result == .refused(.wrongPassword))
      }
      let (throttle, now) = scene.broker.throttle.copy
      #expect(throttle.accounts[Array("a".utf8)]?.failures(.account, at: now) == 4, "\(scheme)")
      #expect(throttle.held == 0)
      let record = try scene.login("phone", from: "192.0.2.9")
      #expect(record.result == .accepted && record.appPassword != nil)
      #expect(scene.broker.throttle.held == 0)
    }
  }

  @Test(arguments: [("SHA256", nil), ("SHA512-CRYPT", 4000)])
  func whoHasJustLoggedInWithOneIsNotHeldWhereSomebodyGuesses(_ scheme: String, _ rounds: Int?) throws {
    let scene = try Scene(own: "SHA256", rounds: nil, throttle: ThrottleRules(maxDelay: .milliseconds(3)))
    try scene.set([("phone", "*"), ("laptop", "*")], scheme, rounds: rounds)
    for count in 1...20 { _ = try scene.login("wrong \(count)", from: "192.0.2.1") }
    let first = try scene.login("laptop", from: "192.0.2.9")
    #expect(first.result == .accepted && first.held != nil)
    for count in 21...24 { _ = try scene.login("wrong \(count)", from: "192.0.2.1") }
    let next = try scene.login("laptop", from: "192.0.2.9")
    #expect(next.result == .accepted && next.held == nil && next.isRemembered)
    #expect(label(next) == "laptop's")
  }

  /// Whoever has got hold of an app password must not have with it any number of guesses at the account's own.
  @Test func anAppPasswordDoesNotWipeOutGuesses() throws {
    let scene = try Scene(own: "SHA256", rounds: nil, throttle: ThrottleRules(maxDelay: .milliseconds(3)))
    try scene.set([("phone", "*")], "SHA256", rounds: nil)
    for guess in ["one", "two", "three"] { #expect(try scene.login(guess).result == .refused(.wrongPassword)) }
    #expect(scene.broker.slowed(most: 9).rows.map(\.failures) == [3])
    #expect(try scene.login("phone").result == .accepted)
    #expect(scene.broker.slowed(most: 9).rows.map(\.failures) == [3])
    #expect(try scene.login("own").result == .accepted)
    #expect(scene.broker.slowed(most: 9).rows.isEmpty)
  }

  /// While the second query is under way, a cheap password has been compared and not been counted: it holds a place instead.
  @Test func guessesUnderWayCountWhileAppPasswordsAreAskedFor() throws {
    let scene = try Scene(own: "SHA256", rounds: nil, throttle: ThrottleRules(maxDelay: .milliseconds(3)))
    scene.shelf.waiting.withLock { $0 = [] }
    for password in ["guess", "own"] {
      let payload = "imap\nlogin\na\n\(password)\n"
      var parser = RequestParser()
      let request = Array("AUTH \(payload.utf8.count)\n\(payload)".utf8)
      guard case .done(let parsed) = request.withUnsafeBytes({ parser.feed($0) }) else { throw Scene.ServerTrouble() }
      scene.broker.handle(parsed, from: VerifiedLoginTests.Client())
    }
    #expect(scene.records.withLock { $0.isEmpty }, "nothing is compared beside a guess that is not counted yet")
    for answer in scene.shelf.waiting.withLock({ $0.take() }) ?? [] { answer() }
    let records = try #require(scene.records.wait(.seconds(60)) { $0.count == 2 ? $0 : nil })
    #expect(records.contains { $0.result == .refused(.wrongPassword) && $0.held == nil })
    #expect(records.contains { $0.result == .accepted && $0.held != nil })
  }

  @Test func anUnknownUserCostsAsManyHashesAsMostAccounts() throws {
    let scene = try Scene()
    try scene.set([("phone", "*"), ("laptop", "*")])
    #expect(try scene.login("wrong").result == .refused(.wrongPassword))
    #expect(scene.pool.started == 3)
    #expect(try scene.login("wrong", user: "nobody").result == .refused(.unknownUser))
    #expect(scene.pool.started == 6)
    #expect(try scene.login("wrong", user: "nobody").result == .refused(.unknownUser))
    #expect(scene.pool.started == 6, "remembered, as with accounts")
    #expect(try scene.ask("PASSWD imap\tnobody\tx\tnew\n").result == .refused(.unknownUser))
    #expect(scene.pool.started == 7, "a change is not proven by app passwords")
  }

  @Test func whereThereAreNoneNobodyIsAskedTwice() throws {
    let scene = try Scene()
    #expect(try scene.login("own").result == .accepted)
    #expect(scene.shelf.appQuestions.withLock { $0 } == 1, "before the hash")
    for _ in 0..<5 { #expect(try scene.login("own").isRemembered) }
    #expect(scene.shelf.appQuestions.withLock { $0 } == 1)
    for scheme in ["SHA256", "MD5-CRYPT"] {
      let cheap = try Scene(own: scheme, rounds: nil)
      for _ in 0..<5 { #expect(try cheap.login("own").result == .accepted) }
      #expect(cheap.shelf.appQuestions.withLock { $0 } == 0)
    }
  }
}
