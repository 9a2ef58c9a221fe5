import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// More wrong passwords than can be hashed. A gate holds the pool's only thread while a test fills the queue, so that what runs in
/// which order depends on no clock: hashes are counted.
@Suite struct OverloadTests {
  private static let patience = Duration.seconds(60)

  /// A broker whose accounts have real hashes with salts of their own: the password of `u7@d.org` is `right-u7`.
  private struct Scene {
    let shelf: BrokerTests.Shelf
    let pool: HashPool
    let broker: Broker
    /// How many hashes had been begun when a user's request was decided, and how it was.
    let decided = Lock<[(user: String, result: AuditRecord.Result, hashes: Int)]>([])
    private let gate = HashGate()

    init(accounts: Int, queueCapacity: Int) throws {
      let scheme = try #require(PasswordSchemes.named("MD5-CRYPT"))
      let scratch = CryptScratch()
      var random = FixedKeys()
      var rows: [String: Outcome<Account>] = [:]
      for number in 0..<accounts {
        let name = "u\(number)@d.org"
        var account = Account(username: Array(name.utf8), uid: 1, gid: 1, home: Array("/h".utf8))
        account.passwordHash = try PasswordSchemes.make(
          Secret(text: "right-u\(number)"), scheme: scheme, random: &random, using: scratch)
        rows[name] = .accepted(account)
      }
      shelf = BrokerTests.Shelf("one", rows)
      let pool = try HashPool(threads: 1, queueCapacity: queueCapacity)
      self.pool = pool
      let decided = self.decided
      broker = try Broker(
        settings: BrokerSettings(
          directories: [BrokerSettings.Entry(directory: shelf, modules: [])], defaultDomain: "d.org"),
        pool: pool, enumerations: 1, now: { .now }, keys: FixedKeys()
      ) { record in
        let entry = (String(decoding: record.user, as: UTF8.self), record.result, pool.started)
        decided.withLock { $0.append(entry) }
        decided.broadcast()
      }
    }

    /// Holds the pool's thread until `open`.
    func close() { gate.close(pool) }
    func open() { gate.open() }

    func send(_ request: String) -> BrokerTests.Channel {
      let channel = BrokerTests.Channel()
      var parser = RequestParser()
      guard case .done(let parsed) = Array(request.utf8).withUnsafeBytes({ parser.feed($0) }) else {
        Issue.record("no whole request")
        return channel
      }
      broker.handle(parsed, from: channel)
      return channel
    }

    func login(_ user: Int, _ password: String) -> BrokerTests.Channel {
      let payload = "imap\nlogin\nu\(user)\n\(password)\n"
      return send("AUTH \(payload.utf8.count)\n\(payload)")
    }

    /// Everything that was decided, once it is so many: refusals are told of when it is time to answer them.
    func all(_ count: Int) -> [(user: String, result: AuditRecord.Result, hashes: Int)] {
      decided.wait(OverloadTests.patience) { $0.count >= count ? $0 : nil } ?? []
    }

    func result(of user: Int, after count: Int = 0) -> (result: AuditRecord.Result, hashes: Int)? {
      decided.wait(OverloadTests.patience) { decided in
        decided.dropFirst(count).first { $0.user == "u\(user)" }.map { ($0.result, $0.hashes) }
      }
    }
  }

  private static func isAccepted(_ channel: BrokerTests.Channel) -> Bool {
    channel.text?.hasSuffix(".\n") == true
  }

  @Test func goodLoginsPassAFloodOnOtherAccounts() throws {
    let scene = try Scene(accounts: 210, queueCapacity: 64)
    scene.close()
    // Five each: that all five share one byte of their tags, and so look like one password, does not happen.
    for number in 0..<1000 { _ = scene.login(number % 200, "wrong \(number)") }
    #expect(scene.pool.queued == 64)
    let begun = scene.pool.started
    let good = (200..<210).map { scene.login($0, "right-u\($0)") }
    #expect(scene.pool.queued == 64)
    scene.open()
    for channel in good { #expect(Self.isAccepted(channel)) }
    for (position, number) in (200..<210).enumerated() {
      let decided = try #require(scene.result(of: number))
      #expect(decided.result == .accepted)
      // The hashes of the good ones and no others: all others were asked with changing passwords.
      #expect(decided.hashes == begun + 1 + position)
    }
    scene.pool.shutDown()
    let others = scene.all(1010).filter { $0.result != .accepted }
    #expect(others.count == 1000)
    for other in others {
      switch other.result {
      case .refused(.wrongPassword): break
      case .unavailable(let cause): #expect(cause.code == .overloaded)
      default: Issue.record("\(other)")
      }
    }
  }

  @Test func theUsualPasswordPassesAFloodOnTheSameAccount() throws {
    let scene = try Scene(accounts: 2, queueCapacity: 64)
    #expect(Self.isAccepted(scene.login(0, "right-u0")))
    scene.close()
    for number in 0..<1000 { _ = scene.login(0, "wrong \(number)") }
    // One account fills its share of the queue, and no more.
    #expect(scene.pool.queued < 64)
    let (begun, seen) = (scene.pool.started, scene.decided.withLock { $0.count })
    let good = scene.login(0, "right-u0")
    let other = scene.login(1, "right-u1")
    scene.open()
    #expect(Self.isAccepted(good))
    #expect(Self.isAccepted(other))
    // Of 1,000 wrong passwords some four share the right one's byte, and go first with it.
    let own = try #require(scene.decided.withLock { $0.dropFirst(seen).first { $0.result == .accepted } })
    #expect(own.hashes <= begun + 1 + 20)
    scene.pool.shutDown()
  }

  @Test func oneAccountsFloodDoesNotDelayOthersThatNeverLoggedIn() throws {
    let scene = try Scene(accounts: 40, queueCapacity: 1024)
    scene.close()
    for number in 0..<1000 { _ = scene.login(0, "wrong \(number)") }
    let begun = scene.pool.started
    let good = (1..<40).map { scene.login($0, "right-u\($0)") }
    scene.open()
    for channel in good { #expect(Self.isAccepted(channel)) }
    for number in 1..<40 { #expect(try #require(scene.result(of: number)).hashes <= begun + 39) }
    scene.pool.shutDown()
  }

  @Test func aSaturatedPoolDelaysNoLookUp() throws {
    let scene = try Scene(accounts: 201, queueCapacity: 1024)
    scene.close()
    let waiting = (0..<200).map { scene.login($0, "right-u\($0)") }
    #expect(scene.pool.queued == 200)
    for _ in 0..<100 { #expect(scene.send("PRE . imap u200\n").text?.hasSuffix(".\n") == true) }
    #expect(scene.send("PRE . imap nobody\n").text == "FAIL\n")
    // All that was answered while not one hash could be computed.
    #expect(scene.pool.started == 1)
    #expect(scene.pool.queued == 200)
    scene.open()
    for channel in waiting { #expect(Self.isAccepted(channel)) }
    scene.pool.shutDown()
  }

  @Test func theSameWrongPasswordIsHashedOnce() throws {
    let scene = try Scene(accounts: 2, queueCapacity: 64)
    for _ in 0..<5 { #expect(scene.login(0, "right-u1").text == "FAIL\n") }
    #expect(scene.pool.started == 1)
    #expect(scene.decided.withLock { $0.allSatisfy { $0.result == .refused(.wrongPassword) } })
    // Right for another account, and another password of this one: both are hashed.
    #expect(Self.isAccepted(scene.login(1, "right-u1")))
    #expect(scene.login(0, "right-u2").text == "FAIL\n")
    #expect(scene.pool.started == 3)
    // A right password is hashed each time.
    for _ in 0..<3 { #expect(Self.isAccepted(scene.login(0, "right-u0"))) }
    #expect(scene.pool.started == 6)
    // The password was changed to what was wrong a moment ago.
    var changed = Account(username: Array("u0@d.org".utf8), uid: 1, gid: 1, home: Array("/h".utf8))
    scene.shelf.accounts.withLock { accounts in
      if case .accepted(let other)? = accounts["u1@d.org"] { changed.passwordHash = other.passwordHash }
      accounts["u0@d.org"] = .accepted(changed)
    }
    #expect(Self.isAccepted(scene.login(0, "right-u1")))
    #expect(scene.login(0, "right-u0").text == "FAIL\n")
    scene.pool.shutDown()
  }

  @Test func theSameWrongPasswordTwiceAtOnceIsHashedOnce() throws {
    let scene = try Scene(accounts: 1, queueCapacity: 64)
    scene.close()
    let asked = (0..<5).map { _ in scene.login(0, "wrong") }
    #expect(scene.pool.queued == 1)
    scene.open()
    for channel in asked { #expect(channel.text == "FAIL\n") }
    // The gate's turn and one hash.
    #expect(scene.pool.started == 2)
    scene.pool.shutDown()
  }

  @Test func aFullQueueIsOurFault() throws {
    let scene = try Scene(accounts: 4, queueCapacity: 2)
    scene.close()
    _ = scene.login(0, "right-u0")
    _ = scene.login(1, "right-u1")
    #expect(scene.login(2, "right-u2").text == "")
    let decided = try #require(scene.result(of: 2))
    guard case .unavailable(let cause) = decided.result else {
      Issue.record("\(decided.result)")
      return
    }
    #expect(cause.code == .overloaded)
    scene.open()
    scene.pool.shutDown()
    #expect(try #require(scene.result(of: 0)).result == .accepted)
    #expect(try #require(scene.result(of: 1)).result == .accepted)
  }
}
