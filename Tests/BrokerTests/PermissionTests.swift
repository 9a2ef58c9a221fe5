import Accounts
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// Who may ask what, and what is in the replies, through the whole broker.
@Suite struct PermissionTests {
  private let tests = BrokerTests()
  private static let hash = "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks="
  private static let questions: [PeerPolicy.Permission: String] = [
    .login: BrokerTests().login("a", "sha256-secret"), .account: "PRE . imap a\n", .enumerate: "ENUMERATE\n",
    .setPassword: "PASSWD imap\ta\tsha256-secret\tnew\n",
  ]

  private func shelf(hash: String? = Self.hash, clear: String? = nil) -> BrokerTests.Shelf {
    BrokerTests.Shelf("one", ["a@d.org": tests.account("a@d.org", hash: hash, clear: clear)])
  }

  /// Each verb alone is allowed: the three others close without a byte, and the audit has what a rule needs.
  @Test(arguments: PeerPolicy.Permission.allCases)
  func whatNoRuleAllowsClosesWithoutAByte(_ allowed: PeerPolicy.Permission) throws {
    let fixture = try BrokerTests.Fixture(
      tests.settings(shelf(), policy: PeerPolicy(rules: [.init(userID: 4, allow: [allowed])])))
    for permission in PeerPolicy.Permission.allCases {
      let question = try #require(Self.questions[permission])
      let answer = try #require(fixture.ask(question, BrokerTests.Channel(userID: 4)))
      let record = try #require(fixture.record())
      if permission == allowed {
        #expect(answer.hasSuffix(".\n") || answer == "OK\n", "\(permission): \(answer)")
        #expect(record.result == .accepted && record.denial == nil)
        continue
      }
      #expect(answer == "", "\(permission)")
      #expect(record.result == .unavailable(Unavailability(.notPermitted)))
      let denial = try #require(record.denial)
      #expect(denial.permission == permission)
      #expect(!denial.isBeyondBound && !denial.hasOwnRules)
      #expect(record.directory == nil, "nobody was asked")
    }
  }

  @Test func eachSocketHasItsRules() throws {
    var settings = tests.settings(shelf())
    settings.sockets = [
      .init(path: "/all", policy: PeerPolicy(rules: []), hasOwnRules: false),
      .init(path: "/login", policy: PeerPolicy(rules: [], bound: [.login]), hasOwnRules: false),
      .init(path: "/own", policy: PeerPolicy(rules: [.init(userID: 4, allow: [.account])]), hasOwnRules: true),
    ]
    let fixture = try BrokerTests.Fixture(settings)
    func answers(_ socket: Int) throws -> Set<PeerPolicy.Permission> {
      var answered: Set<PeerPolicy.Permission> = []
      for (permission, question) in Self.questions {
        let text = try #require(fixture.ask(question, BrokerTests.Channel(userID: 4, socket: socket)))
        if text != "" { answered.insert(permission) }
        let record = try #require(fixture.record())
        let path = settings.sockets.indices.contains(socket) ? settings.sockets[socket].path : nil
        #expect(record.socket == path)
        guard let denial = record.denial else { continue }
        #expect(denial.socket == path)
        #expect(denial.isBeyondBound == (socket == 1))
        #expect(denial.hasOwnRules == (socket == 2))
      }
      return answered
    }
    #expect(try answers(0) == Set(PeerPolicy.Permission.allCases))
    #expect(try answers(1) == [.login])
    #expect(try answers(2) == [.account])
    #expect(try answers(3).isEmpty, "a socket that nobody knows of")
    // What asks nothing has the socket's name too.
    _ = fixture.ask("HELLO\n", BrokerTests.Channel(socket: 1))
    #expect(fixture.record()?.socket == "/login")
    #expect(fixture.ask("PRE . watchdog \n", BrokerTests.Channel(socket: 2)) == "FAIL\n", "no rule is needed for that")
  }

  /// AUTH has the hash and the password just sent, PRE the hash and the stored password, each where it is there; a list has neither.
  @Test(arguments: [false, true], [false, true])
  func storedPasswordsAreInRepliesOnlyWithSecrets(hasHash: Bool, hasClear: Bool) throws {
    let all = Set(PeerPolicy.Permission.allCases)
    let policy = PeerPolicy(rules: [.init(userID: 1, allow: all, secrets: true), .init(userID: 2, allow: all)])
    let fixture = try BrokerTests.Fixture(
      tests.settings(
        shelf(hash: hasHash ? Self.hash : nil, clear: hasClear ? "sha256-secret" : nil), policy: policy))
    let login = try #require(Self.questions[.login])
    for secrets in [true, false] {
      func lines(_ question: String) -> Set<String> {
        let reply = fixture.ask(question, BrokerTests.Channel(userID: secrets ? 1 : 2)) ?? ""
        return Set(reply.split(separator: "\n").filter { $0.hasPrefix("PASSWD") }.map(String.init))
      }
      let hash: Set<String> = secrets && hasHash ? ["PASSWD=\(Self.hash)"] : []
      let password: Set<String> = secrets ? ["PASSWD2=sha256-secret"] : []
      #expect(lines(login) == (hasHash || hasClear ? hash.union(password) : []))
      #expect(lines("PRE . imap a\n") == hash.union(hasClear ? password : []))
      #expect(lines("PRE . courier a\n") == hash.union(hasClear ? password : []))
      #expect(lines("ENUMERATE\n").isEmpty)
      #expect(fixture.ask("ENUMERATE\n", BrokerTests.Channel(userID: 1))?.contains("sha256-secret") == false)
    }
  }

  /// Hashes and passwords stay where they are for whoever gets through, root included, unless a rule says otherwise.
  @Test func withoutARuleNobodyReadsAHash() throws {
    let fixture = try BrokerTests.Fixture(tests.settings(shelf(clear: "stored-secret")))
    for user in [0, 1, UInt32.max] as [UInt32] {
      for question in ["PRE . imap a\n", "PRE . courier a\n", try #require(Self.questions[.login]), "ENUMERATE\n"] {
        let reply = try #require(fixture.ask(question, BrokerTests.Channel(userID: user)))
        #expect(reply.hasSuffix(".\n"))
        #expect(!reply.contains("PASSWD") && !reply.contains("SHA256") && !reply.contains("secret"))
      }
    }
  }
}
