import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// The throttle in the way of real requests. Waits are a few milliseconds, or as long as they last until the broker is told to stop: no
/// test depends on how long anything takes.
@Suite struct ThrottledBrokerTests {
  private static let brief = Duration.milliseconds(3)
  /// `right`, as MD5-CRYPT: a hash for the pool.
  private static let hashed = "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1"
  private static let hashedPassword = "md5crypt-secret"

  private struct Scene {
    let shelf: BrokerTests.Shelf
    let pool: HashPool
    let broker: Broker
    let records = Lock<[AuditRecord]>([])
    let events = Lock<[ThrottleEvent]>([])

    init(
      _ accounts: [String: Outcome<Account>], maxDelay: Duration = ThrottledBrokerTests.brief,
      memory: Duration? = .seconds(120), holds: Int = 1000
    ) throws {
      shelf = BrokerTests.Shelf("one", accounts)
      pool = try HashPool(threads: 1, queueCapacity: 100)
      let (records, events) = (records, events)
      broker = try Broker(
        settings: BrokerSettings(
          directories: [BrokerSettings.Entry(directory: shelf, modules: [])], defaultDomain: "d.org",
          verifiedLoginMemory: memory, throttle: ThrottleRules(maxDelay: maxDelay)),
        pool: pool, enumerations: 1, holds: holds, now: { .now }, keys: FixedKeys(),
        report: { event in events.withLock { $0.append(event) } }
      ) { record in
        records.withLock { $0.append(record) }
        records.broadcast()
      }
    }

    @discardableResult
    func send(_ request: String, _ channel: BrokerTests.Channel = BrokerTests.Channel()) -> BrokerTests.Channel {
      var parser = RequestParser()
      guard case .done(let parsed) = Array(request.utf8).withUnsafeBytes({ parser.feed($0) }) else {
        Issue.record("no whole request")
        return channel
      }
      broker.handle(parsed, from: channel)
      return channel
    }

    /// Sends it and waits for its record.
    func ask(_ request: String) throws -> AuditRecord {
      send(request)
      return try #require(records.wait(.seconds(60)) { $0.isEmpty ? nil : $0.removeFirst() })
    }

    /// As many records as that, once they are there.
    func wait(for count: Int) -> [AuditRecord] {
      records.wait(.seconds(60)) { $0.count >= count ? $0 : nil } ?? []
    }
  }

  private func account(_ name: String = "a@d.org", hash: String? = nil, clear: String? = nil) -> Outcome<Account> {
    var account = Account(username: Array(name.utf8), uid: 5000, gid: 5001, home: Array("/v".utf8))
    account.passwordHash = hash.map { Secret(text: $0) }
    account.clearPassword = clear.map { Secret(text: $0) }
    return .accepted(account)
  }

  private func login(_ user: String, _ password: String, from address: String? = nil) -> String {
    let payload = "imap\nlogin\n\(user)\n\(password)\n"
    return (address.map { "TCPREMOTEIP=\($0)\n" } ?? "") + "AUTH \(payload.utf8.count)\n\(payload)"
  }

  private func cram(_ user: String, _ digest: String) -> String {
    func base64(_ text: String) -> String {
      let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
      var result = ""
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let part = bytes[start..<min(start + 3, bytes.count)]
        let number = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
        for place in 0..<4 { result.append(place <= part.count ? digits[number >> (18 - 6 * place) & 63] : "=") }
      }
      return result
    }
    let payload = "imap\ncram-md5\n\(base64("<1@d>"))\n\(base64("\(user) \(digest)"))\n"
    return "AUTH \(payload.utf8.count)\n\(payload)"
  }

  @Test(arguments: ["hash", "digest", "clear"]) func rightAndWrongWaitAlike(_ kind: String) throws {
    let (stored, right): (Outcome<Account>, String) =
      switch kind {
      case "hash": (account(hash: Self.hashed), Self.hashedPassword)
      case "digest": (account(hash: "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks="), "sha256-secret")
      default: (account(clear: "right"), "right")
      }
    let scene = try Scene(["a@d.org": stored], memory: nil)
    #expect(try scene.ask(login("a", right)).held == nil)
    #expect(try scene.ask(login("a", "wrong 1")).held == nil)
    for number in 2..<5 {
      let record = try scene.ask(login("a", "wrong \(number)"))
      #expect(record.result == .refused(.wrongPassword))
      #expect(record.held == Self.brief)
    }
    let record = try scene.ask(login("a", right))
    #expect(record.result == .accepted)
    #expect(record.held == Self.brief)
    #expect(try scene.ask(login("a", right)).held == nil, "the success has cleared it")
    #expect(try scene.ask(login("a", "wrong 1")).held == nil)
    #expect(try scene.ask(login("a", "wrong 1")).held == nil, "known, and counted no more")
  }

  @Test func unknownUsersAreSlowedLikeKnownOnes() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")])
    #expect(try scene.ask(login("nobody", "x")).held == nil)
    #expect(try scene.ask(login("NoBody@D.org", "y")).held == Self.brief)
    #expect(try scene.ask(login("somebody", "x")).held == nil)
    let slowed = scene.broker.slowed(most: 10)
    #expect(Set(slowed.rows.map { String(decoding: $0.name, as: UTF8.self) }) == ["nobody@d.org", "somebody@d.org"])
    #expect(slowed.count == 2)
  }

  @Test func theAccountIsTheOneThatTheDatabaseSpells() throws {
    let row = account("Info@d.org", clear: "right")
    let scene = try Scene(["info": row, "INFO@d.org": row, "info@d.org": row])
    #expect(try scene.ask(login("info@d.org", "x")).held == nil)
    #expect(try scene.ask(login("INFO@d.org", "y")).held == Self.brief)
  }

  @Test func closedAccountsCountToo() throws {
    var closed = Account(username: Array("a@d.org".utf8), uid: 1, gid: 1, home: Array("/h".utf8))
    closed.isActive = false
    let scene = try Scene(["a@d.org": .accepted(closed), "b@d.org": account("b@d.org")])
    for (user, reason) in [("a", Refusal.inactive), ("b", .noUsablePassword)] {
      #expect(try scene.ask(login(user, "x")).held == nil)
      let record = try scene.ask(login(user, "y"))
      #expect(record.held == Self.brief)
      #expect(record.result == .refused(reason))
    }
  }

  @Test func passwordChangesAndChallengesCount() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")])
    #expect(try scene.ask("PASSWD imap\ta\twrong\tnew\n").held == nil)
    #expect(try scene.ask(cram("a", String(repeating: "0", count: 32))).held == Self.brief)
    #expect(try scene.ask("PASSWD imap\ta\twrong again\tnew\n").held == Self.brief)
    let record = try scene.ask("PASSWD imap\ta\tright\tnew\n")
    #expect(record.held == Self.brief)
    #expect(record.result == .accepted)
    #expect(try scene.ask("PASSWD imap\ta\tright\tnew\n").held == nil)
  }

  @Test func lookUpsAreNeverSlowed() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")])
    for number in 0..<8 { _ = try scene.ask(login("a", "wrong \(number)")) }
    #expect(try scene.ask("PRE . imap a\n").held == nil)
  }

  @Test func anOutageIsNobodysFailure() throws {
    let scene = try Scene(["a@d.org": .unavailable(Unavailability(.unreachable))])
    for number in 0..<5 { #expect(try scene.ask(login("a", "x\(number)")).held == nil) }
    #expect(scene.broker.throttle.isIdle)
  }

  @Test func addressesAreSlowed() throws {
    let scene = try Scene([:])
    for number in 0..<10 { #expect(try scene.ask(login("u\(number)", "x", from: "203.0.113.9")).held == nil) }
    #expect(try scene.ask(login("other", "x", from: "203.0.113.9")).held == Self.brief)
    #expect(try scene.ask(login("another", "x", from: "203.0.113.10")).held == nil)
    for number in 0..<20 { #expect(try scene.ask(login("v\(number)", "x", from: "127.0.0.1")).held == nil) }
  }

  /// Whoever has just logged in is not slowed by somebody who guesses: neither with a costly hash, nor with a cheap one.
  @Test func whoHasJustLoggedInDoesNotWait() throws {
    let scheme = try #require(PasswordSchemes.named("SHA512-CRYPT"))
    var random = FixedKeys()
    let costly = try PasswordSchemes.make(
      Secret(text: "right"), scheme: scheme, random: &random, using: CryptScratch())
    var row = Account(username: Array("a@d.org".utf8), uid: 1, gid: 1, home: Array("/h".utf8))
    row.passwordHash = costly
    let scene = try Scene(["a@d.org": .accepted(row), "b@d.org": account("b@d.org", clear: "right")])
    #expect(try !scene.ask(login("a", "right")).isRemembered)
    for number in 0..<5 { _ = try scene.ask(login("a", "wrong \(number)")) }
    let record = try scene.ask(login("a", "right"))
    #expect(record.isRemembered)
    #expect(record.held == nil)
    _ = try scene.ask(login("b", "wrong"))
    #expect(try scene.ask(login("b", "right")).held == Self.brief, "the first time")
    for number in 0..<5 {
      _ = try scene.ask(login("b", "wrong \(number)"))
      let record = try scene.ask(login("b", "right"))
      #expect(record.result == .accepted)
      #expect(record.held == nil)
    }
    // The old password of a change is proved afresh.
    #expect(try scene.ask("PASSWD imap\tb\tright\tright\n").held == Self.brief)
  }

  /// Where somebody guesses, cheap passwords are remembered too.
  @Test func whatMatchesInTheClearMatchesNoHash() throws {
    let stored = "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks="
    let scene = try Scene([
      "victim@d.org": account("victim@d.org", hash: stored), "other@d.org": account("other@d.org", clear: stored),
    ])
    #expect(try scene.ask(login("victim", stored)).result == .refused(.wrongPassword))
    #expect(try scene.ask(login("other", "wrong")).result == .refused(.wrongPassword))
    for _ in 0..<2 { #expect(try scene.ask(login("other", stored)).result == .accepted) }
    #expect(try scene.ask(login("victim", stored)).result == .refused(.wrongPassword), "a hash is no password")
    #expect(try scene.ask(login("victim", "sha256-secret")).result == .accepted)
  }

  @Test func aHashThatIsOfTheNameMatchesNoOtherName() throws {
    // MD5 of "alice:d.org:digestpw".
    let stored = "{DIGEST-MD5}a62923f42eb1bc7e02b277036913da58"
    let scene = try Scene([
      "alice@d.org": account("alice@d.org", hash: stored), "bob@d.org": account("bob@d.org", hash: stored),
    ])
    _ = try scene.ask(login("alice", "wrong"))
    #expect(try scene.ask(login("bob", "digestpw")).result == .refused(.wrongPassword))
    for _ in 0..<2 { #expect(try scene.ask(login("alice", "digestpw")).result == .accepted) }
    #expect(try scene.ask(login("bob", "digestpw")).result == .refused(.wrongPassword))
  }

  /// What is held costs no hash, and none when its client goes.
  @Test func whoHangsUpCostsNoHash() throws {
    let scene = try Scene(["a@d.org": account(hash: Self.hashed)])
    #expect(try scene.ask(login("a", "wrong")).result == .refused(.wrongPassword))
    let begun = scene.pool.started
    scene.send(login("a", "wrong 2"), BrokerTests.Channel(isAbandoned: true))
    #expect(scene.wait(for: 1).first?.result == .unavailable(Unavailability(.clientGone)))
    #expect(scene.pool.started == begun)
    #expect(scene.broker.throttle.held == 0)
  }

  /// The row is looked up again after the wait.
  @Test func theAccountIsLookedUpAfterTheWait() throws {
    let scene = try Scene(["a@d.org": account(clear: "old")], maxDelay: .seconds(10))
    _ = try scene.ask(login("a", "wrong"))
    // Held for a second; by then the password is another one.
    let channel = scene.send(login("a", "new"))
    #expect(scene.broker.throttle.held == 1)
    scene.shelf.accounts.withLock { $0["a@d.org"] = account(clear: "new") }
    #expect(channel.text?.hasSuffix(".\n") == true)
  }

  @Test func theEndLetsEverybodyGo() throws {
    let scene = try Scene(["a@d.org": account(hash: Self.hashed)], maxDelay: .seconds(15))
    for number in 0..<4 { scene.broker.throttle.fail(subject("a@d.org"), .login(password: Secret(text: "x\(number)"))) }
    let begun = scene.pool.started
    let channels = (0..<10).map { scene.send(login("a", "wrong \($0)")) }
    #expect(scene.broker.throttle.held == 10)
    #expect(channels.allSatisfy { $0.reply.withLock { $0 } == nil })
    scene.broker.beginToStop()
    #expect(channels.allSatisfy { $0.text == "" })
    let records = scene.wait(for: 10)
    #expect(records.count == 10)
    #expect(records.allSatisfy { $0.result == .unavailable(Unavailability(.stopping)) })
    #expect(scene.pool.started == begun)
    // Whoever comes now is not held either.
    scene.send(login("a", "wrong 99"))
    #expect(scene.wait(for: 11).last?.result == .unavailable(Unavailability(.stopping)))
    #expect(scene.wait(for: 11).last?.held == nil)
  }

  @Test func tooManyAtOnceAreTurnedAway() throws {
    let scene = try Scene(["a@d.org": account(hash: Self.hashed)], maxDelay: .seconds(15), memory: nil)
    // The last right password is known, by a byte.
    #expect(try scene.ask(login("a", Self.hashedPassword, from: "192.0.2.1")).result == .accepted)
    for number in 0..<6 { scene.broker.throttle.fail(subject("a@d.org"), .login(password: Secret(text: "x\(number)"))) }
    for number in 0..<16 { scene.send(login("a", "wrong \(number)")) }
    #expect(scene.broker.throttle.held == 16)
    let record = try scene.ask(login("a", "wrong 17"))
    #expect(
      record.result == .unavailable(Unavailability(.overloaded, "too many attempts at once for this account")))
    #expect(record.held == nil)
    let right = scene.send(login("a", Self.hashedPassword, from: "192.0.2.1"))
    #expect(scene.broker.throttle.held == 17, "it has room of its own")
    #expect(right.reply.withLock { $0 } == nil)
    scene.broker.beginToStop()
  }

  @Test func halfTheHouseMayWait() throws {
    let scene = try Scene([:], maxDelay: .seconds(15), holds: 2)
    for number in 0..<4 {
      scene.broker.throttle.fail(subject("u\(number)@d.org"), .login(password: Secret(text: "x")))
    }
    for number in 0..<4 { scene.send(login("u\(number)", "y")) }
    let away = scene.wait(for: 2)
    #expect(away.count == 2)
    #expect(away.allSatisfy { $0.result == .unavailable(Unavailability(.overloaded, "too many attempts at once")) })
    scene.broker.beginToStop()
  }

  @Test func aReloadForgetsNothing() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")])
    _ = try scene.ask(login("a", "wrong"))
    let other = BrokerTests.Shelf("two", ["a@d.org": account(clear: "right")])
    var settings = BrokerSettings(
      directories: [BrokerSettings.Entry(directory: other, modules: [])], defaultDomain: "d.org",
      throttle: ThrottleRules(maxDelay: .milliseconds(2)))
    _ = scene.broker.replace(settings: settings)
    #expect(try scene.ask(login("a", "wrong 2")).held == .milliseconds(2))
    settings.throttle = nil
    _ = scene.broker.replace(settings: settings)
    #expect(try scene.ask(login("a", "wrong 3")).held == nil, "turned off")
  }

  /// A reload while somebody waits: who waits ends on what it began with, and the old directories wait for it.
  @Test func aReloadWaitsForWhoIsHeld() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")], maxDelay: .seconds(10))
    _ = try scene.ask(login("a", "wrong"))
    let channel = scene.send(login("a", "right"))
    let old = scene.broker.replace(settings: BrokerSettings(directories: []))
    #expect(old(.seconds(60)).map(\.name) == ["one"])
    #expect(channel.text?.hasSuffix(".\n") == true)
  }

  @Test func aHundredInARowAreToldOnceAndForgiven() throws {
    let scene = try Scene(["a@d.org": account(clear: "right")], maxDelay: .milliseconds(1))
    for number in 0..<105 { _ = try scene.ask(login("a", "wrong \(number)")) }
    #expect(scene.events.withLock { $0 } == [.manyFailures(account: Array("a@d.org".utf8))])
    #expect(scene.broker.slowed(most: 5).rows.first?.hadTooMany == true)
    #expect(try scene.ask(login("a", "right")).result == .accepted)
    #expect(try scene.ask(login("a", "wrong again")).held == .milliseconds(1), "a success does not end it")
    #expect(scene.broker.forgive(account: Array("A".utf8)))
    #expect(!scene.broker.forgive(account: Array("a@d.org".utf8)))
    #expect(try scene.ask(login("a", "wrong, once more")).held == nil)
  }

  @Test func whatIsKeptCountsInAnotherProcess() throws {
    let scene = try Scene([:])
    var change = 0
    #expect(scene.broker.throttleState(wall: 1000, since: &change) == nil, "nothing to write")
    for number in 0..<10 { _ = try scene.ask(login("u", "x\(number)", from: "203.0.113.9")) }
    let state = try #require(scene.broker.throttleState(wall: 1000, since: &change))
    #expect(scene.broker.throttleState(wall: 1000, since: &change) == nil, "written")
    let next = try Scene([:])
    next.broker.restore(try ThrottleState(state.encoded, wall: 1010), wall: 1010)
    #expect(try next.ask(login("u", "y")).held == Self.brief)
    #expect(try next.ask(login("v", "y", from: "203.0.113.9")).held == Self.brief)
    #expect(next.broker.forgive(address: try #require(NetworkAddress("203.0.113.9".utf8))))
    #expect(try next.ask(login("w", "y", from: "203.0.113.9")).held == nil)
  }

  private func subject(_ name: String) -> ThrottleSubject { ThrottleSubject(name: Array(name.utf8), address: nil) }
}
