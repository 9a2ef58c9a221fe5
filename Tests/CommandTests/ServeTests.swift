import Foundation
import TestSupport
import TestTraits
import Testing

/// The daemon's own life: start, signals, sockets handed over, and what it says when it cannot start.
@Suite(.waiting) struct ServeTests {
  private let folder: TemporaryFolder
  private let mailboxes: MailboxFile

  init() throws {
    folder = try TemporaryFolder("serve")
    mailboxes = try MailboxFile(in: folder)
  }

  private func configuration(_ socket: String, top: String = "") -> String {
    """
    \(top)
    [[listen]]
    socket = "\(socket)"
    mode = "0600"
    \(mailboxes.directory)
    """
  }

  private func login(_ user: String, _ password: String) -> String {
    AuthdaemonClient.authentication(service: "imap", user, password)
  }

  private func ask(_ daemon: GatepostDaemon, _ user: String, _ password: String) throws -> String {
    try AuthdaemonClient(daemon.socketPath).ask(login(user, password)).text
  }

  @Test func reloadsAndKeepsTheOldConfigurationWhenTheNewOneIsWrong() throws {
    let daemon = try GatepostDaemon { configuration($0) }
    #expect(try ask(daemon, "quick", "quick-secret") == "FAIL\n", "no default domain yet")
    let pid = try #require(daemon.pid)
    let good = configuration(daemon.socketPath, top: #"default-domain = "example.org""#)
    try good.write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    kill(pid, SIGHUP)
    #expect(try eventually { try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n") })
    try "default-domian = 1".write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    kill(pid, SIGHUP)
    #expect(daemon.logs("default-domian: unknown key"))
    #expect(daemon.logs("serving with the old one"))
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
    #expect(daemon.stop() == 0)
  }

  @Test func aReloadSaysWhatIsAwayAsTheStartDoes() throws {
    let daemon = try GatepostDaemon { configuration($0, top: "state-folder = \"\(folder.file("nowhere"))\"") }
    let pid = try #require(daemon.pid)
    #expect(daemon.logs("state-folder \(folder.file("nowhere")): No such file or directory"))
    try configuration(daemon.socketPath).replacingOccurrences(of: mailboxes.path, with: folder.file("gone.db"))
      .write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    kill(pid, SIGHUP)
    #expect(daemon.logs("configuration reloaded"))
    #expect(daemon.logs("gone.db") && daemon.logs("serving without it until it is back"))
    #expect(daemon.stop() == 0)
  }

  @Test func aVerifiedLoginIsRememberedUntilAReloadTurnsItOff() throws {
    let domain = #"default-domain = "example.org""#
    let daemon = try GatepostDaemon { configuration($0, top: domain) }
    let pid = try #require(daemon.pid)
    /// Whether the next login is accepted without a hash, as the log has it.
    func isRemembered() throws -> Bool {
      let before = daemon.log.components(separatedBy: "outcome=accepted").count
      #expect(try ask(daemon, "slow", "bcrypt-secret").hasSuffix("\n.\n"))
      #expect(eventually { daemon.log.components(separatedBy: "outcome=accepted").count > before })
      return daemon.log.components(separatedBy: "outcome=accepted").last?.hasPrefix(" remembered=yes ms=") == true
    }
    #expect(try !isRemembered())
    #expect(try isRemembered())
    #expect(try ask(daemon, "slow", "bcrypt-wrong") == "FAIL\n")
    #expect(try isRemembered())
    let off = configuration(daemon.socketPath, top: domain + "\nverified-login-memory = \"off\"")
    try off.write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    kill(pid, SIGHUP)
    #expect(daemon.logs("configuration reloaded"))
    for _ in 0..<2 { #expect(try !isRemembered()) }
    #expect(daemon.stop() == 0)
  }

  @Test func reloadingLosesNoRequest() throws {
    let daemon = try GatepostDaemon { configuration($0, top: #"default-domain = "example.org""#) }
    let pid = try #require(daemon.pid)
    let lost = Counter()
    let client = AuthdaemonClient(daemon.socketPath)
    let request = login("quick", "quick-secret")
    DispatchQueue.concurrentPerform(iterations: 4) { part in
      for number in 0..<250 {
        if part == 0 && number % 5 == 0 { kill(pid, SIGHUP) }
        if (try? client.ask(request))?.text.hasSuffix("\n.\n") != true { lost.increment() }
      }
    }
    #expect(lost.value == 0)
    #expect(daemon.logs("configuration reloaded"))
  }

  @Test func terminationFinishesWhatWasAccepted() throws {
    let daemon = try GatepostDaemon { configuration($0, top: #"default-domain = "example.org""#) }
    let client = AuthdaemonClient(daemon.socketPath)
    let requests = [login("slow", "bcrypt-secret"), login("slow", "wrong")]
    let connections = try (0..<20).map { number -> SocketConnection in
      let connection = try SocketConnection(unixPath: client.socketPath)
      connection.send(Array(requests[number % 2].utf8))
      return connection
    }
    let start = Date()
    #expect(daemon.stop() == 0)
    #expect(Date().timeIntervalSince(start) < 8)
    for (number, connection) in connections.enumerated() {
      var text = ""
      while case .bytes(let more) = connection.receive(until: Date(timeIntervalSinceNow: 5)) {
        text += String(decoding: more, as: UTF8.self)
      }
      #expect(number % 2 == 0 ? text.hasSuffix("\n.\n") : text == "FAIL\n", "connection \(number)")
    }
    #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
  }

  @Test func replacesTheSocketOfAKilledPredecessor() throws {
    let daemon = try GatepostDaemon { configuration($0, top: #"default-domain = "example.org""#) }
    kill(try #require(daemon.pid), SIGKILL)
    daemon.stop()
    #expect(FileManager.default.fileExists(atPath: daemon.socketPath))
    try daemon.start()
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
  }

  @Test func leavesALivePredecessorAlone() throws {
    let daemon = try GatepostDaemon { configuration($0, top: #"default-domain = "example.org""#) }
    let second = try ChildProcess.run([GatepostExecutable.path(), "serve", "--config", daemon.configurationPath])
    #expect(second.status == 78)
    #expect(second.errors.contains("already listens on \(daemon.socketPath)"))
    #expect(try ask(daemon, "quick", "quick-secret").hasSuffix("\n.\n"))
  }

  @Test func servesASocketThatSystemdOpened() throws {
    let socket = folder.file("activated")
    try folder.write(
      """
      default-domain = "example.org"
      \(mailboxes.directory)
      """, to: "activated.toml")
    let process = try ChildProcess(
      [
        "systemd-socket-activate", "-l", socket, GatepostExecutable.path(), "serve", "--config",
        folder.file("activated.toml"),
      ], outputPath: folder.file("log"))
    #expect(eventually { FileManager.default.fileExists(atPath: socket) })
    let client = AuthdaemonClient(socket)
    #expect(try client.ask(login("quick", "quick-secret")).text.hasSuffix("\n.\n"))
    #expect(process.stop() == 0)
    #expect(FileManager.default.fileExists(atPath: socket), "the socket is the service manager's")
  }

  @Test func tellsTheServiceManager() throws {
    let receiver = try DatagramReceiver(folder.file("notify"))
    try folder.write(configuration(folder.file("s")), to: "gatepost.toml")
    let process = try ChildProcess(
      [GatepostExecutable.path(), "serve", "--config", folder.file("gatepost.toml")],
      environment: ["NOTIFY_SOCKET": folder.file("notify"), "WATCHDOG_USEC": "400000"],
      outputPath: folder.file("log"))
    let ready = receiver.receive()
    #expect(ready.hasPrefix("READY=1\nSTATUS=serving \(folder.file("s")) from accounts (sqlite)"))
    #expect(receiver.receive() == "WATCHDOG=1", "a request made the round trip")
    kill(process.pid, SIGHUP)
    var messages: [String] = []
    while messages.count < 50, messages.last?.hasPrefix("READY=1") != true { messages.append(receiver.receive()) }
    #expect(messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
    kill(process.pid, SIGTERM)
    while messages.count < 100, messages.last?.hasPrefix("STOPPING=1") != true { messages.append(receiver.receive()) }
    #expect(messages.last?.hasPrefix("STOPPING=1") == true)
    #expect(process.stop() == 0)
  }

  @Test func badConfigurationsAreNamedWhole() throws {
    try folder.write(
      """
      default-domian = "x"
      [[listen]]
      socket = "relative"
      mode = "0999"
      [[directory]]
      name = "a"
      type = "sqlit"
      [[peer]]
      user = "root"
      allow = ["logn"]
      """, to: "five.toml")
    let result = try ChildProcess.run([GatepostExecutable.path(), "serve", "--config", folder.file("five.toml")])
    #expect(result.status == 78)
    for part in [
      ":1: default-domian", ":3: listen[1].socket", ":4: listen[1].mode", ":7: directory[1].type",
      ":10: peer[1].allow[1]",
    ] {
      #expect(result.errors.contains(folder.file("five.toml") + part), "\(part) in \(result.errors)")
    }
  }

  @Test(arguments: [
    ("not a database at all, but text", "is not an SQLite database"), (nil, "no such table: mailbox"),
  ])
  func badDatabasesAreNamed(_ content: String?, _ expected: String) throws {
    if let content {
      try content.write(toFile: mailboxes.path, atomically: true, encoding: .utf8)
    } else {
      _ = try ChildProcess.run(["sqlite3", mailboxes.path, "DROP TABLE mailbox"])
    }
    try folder.write(configuration(folder.file("s")), to: "bad.toml")
    let result = try ChildProcess.run([GatepostExecutable.path(), "serve", "--config", folder.file("bad.toml")])
    #expect(result.status == 78)
    #expect(result.errors.contains(expected), "\(result.errors)")
  }
}

/// Counts from several threads. Unchecked: every access takes the lock.
private final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var count = 0
  func increment() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
