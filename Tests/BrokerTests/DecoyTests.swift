import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// What does not tell who exists. Hashes are counted, not timed: `make soak` does that.
@Suite struct DecoyTests {
  private typealias Scene = VerifiedLoginTests.Scene

  /// A scene that has seen one of its accounts, and how many hashes that took.
  private func scene(_ scheme: String = "MD5-CRYPT", rounds: Int? = nil, queue: Int = 64) throws -> (Scene, Int) {
    let scene = try Scene(memory: nil, scheme: scheme, rounds: rounds, queue: queue)
    #expect(scene.login("a", "right-a").isAccepted)
    return (scene, scene.pool.started)
  }

  private func schemeOfDecoy(_ scene: Scene) -> String? { HashShape(of: scene.broker.decoys.current.stored)?.scheme }

  @Test(arguments: [
    ("MD5-CRYPT", nil), ("SHA512-CRYPT", 1000), ("SHA512-CRYPT", 4000), ("BLF-CRYPT", 4), ("YESCRYPT", 1),
  ])
  func anUnknownUserCostsOneHashOfTheSameScheme(_ scheme: String, _ rounds: Int?) throws {
    let (scene, before) = try scene(scheme, rounds: rounds)
    #expect(scene.login("nobody", "x").text == "FAIL\n")
    #expect(scene.pool.started == before + 1)
    #expect(schemeOfDecoy(scene) == scheme)
    #expect(scene.login("a", "x").text == "FAIL\n")
    #expect(scene.pool.started == before + 2)
    let results = scene.records(3).map(\.result)
    #expect(results.suffix(2) == [.refused(.unknownUser), .refused(.wrongPassword)])
  }

  @Test func beforeAnyAccountWasSeenItIsTheStandard() throws {
    let scene = try Scene(memory: nil)
    #expect(scene.login("nobody", "x").text == "FAIL\n")
    #expect(scene.pool.started == 1)
    #expect(schemeOfDecoy(scene) == "SHA512-CRYPT")
  }

  @Test func cheapHashesHaveCheapDecoys() throws {
    let (scene, before) = try scene("SSHA256")
    #expect(before == 0)
    #expect(scene.login("nobody", "x").text == "FAIL\n")
    #expect(scene.pool.started == 0)
    #expect(schemeOfDecoy(scene) == "SSHA256")
  }

  @Test func whatIsRememberedOfWrongPasswordsIsRememberedOfUnknownUsers() throws {
    let (scene, before) = try scene()
    for _ in 0..<3 { #expect(scene.login("nobody", "x").text == "FAIL\n") }
    #expect(scene.pool.started == before + 1)
    #expect(scene.login("nobody", "y").text == "FAIL\n")
    #expect(scene.login("noone", "x").text == "FAIL\n")
    #expect(scene.pool.started == before + 3)
    scene.pass(.seconds(61))
    #expect(scene.login("nobody", "x").text == "FAIL\n")
    #expect(scene.pool.started == before + 4)
  }

  @Test func whatComesAtTheSameTimeIsHashedOnce() throws {
    let (scene, before) = try scene()
    scene.gate.close(scene.pool)
    let clients = (0..<5).map { _ in scene.login("nobody", "x") }
    #expect(scene.pool.queued == 1)
    scene.gate.open()
    for client in clients { #expect(client.text == "FAIL\n") }
    #expect(scene.pool.started == before + 2)
  }

  @Test func whoMayNotLogInLooksLikeNobody() throws {
    let (scene, before) = try scene()
    func set(_ change: (inout Account) -> Void) {
      var account = Account(username: Array("b".utf8), uid: 1, gid: 1, home: [47])
      change(&account)
      scene.set("b", .accepted(account))
    }
    set { account in
      account.passwordHash = Secret(text: "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1")
      account.isActive = false
    }
    #expect(scene.login("b", "md5crypt-secret").text == "FAIL\n")
    #expect(scene.pool.started == before + 1)
    set { _ in }
    #expect(scene.login("b", "y").text == "FAIL\n")
    #expect(scene.pool.started == before + 2)
    set { $0.passwordHash = Secret(text: "!$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1") }
    #expect(scene.login("b", "z").text == "FAIL\n")
    #expect(scene.pool.started == before + 3)
    let results = scene.records(4).map(\.result)
    for reason in [Refusal.inactive, .noUsablePassword, .locked] { #expect(results.contains(.refused(reason))) }
  }

  @Test func aPasswordChangeOfNobodyCostsAHashToo() throws {
    let (scene, before) = try scene()
    #expect(scene.send("PASSWD imap\tnobody\tx\tnew\n").text == "FAIL\n")
    #expect(scene.send("PASSWD imap\ta\tx\tnew\n").text == "FAIL\n")
    #expect(scene.pool.started == before + 2)
  }

  @Test func looksAndChallengesCostNone() throws {
    let (scene, before) = try scene()
    #expect(scene.send("PRE . imap nobody\n").text == "FAIL\n")
    let payload = "imap\ncram-md5\nPDE+\nbm9ib2R5IDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw\n"
    #expect(scene.send("AUTH \(payload.utf8.count)\n\(payload)").text == "FAIL\n")
    #expect(scene.pool.started == before)
  }

  @Test func aFullQueueSaysTheSameToBoth() throws {
    let (scene, _) = try scene(queue: 1)
    scene.gate.close(scene.pool)
    let waiting = scene.login("b", "x")
    #expect(scene.login("a", "y").text == "")
    #expect(scene.login("nobody", "y").text == "")
    scene.gate.open()
    #expect(waiting.text == "FAIL\n")
    let results = scene.records(4).map(\.result)
    #expect(
      results.filter { $0 == .unavailable(Unavailability(.overloaded, "hash queue full")) }.count == 2)
  }

  /// The thread is held: by the guess of 100 ms each, ten decoys make up its second.
  @Test func beyondTheBudgetNothingIsHashedAndTheAnswerIsTheSame() throws {
    let scene = try Scene(memory: nil)
    scene.gate.close(scene.pool)
    let clients = (0..<50).map { scene.login("nobody\($0)", "x") }
    #expect(scene.pool.queued == 10)
    for client in clients[10...] { #expect(client.text == "FAIL\n") }
    scene.gate.open()
    for client in clients { #expect(client.text == "FAIL\n") }
    #expect(scene.pool.started == 11)
    // Wrong passwords of those that are there have no such bound.
    for number in 0..<20 { #expect(scene.login("a", "wrong \(number)").text == "FAIL\n") }
    #expect(scene.pool.started == 31)
    #expect(scene.login("a", "right-a").isAccepted)
  }

  @Test func refusalsWaitForTheirTimeAndOthersDoNot() throws {
    let (scene, _) = try scene("SSHA256")
    for (user, password) in [("nobody", "x"), ("a", "x"), ("b", "x")] {
      let client = VerifiedLoginTests.Client()
      #expect(scene.login(user, password, client).text == "FAIL\n")
      #expect(Instant.now - client.received >= AnswerGrid.step)
    }
    let good = VerifiedLoginTests.Client()
    scene.login("a", "right-a", good)
    #expect(good.hasAnswer)
    let asked = VerifiedLoginTests.Client()
    scene.send("PRE . imap nobody\n", asked)
    #expect(asked.hasAnswer)
  }

  @Test func aHashAboveTheMemoryIsOurFaultAndNoModel() throws {
    let stored = "$y$j9T$abcdefghijklmnop$J5PazPuEGDZnaoFD.64oAWxxSxzakk0FTCVVe1t.Z25"
    let tests = BrokerTests()
    let pool = try HashPool(threads: 1, queueCapacity: 8, memory: 1 << 20)
    let fixture = try BrokerTests.Fixture(
      tests.settings(BrokerTests.Shelf("one", ["a@d.org": tests.account("a@d.org", hash: stored)])), pool: pool)
    #expect(fixture.ask(tests.login("a", "yescrypt-secret")) == "")
    guard case .unavailable(let cause)? = fixture.record()?.result else {
      Issue.record("not unavailable")
      return
    }
    #expect(cause.code == .unknownScheme)
    #expect(cause.detail.hasPrefix("YESCRYPT: ") && cause.detail.contains("[limits] hash-memory"))
    #expect(fixture.ask(tests.login("nobody", "x")) == "FAIL\n")
    #expect(pool.started == 1)
  }
}
