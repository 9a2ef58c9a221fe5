import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// The broker with directories in memory: what concerns databases is tested with real ones elsewhere.
@Suite struct BrokerTests {
  /// A directory whose answers a test lays down.
  final class Shelf: AccountDirectory {
    let name: String
    let offersPasswordChange = true
    let accounts: Lock<[String: Outcome<Account>]>
    let listing: Outcome<Void>
    let changed = Lock<[String]>([])
    /// Nil: it offers none.
    let appPasswords: Lock<[String: Outcome<[AppPassword]>]>?
    /// How often they were asked for.
    let appQuestions = Lock(0)
    /// Questions for them that wait for a database that takes its time; nil: it does not.
    let waiting = Lock<[@Sendable () -> Void]?>(nil)

    init(
      _ name: String, _ accounts: [String: Outcome<Account>], listing: Outcome<Void> = .accepted(()),
      appPasswords: [String: Outcome<[AppPassword]>]? = nil
    ) {
      self.name = name
      self.appPasswords = appPasswords.map { Lock($0) }
      self.accounts = Lock(accounts)
      self.listing = listing
    }

    func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
      let user = String(decoding: key.name.username, as: UTF8.self)
      completion(accounts.withLock { $0[user] } ?? .refused(.unknownUser))
    }

    var offersAppPasswords: Bool { appPasswords != nil }

    func appPasswords(
      _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
    ) {
      appQuestions.withLock { $0 += 1 }
      let user = String(decoding: key.name.username, as: UTF8.self)
      let answer: @Sendable () -> Void = { completion(self.appPasswords?.withLock { $0[user] } ?? .accepted([])) }
      if waiting.withLock({ $0?.append(answer) }) == nil { answer() }
    }

    func setPassword(
      _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
    ) {
      let user = String(decoding: change.key.name.username, as: UTF8.self)
      changed.withLock { $0.append(user) }
      completion(.accepted(()))
    }

    func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
      for number in 0..<3 {
        let account = EnumeratedAccount(
          username: Array("u\(number)".utf8), uid: 1, gid: 2, home: Array("/h".utf8))
        if !account.withView(row) { return .unavailable(Unavailability(.clientGone)) }
      }
      return listing
    }

    func inspect() -> [DirectoryFinding] { [] }
    func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> { .accepted(()) }
    func shutDown() {}
  }

  final class Channel: RequestChannel {
    let processID: Int32 = 7
    let userID: UInt32
    let groupID: UInt32 = 0
    let socket: Int
    let received = Instant.now
    let deadline = Instant.now + .seconds(20)
    let isAbandoned: Bool
    let reply = Lock<[UInt8]?>(nil)

    init(userID: UInt32 = 0, socket: Int = 0, isAbandoned: Bool = false) {
      self.userID = userID
      self.socket = socket
      self.isAbandoned = isAbandoned
    }

    func answer(_ bytes: [UInt8]) {
      reply.withLock { $0 = bytes }
      reply.broadcast()
    }

    func openStream(keepsWaiting: @escaping AnswerStream.Patience) -> (any AnswerStream)? { Stream(channel: self) }

    /// What was answered; waits for it.
    var text: String? { reply.wait(.seconds(20)) { $0 }.map { String(decoding: $0, as: UTF8.self) } }

    struct Stream: AnswerStream {
      let channel: Channel
      let buffer = Lock<[UInt8]>([])
      let flushed = Lock<[UInt8]>([])
      let wasGivenUp = false
      func append(upTo most: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
        var room = [UInt8](repeating: 0, count: most)
        let count = room.withUnsafeMutableBytes(body)
        buffer.withLock { $0 += room[..<count] }
        return true
      }
      func flush() -> Bool {
        let bytes = buffer.withLock { $0 }
        flushed.withLock { $0 += bytes }
        return true
      }
      func finish() { channel.answer(flushed.withLock { $0 }) }
    }
  }

  struct Fixture {
    let broker: Broker
    let records: Lock<[AuditRecord]>

    init(_ settings: BrokerSettings, pool: HashPool? = nil) throws {
      let records = Lock<[AuditRecord]>([])
      self.records = records
      broker = try Broker(
        settings: settings, pool: try pool ?? HashPool(threads: 1, queueCapacity: 8), enumerations: 1,
        now: { .now }, keys: FixedKeys()
      ) { record in
        records.withLock { $0.append(record) }
        records.broadcast()
      }
    }

    func ask(_ bytes: String, _ channel: Channel = Channel()) -> String? {
      send(bytes, channel).text
    }

    /// Asks, and waits for no answer.
    @discardableResult
    func send(_ bytes: String, _ channel: Channel = Channel()) -> Channel {
      var parser = RequestParser()
      let progress = Array(bytes.utf8).withUnsafeBytes { parser.feed($0) }
      guard case .done(let parsed) = progress else {
        Issue.record("no whole request: \(bytes)")
        return channel
      }
      broker.handle(parsed, from: channel)
      return channel
    }

    func record() -> AuditRecord? {
      records.wait(.seconds(20)) { records -> AuditRecord? in records.isEmpty ? nil : records.removeFirst() }
    }
  }

  func account(_ name: String, hash: String? = nil, clear: String? = nil) -> Outcome<Account> {
    var account = Account(username: Array(name.utf8), uid: 5000, gid: 5001, home: Array("/v".utf8))
    account.passwordHash = hash.map { Secret(text: $0) }
    account.clearPassword = clear.map { Secret(text: $0) }
    account.maildir = Array("m/".utf8)
    account.delivery = Array("d/".utf8)
    return .accepted(account)
  }

  func settings(_ shelves: Shelf..., policy: PeerPolicy = PeerPolicy(rules: [])) -> BrokerSettings {
    BrokerSettings(
      directories: shelves.map {
        BrokerSettings.Entry(directory: $0, modules: [Array($0.name.utf8), Array("auth\($0.name)".utf8)])
      },
      policy: policy, defaultDomain: "d.org", defaultOptions: Array("disablewebmail=1".utf8))
  }

  func login(_ user: String, _ password: String, service: String = "imap") -> String {
    let payload = "\(service)\nlogin\n\(user)\n\(password)\n"
    return "AUTH \(payload.utf8.count)\n\(payload)"
  }

  private static let accepted =
    "UID=5000\nGID=5001\nHOME=/v\nADDRESS=a@d.org\nMAILDIR=m/\nOPTIONS=disablewebmail=1\n.\n"

  @Test func answersALoginAndTellsTheAudit() throws {
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": account("a@d.org", clear: "right")])))
    #expect(fixture.ask("TCPREMOTEIP=192.0.2.1\n" + login("a", "right")) == Self.accepted)
    let record = try #require(fixture.record())
    #expect(record.verb == "AUTH")
    #expect(record.user == Array("a".utf8))
    #expect(record.remoteAddress == Array("192.0.2.1".utf8))
    #expect(record.directory == "one")
    #expect(record.result == .accepted)
    #expect(fixture.ask(login("a", "wrong")) == "FAIL\n")
    #expect(fixture.record()?.result == .refused(.wrongPassword))
    #expect(fixture.ask(login("b", "right")) == "FAIL\n")
    #expect(fixture.record()?.result == .refused(.unknownUser))
  }

  @Test func hashesOnThePool() throws {
    let hash = "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1"
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": account("a@d.org", hash: hash)])))
    #expect(fixture.ask(login("a", "md5crypt-secret")) == Self.accepted)
    #expect(fixture.ask(login("a", "md5crypt-secretx")) == "FAIL\n")
  }

  @Test func dropsAHashThatNobodyWaitsFor() throws {
    let hash = "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1"
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": account("a@d.org", hash: hash)])))
    #expect(fixture.ask(login("a", "md5crypt-secret"), Channel(isAbandoned: true)) == "")
    #expect(fixture.record()?.result == .unavailable(Unavailability(.clientGone)))
  }

  @Test func aPoolThatIsShutDownIsOurFault() throws {
    let pool = try HashPool(threads: 1, queueCapacity: 1)
    pool.shutDown()
    let hash = "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1"
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": account("a@d.org", hash: hash)])), pool: pool)
    #expect(fixture.ask(login("a", "md5crypt-secret")) == "")
    #expect(fixture.record()?.result == .unavailable(Unavailability(.stopping)))
  }

  @Test func aDatabaseThatIsAwayIsSilence() throws {
    let away = Outcome<Account>.unavailable(Unavailability(.unreachable))
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": away])))
    #expect(fixture.ask(login("a", "x")) == "")
    #expect(fixture.ask("PRE . imap a\n") == "")
    #expect(fixture.ask("PASSWD imap\ta\tx\ty\n") == "")
  }

  @Test func anAccountByModule() throws {
    let fixture = try Fixture(
      settings(Shelf("one", [:]), Shelf("two", ["a@d.org": account("a@d.org")])))
    #expect(fixture.ask("PRE . imap a\n") == Self.accepted)
    #expect(fixture.ask("PRE two imap a\n") == Self.accepted)
    #expect(fixture.ask("PRE authtwo imap a\n") == Self.accepted)
    #expect(fixture.ask("PRE one imap a\n") == "FAIL\n")
    #expect(fixture.ask("PRE three imap a\n") == "FAIL\n")
  }

  @Test func theServiceCourierGetsTheDelivery() throws {
    let fixture = try Fixture(settings(Shelf("one", ["a@d.org": account("a@d.org")])))
    #expect(fixture.ask("PRE . courier a\n")?.contains("MAILDIR=d/\n") == true)
    let plain = Account(username: Array("a@d.org".utf8), uid: 1, gid: 1, home: Array("/v".utf8))
    var without = plain
    without.maildir = Array("m/".utf8)
    var empty = without
    empty.delivery = []
    for (account, expected) in [(without, true), (empty, false)] {
      let fixture = try Fixture(settings(Shelf("one", ["a@d.org": .accepted(account)])))
      #expect(fixture.ask("PRE . courier a\n")?.contains("MAILDIR=m/\n") == expected)
    }
  }

  @Test func changesAPassword() throws {
    let shelf = Shelf("one", ["a@d.org": account("a@d.org", hash: "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1")])
    let fixture = try Fixture(settings(shelf))
    #expect(fixture.ask("PASSWD imap\ta\tmd5crypt-secret\tnew\n") == "OK\n")
    #expect(fixture.ask("PASSWD imap\ta\twrong\tnew\n") == "FAIL\n")
    #expect(shelf.changed.withLock { $0 } == ["a@d.org"])
  }

  @Test func listsAllOrNothingThatLooksLikeAll() throws {
    let fixture = try Fixture(settings(Shelf("one", [:]), Shelf("two", [:])))
    let lines = (0..<3).map { "u\($0)\t1\t2\t/h\t\t\n" }.joined()
    #expect(fixture.ask("ENUMERATE\n") == "# one\n\n\(lines)# two\n\n\(lines).\n")
    #expect(fixture.record()?.accounts == 6)
    let failing = Shelf("two", [:], listing: .unavailable(Unavailability(.queryFailed)))
    let broken = try Fixture(settings(Shelf("one", [:]), failing))
    #expect(broken.ask("ENUMERATE\n")?.hasSuffix(".\n") == false)
    #expect(broken.record()?.result == .unavailable(Unavailability(.queryFailed)))
  }

  @Test func malformedBytesAreSilence() throws {
    let fixture = try Fixture(settings(Shelf("one", [:])))
    #expect(fixture.ask("HELLO\n") == "")
    guard case .malformed? = fixture.record()?.result else {
      Issue.record("expected malformed")
      return
    }
  }

  @Test func replacedSettingsCountFromTheNextRequest() throws {
    let fixture = try Fixture(settings(Shelf("one", [:])))
    #expect(fixture.ask("PRE . imap a\n") == "FAIL\n")
    let old = fixture.broker.replace(settings: settings(Shelf("two", ["a@d.org": account("a@d.org")])))
    #expect(fixture.ask("PRE . imap a\n") == Self.accepted)
    #expect(old(.seconds(20)).map(\.name) == ["one"])
  }
}
