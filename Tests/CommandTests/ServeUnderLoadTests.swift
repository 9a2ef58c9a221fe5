import Foundation
import TestSupport
import TestTraits
import Testing

/// Reload, restart and watchdog while requests keep coming.
@Suite(.waiting, .serialized) struct ServeUnderLoadTests {
  private let folder: TemporaryFolder
  private let mailboxes: MailboxFile

  init() throws {
    folder = try TemporaryFolder("load")
    mailboxes = try MailboxFile(in: folder)
  }

  private func configuration(listening: String = "") -> String {
    """
    default-domain = "example.org"
    log-level = "notice"
    \(listening)
    \(mailboxes.directory)
    """
  }

  private func occurrences(of text: String, in log: String) -> Int { log.components(separatedBy: text).count - 1 }

  @Test func fiftyReloadsLeaveNothingBehind() throws {
    let daemon = try GatepostDaemon { configuration(listening: "[[listen]]\nsocket = \"\($0)\"\nmode = \"0600\"") }
    let pid = try #require(daemon.pid)
    let load = LoginLoad(AuthdaemonClient(daemon.socketPath), threads: 2, user: "quick", password: "quick-secret")
    func reload(_ number: Int) {
      kill(pid, SIGHUP)
      #expect(eventually(within: 60) { occurrences(of: "configuration reloaded", in: daemon.log) >= number })
    }
    reload(1)
    let good = try String(contentsOfFile: daemon.configurationPath, encoding: .utf8)
    for number in 2...50 { reload(number) }
    try "default-domian = 1".write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    for number in 1...5 {
      kill(pid, SIGHUP)
      #expect(eventually(within: 60) { occurrences(of: "serving with the old one", in: daemon.log) >= number })
    }
    try good.write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
    reload(51)
    #expect(load.stop() == [])
    #expect(load.count > 0)
    // One set of directories and the daemon's own: what the fifty before had is gone.
    let idle = try GatepostDaemon { configuration(listening: "[[listen]]\nsocket = \"\($0)\"\nmode = \"0600\"") }
    _ = try AuthdaemonClient(idle.socketPath).ask("PRE . imap quick\n")
    let fresh = ProcessFacts(pid: try #require(idle.pid))
    #expect(
      eventually(within: 60) {
        let now = ProcessFacts(pid: pid)
        // Two more: the threads of Swift's pool come and go.
        return now.threads <= fresh.threads + 2 && now.descriptors <= fresh.descriptors + 2
      }, "\(ProcessFacts(pid: pid)) instead of \(fresh)")
  }

  @Test func aSuccessorOnTheSameSocketLosesNothing() throws {
    let socket = try ListeningSocket(folder.file("activated"))
    try folder.write(configuration(), to: "gatepost.toml")
    func start(_ number: Int) throws -> ChildProcess {
      try ChildProcess(
        [
          "sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh", GatepostExecutable.path(), "serve", "--config",
          folder.file("gatepost.toml"),
        ], handedDown: socket.descriptor, outputPath: folder.file("log\(number)"))
    }
    let load = LoginLoad(AuthdaemonClient(socket.path), user: "quick", password: "quick-secret")
    for number in 0..<4 {
      let process = try start(number)
      let before = load.count
      #expect(eventually(within: 60) { load.count > before + 50 }, "\(process.output)")
      #expect(process.stop(patience: 60) == 0)
    }
    let last = try start(4)
    #expect(load.stop() == [])
    #expect(last.stop(patience: 60) == 0)
  }

  /// The service manager's socket goes on living while the daemon ends.
  @Test func whoComesWhileItEndsIsNoWorkForIt() throws {
    let socket = try ListeningSocket(folder.file("activated"))
    try folder.write(configuration(), to: "gatepost.toml")
    let process = try ChildProcess(
      [
        "sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh", GatepostExecutable.path(), "serve", "--config",
        folder.file("gatepost.toml"),
      ], handedDown: socket.descriptor, outputPath: folder.file("log"))
    let login = AuthdaemonClient.authentication(service: "imap", "quick", "quick-secret")
    #expect(try AuthdaemonClient(socket.path).ask(login).text.hasSuffix("\n.\n"))
    // Keeps it from ending at once.
    var slow: SocketConnection? = try SocketConnection(unixPath: socket.path)
    _ = slow?.send(Array("AUTH 22\n".utf8))
    _ = try AuthdaemonClient(socket.path).ask("PRE . imap quick\n")
    kill(process.pid, SIGTERM)
    // Nothing shows from outside that it accepts no more. Too early, this test would see less than it could.
    Thread.sleep(forTimeInterval: 0.3)
    let before = ProcessFacts.processorSeconds(process.pid)
    let others = try (0..<3).map { _ in try SocketConnection(unixPath: socket.path) }
    Thread.sleep(forTimeInterval: 0.5)
    let used = ProcessFacts.processorSeconds(process.pid) - before
    #expect(used < 0.2, "\(used) s of processor in half a second")
    #expect(process.isRunning, "it waits for the slow one")
    slow = nil
    withExtendedLifetime(others) {}
    #expect(process.stop(patience: 60) == 0)
  }

  /// Somebody else stands in for the daemon's own socket: its requests are not answered, so systemd is not told that all is well.
  @Test func theWatchdogIsFedOnlyWhileRequestsAreAnswered() throws {
    let receiver = try DatagramReceiver(folder.file("notify"))
    let (socket, aside) = (folder.file("s"), folder.file("aside"))
    try folder.write(
      configuration(listening: "[[listen]]\nsocket = \"\(socket)\"\nmode = \"0600\""), to: "gatepost.toml")
    let process = try ChildProcess(
      [GatepostExecutable.path(), "serve", "--config", folder.file("gatepost.toml")],
      environment: ["NOTIFY_SOCKET": folder.file("notify"), "WATCHDOG_USEC": "200000"], outputPath: folder.file("log"))
    #expect(eventually { receiver.pending().contains("WATCHDOG=1") })
    try #require(rename(socket, aside) == 0)
    do {
      let standIn = try ListeningSocket(socket)
      func failures() -> Int { occurrences(of: "watchdog: ", in: process.output) }
      let first = Date(timeIntervalSinceNow: 60)
      standIn.closeEverybody { failures() >= 1 || Date() > first }
      _ = receiver.pending()
      let end = Date(timeIntervalSinceNow: 60)
      standIn.closeEverybody { failures() >= 4 || Date() > end }
      #expect(failures() >= 4)
      #expect(receiver.pending() == [])
    }
    try #require(rename(aside, socket) == 0)
    #expect(eventually(within: 60) { receiver.pending().contains("WATCHDOG=1") }, "and again once they are")
    #expect(process.stop() == 0)
  }
}
