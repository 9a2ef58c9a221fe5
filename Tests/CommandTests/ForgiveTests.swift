import Foundation
import TestSupport
import TestTraits
import Testing

@testable import gatepost

/// Guessing against the real daemon: what it logs, what it keeps over a restart, how an administrator takes it back, and who may.
@Suite(.waiting, .serialized) struct ForgiveTests {
  private let folder: TemporaryFolder
  private let mailboxes: MailboxFile
  private var control: String { folder.file("control/socket") }
  private var state: String { folder.file("state/throttle.state") }

  init() throws {
    folder = try TemporaryFolder("forgive")
    for name in ["state", "control"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    chmod(folder.file("control"), 0o755)
    mailboxes = try MailboxFile(in: folder)
  }

  private func configuration(_ socket: String, maxDelay: String = "50ms", group: String? = nil) -> String {
    """
    default-domain = "example.org"
    state-folder = "\(folder.file("state"))"
    [[listen]]
    socket = "\(socket)"
    mode = "0600"
    \(mailboxes.directory)
    [throttle]
    max-delay = "\(maxDelay)"
    [control]
    socket = "\(control)"
    \(group.map { "group = \"\($0)\"" } ?? "")
    """
  }

  private func login(_ user: String, _ password: String, from address: String? = nil) -> String {
    (address.map { "TCPREMOTEIP=\($0)\n" } ?? "")
      + AuthdaemonClient.authentication(service: "imap", user, password)
  }

  private func ask(_ daemon: GatepostDaemon, _ user: String, _ password: String, from address: String? = nil) throws
    -> String
  {
    try AuthdaemonClient(daemon.socketPath).ask(login(user, password, from: address)).text
  }

  private func forgive(_ arguments: String..., socket: Bool = true) throws -> ChildProcess.Result {
    try ChildProcess.run(
      [GatepostExecutable.path(), "forgive"] + arguments + (socket ? ["--socket", control] : []))
  }

  private func slowed() throws -> [[String: Any]] {
    let result = try forgive("--list", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return try #require(object?["slowed"] as? [[String: Any]])
  }

  @Test func aRestartForgetsNothingAndAnAdministratorForgives() throws {
    let daemon = try GatepostDaemon(slowsGuessers: true) { configuration($0) }
    #expect(try forgive("--list").output == "nobody is slowed\n")
    #expect(try forgive("quick").status == 1)
    for number in 0..<3 {
      #expect(try ask(daemon, "quick", "canary-wrong-\(number)", from: "203.0.113.9") == "FAIL\n")
    }
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"), "slowed, and not locked")
    for number in 0..<3 { #expect(try ask(daemon, "SLOW", "canary-wrong-\(number)") == "FAIL\n") }
    #expect(daemon.logs("reason=\"wrong password\" held=0.050 program="))
    #expect(daemon.logs("outcome=accepted held=0.050 ms="))
    let rows = try slowed()
    #expect(rows.count == 1)
    #expect(rows.first?["name"] as? String == "slow@example.org")
    #expect(rows.first?["failures"] as? Int == 3)
    #expect(rows.first?["delayMilliseconds"] as? Int == 50)
    #expect(daemon.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: control))

    let attributes = try FileManager.default.attributesOfItem(atPath: state)
    #expect((attributes[.posixPermissions] as? Int) == 0o600)
    let text = try String(contentsOfFile: state, encoding: .utf8)
    #expect(text.contains(" slow@example.org\n") && text.contains(" 203.0.113.9\n"))
    #expect(!text.contains("canary"))

    try daemon.start()
    #expect(try slowed().map { $0["name"] as? String } == ["slow@example.org"])
    #expect(try forgive("--list").output.hasPrefix("account  slow@example.org  waits 50 ms  failures 3  first "))
    let forgiven = try forgive("slow", "--address", "203.0.113.9", "--json")
    #expect(forgiven.status == 0)
    #expect(forgiven.output.contains("\"slow\"") && forgiven.output.contains("203.0.113.9"))
    #expect(try forgive("slow@example.org").status == 1)
    #expect(try slowed().isEmpty)
    #expect(daemon.logs("throttle: account slow forgiven by an administrator"))
    #expect(daemon.stop() == 0)
    #expect(try String(contentsOfFile: state, encoding: .utf8).contains("slow@") == false)
  }

  @Test(arguments: ["", "rubbish", "gatepost-throttle 1\nwritten 1\nchecksum 00000000\n", "gatepost-throttle 7\nx\n"])
  func aStateThatIsDamagedIsLoggedAndLeftAlone(_ text: String) throws {
    try folder.write(text, to: "state/throttle.state")
    let daemon = try GatepostDaemon(slowsGuessers: true) { configuration($0) }
    #expect(daemon.logs("throttle.state is not used: "))
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
    #expect(daemon.stop() == 0)
  }

  @Test func aStateFolderThatIsNotThereKeepsNobodyOut() throws {
    try FileManager.default.removeItem(atPath: folder.file("state"))
    let daemon = try GatepostDaemon(slowsGuessers: true) { configuration($0) }
    #expect(try ask(daemon, "quick", "wrong") == "FAIL\n")
    #expect(daemon.stop() == 0)
  }

  /// Five hundred that wait: no thread for them, everybody else is served, and the end lets them go at once.
  @Test func whoIsHeldCostsNoThread() throws {
    let hot = (0..<32).map { "u\($0)@example.org" }
    let now = Int(Date().timeIntervalSince1970) - 5
    try folder.write(
      Self.sealed(
        "gatepost-throttle 1\nwritten \(now)\n"
          + hot.map { "account 5 5 \(now) \(now) \(now) \(now) - \($0)\n" }.joined()), to: "state/throttle.state")
    let daemon = try GatepostDaemon(slowsGuessers: true) { configuration($0, maxDelay: "15s") }
    let pid = try #require(daemon.pid)
    #expect(try slowed().count == 32)
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
    #expect(eventually { ProcessFacts.hasTimer(pid) }, "the first are served before the start has quite ended")
    let before = ProcessFacts(pid: pid)
    let held = try (0..<512).map { number -> SocketConnection in
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      connection.send(Array(login(hot[number % 32], "wrong \(number)").utf8))
      return connection
    }
    // The last one of an account that has sixteen waiting, and somebody who is not concerned.
    #expect(try ask(daemon, hot[0], "one more") == "")
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
    let during = ProcessFacts(pid: pid)
    // Those of Swift's pool come and go.
    #expect(during.threads <= before.threads + 2, "\(during) instead of \(before)")
    #expect(during.descriptors >= before.descriptors + 500, "they are all there")
    #expect(daemon.logs("too many attempts at once for this account"))
    #expect(daemon.stop() == 0)
    for connection in held {
      let received = connection.receive(until: Date(timeIntervalSinceNow: 5))
      guard case .end(.endOfFile) = received else {
        Issue.record("\(received)")
        break
      }
    }
  }

  @Test func silentClientsDoNotKeepTheOthersOut() throws {
    let daemon = try GatepostDaemon(slowsGuessers: true) { configuration($0) }
    let silent = try (0..<5).map { _ in try SocketConnection(unixPath: control) }
    #expect(try forgive("--list").status == 0)
    let long = try SocketConnection(unixPath: control)
    long.send([UInt8](repeating: 0x61, count: 10_000))
    guard case .end = long.receive(until: Date(timeIntervalSinceNow: 20)) else {
      Issue.record("a line without end was answered")
      return
    }
    let senseless = try SocketConnection(unixPath: control)
    senseless.send(Array("hello\n".utf8))
    guard case .bytes(let bytes) = senseless.receive(until: Date(timeIntervalSinceNow: 20)) else {
      Issue.record("no answer")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("error "))
    // More than there is room for: they are closed, and whoever waits is served.
    let crowd = try (0..<20).map { _ in try SocketConnection(unixPath: control) }
    #expect(try forgive("quick", "--address", "::1").status == 1)
    withExtendedLifetime((silent, crowd)) {}
    #expect(daemon.stop() == 0)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root: other users"))
  func onlyRootAndTheGroupMayOpenIt() throws {
    func list(as options: String...) throws -> ChildProcess.Result {
      try ChildProcess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup"] + options
          + [GatepostExecutable.path(), "forgive", "--list", "--socket", control])
    }
    let alone = try GatepostDaemon(slowsGuessers: true) { configuration($0) }
    let closed = try list(as: "--clear-groups")
    #expect(closed.status == 75)
    #expect(closed.errors.contains("may not open \(control)"), "\(closed.errors)")
    // Somebody opens the file to all: the credentials still count.
    chmod(control, 0o666)
    let refused = try list(as: "--clear-groups")
    #expect(refused.status == 75)
    #expect(refused.errors.contains("not allowed: join the group"), "\(refused.errors)")
    #expect(alone.stop() == 0)

    let shared = try GatepostDaemon(slowsGuessers: true) { configuration($0, group: "mail") }
    let mode = try FileManager.default.attributesOfItem(atPath: control)[.posixPermissions] as? Int
    #expect(mode == 0o660)
    #expect(try list(as: "--clear-groups").status == 75)
    #expect(try list(as: "--groups=mail").output == "nobody is slowed\n", "a supplementary group")
    chmod(control, 0o666)
    #expect(try list(as: "--groups=tty").status == 75)
    #expect(shared.stop() == 0)
  }

  @Test func exitCodes() throws {
    #expect(try forgive(socket: false).status == 64)
    #expect(try forgive("a", "--list", socket: false).status == 64)
    #expect(try forgive("-", socket: false).status == 64)
    #expect(try forgive("a", "--address", "nowhere", socket: false).status == 64)
    let nobody = try forgive("a", "--json")
    #expect(nobody.status == 75)
    #expect(nobody.output.contains("\"unavailable\""))
    try folder.write("[control]\nsocket = 5\n", to: "bad.toml")
    #expect(try forgive("a", "--config", folder.file("bad.toml"), socket: false).status == 78)
    try folder.write(configuration(folder.file("s")), to: "good.toml")
    let named = try forgive("a", "--config", folder.file("good.toml"), socket: false)
    #expect(named.status == 75)
    #expect(named.errors.contains(control))
  }

  /// With its checksum: CRC-32, bit by bit.
  private static func sealed(_ text: String) -> String {
    var sum = UInt32.max
    for byte in text.utf8 {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return text + "checksum " + String(format: "%08x", ~sum) + "\n"
  }
}

@Suite struct ControlProtocolTests {
  @Test func comesBackAsItWas() {
    let request = ControlProtocol.Request(
      verb: "forgive", words: [Array("odd name\n%ä".utf8), ControlProtocol.none, [0xFF, 0x00]])
    let line = ControlProtocol.encode(request)
    #expect(line.last == UInt8(ascii: "\n") && line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    #expect(ControlProtocol.request(Array(line.dropLast())) == request)
    let answer = ControlProtocol.Answer(
      status: .ok, words: [Array("2".utf8)], rows: [[Array("a b".utf8), Array(".".utf8)], [Array(".".utf8)]])
    #expect(ControlProtocol.answer(ControlProtocol.encode(answer)) == answer)
  }

  @Test func whatWasCutIsNoAnswer() {
    let bytes = ControlProtocol.encode(
      ControlProtocol.Answer(status: .ok, words: [], rows: [[Array("account".utf8), Array("a".utf8)]]))
    for length in bytes.indices { #expect(ControlProtocol.answer(Array(bytes[..<length])) == nil) }
  }

  @Test(arguments: [
    "", "hello", "gatepost-control 1", "gatepost-control 1 ", "gatepost-control 2 slowed", "gatepost-control 1  slowed",
    "gatepost-control 1 slowed ", "gatepost-control 1 for%give",
  ])
  func isNoRequest(_ line: String) {
    #expect(ControlProtocol.request(Array(line.utf8)) == nil)
  }
}
