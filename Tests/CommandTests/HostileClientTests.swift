import Foundation
import TestSupport
import TestTraits
import Testing

/// Clients that mean no good, at the real daemon: whatever they do, the others see no difference.
@Suite(.waiting, .serialized) struct HostileClientTests {
  private let folder: TemporaryFolder
  private let mailboxes: MailboxFile

  init() throws {
    folder = try TemporaryFolder("hostile")
    mailboxes = try MailboxFile(in: folder)
  }

  private func daemon(_ limits: String = "", prelude: String? = nil) throws -> GatepostDaemon {
    try GatepostDaemon(prelude: prelude) { socket in
      """
      default-domain = "example.org"
      log-level = "notice"
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      \(mailboxes.directory)
      [limits]
      \(limits)
      """
    }
  }

  /// A right login, a wrong one and a look-up, each answered as ever.
  private func othersAreServed(_ daemon: GatepostDaemon, _ when: String) throws {
    let client = AuthdaemonClient(daemon.socketPath)
    let right = try client.ask(AuthdaemonClient.authentication(service: "imap", "quick", "quick-secret"))
    #expect(right.text.hasSuffix("\n.\n"), "\(when): \(right)")
    let wrong = try client.ask(AuthdaemonClient.authentication(service: "imap", "quick", "wrong"))
    #expect(wrong.text == "FAIL\n", "\(when): \(wrong)")
    let account = try client.ask("PRE . imap quick\n")
    #expect(account.text.hasSuffix("\n.\n"), "\(when): \(account)")
  }

  @Test func thousandsOfSilentAndDrippingConnections() throws {
    let daemon = try daemon()
    let room = ProcessFacts.raiseOwnDescriptorLimit() - 200
    var hostile: [SocketConnection] = []
    for number in 0..<min(5000, room) {
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      if number % 2 == 0 { connection.send([UInt8(ascii: "P")]) }
      hostile.append(connection)
      if number % 500 == 499 {
        for index in hostile.indices where index % 2 == 0 { hostile[index].send([UInt8(ascii: "R")]) }
        try othersAreServed(daemon, "\(number + 1) connections")
      }
    }
    #expect(daemon.stop() == 0, "it ends in time, too")
  }

  /// Their descriptors are put aside for a moment when there is more to do, and no longer: with others there that do nothing, and alone.
  @Test(arguments: [true, false]) func clientsThatHaveGoneLeaveNothing(_ isIdlerThere: Bool) throws {
    let daemon = try daemon()
    // Where a connection was accepted, its end bears the path that the socket was bound to until it is closed; so does the socket
    // itself.
    let run = URL(fileURLWithPath: daemon.socketPath).deletingLastPathComponent().path
    func ends() -> Int { ProcessFacts.list("/proc/net/unix").count { $0.contains(" \(run)/") } - 1 }
    let idler = isIdlerThere ? try SocketConnection(unixPath: daemon.socketPath) : nil
    for count in [1, 7, 40, 3] {
      let clients = try (0..<count).map { _ in try SocketConnection(unixPath: daemon.socketPath) }
      for client in clients { client.send("PRE . imap quick\n".utf8) }
      for client in clients {
        while case .bytes = client.receive(until: Date(timeIntervalSinceNow: 20)) {}
      }
      // The kernel's list may lack what is there while others change it.
      #expect(eventually { ends() >= (isIdlerThere ? 1 : 0) })
    }
    #expect(eventually { ends() == (isIdlerThere ? 1 : 0) })
    withExtendedLifetime(idler) {}
  }

  @Test func requestsThatAreNone() throws {
    let daemon = try daemon()
    var open: [SocketConnection] = []
    for beginning in ["", "AUTH ", "AUTH 100\n", "PRE . imap ", "TCPREMOTEIP=", "PASSWD imap\t"] {
      for _ in 0..<20 {
        let half = try SocketConnection(unixPath: daemon.socketPath)
        half.send(beginning.utf8)
        open.append(half)
      }
      try othersAreServed(daemon, beginning)
    }
    // Blocks until the daemon closes: it reads no more than a request may have.
    let flood = try SocketConnection(unixPath: daemon.socketPath)
    flood.send([UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000))
    try othersAreServed(daemon, "a megabyte without a line feed")
  }

  /// What real clients send, cut anywhere, by a close or by silence.
  @Test func transcriptsCutAnywhere() throws {
    let daemon = try daemon()
    let lines = try Fixtures.text("transcripts/clients.jsonl").split(separator: "\n")
    var open: [SocketConnection] = []
    for (number, line) in lines.enumerated() {
      let recording = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let request = try #require((recording?["request"] as? String).flatMap { Data(base64Encoded: $0) })
      for way in 0..<4 {
        let connection = try SocketConnection(unixPath: daemon.socketPath)
        connection.send(request.prefix(Int.random(in: 0..<max(1, request.count))))
        if way == 1 { connection.shutDownWriting() }
        if way > 1 { open.append(connection) }
      }
      if number % 10 == 0 { try othersAreServed(daemon, "transcript \(number)") }
    }
    try othersAreServed(daemon, "after all")
  }

  /// Some two megabytes of them: more than the system takes for a client that does not read.
  private func fillMailboxes() throws {
    try folder.makeDatabase(
      """
      WITH RECURSIVE numbers(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 30000)
      INSERT INTO mailbox SELECT 'user' || n || '@example.org', '{PLAIN}x', '', 'example.org/user' || n || '/', 0,
        'user' || n, 'example.org', 1 FROM numbers;
      """)
  }

  /// Without WAL, whoever writes waits for the list to be over, and all who log in wait for them.
  @Test(arguments: [true, false]) func aListThatNobodyReadsKeepsNobodyFromWriting(_ isOurs: Bool) throws {
    try fillMailboxes()
    let daemon = try daemon()
    let idle = try SocketConnection(unixPath: daemon.socketPath)
    idle.send("ENUMERATE\n".utf8)
    guard case .bytes = idle.receive(until: Date(timeIntervalSinceNow: 20)) else {
      Issue.record("no list")
      return
    }
    if isOurs {
      let changed = try AuthdaemonClient(daemon.socketPath).ask("PASSWD imap\tquick\tquick-secret\tnew-secret\n")
      #expect(changed.text == "OK\n", "\(changed)")
    } else {
      let changed = try ChildProcess.run([
        "sqlite3", "-bail", "-cmd", ".timeout 10000", mailboxes.path,
        "UPDATE mailbox SET password = '{PLAIN}new-secret' WHERE local_part = 'quick'",
      ])
      #expect(changed.status == 0, "\(changed.errors)")
    }
    let login = try AuthdaemonClient(daemon.socketPath).ask(
      AuthdaemonClient.authentication(service: "imap", "quick", "new-secret"))
    #expect(login.text.hasSuffix("\n.\n"), "\(login)")
    #expect(daemon.logs("it did not read while the database was to be written"))
    withExtendedLifetime(idle) {}
  }

  /// Each of them would hold one of the few that write lists, for as long as the daemon waits for it.
  @Test func listsThatNobodyReads() throws {
    try fillMailboxes()
    let daemon = try daemon("enumerations = 1")
    let pid = try #require(daemon.pid)
    try othersAreServed(daemon, "before")
    let before = ProcessFacts(pid: pid)
    let idle = try (0..<100).map { _ in
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      connection.send("ENUMERATE\n".utf8)
      return connection
    }
    for _ in 0..<10 { try othersAreServed(daemon, "while lists stall") }
    let list = try AuthdaemonClient(daemon.socketPath, timeLimit: 25).ask("ENUMERATE\n")
    #expect(list.text.hasSuffix("\n.\n"), "\(list.bytes.count) bytes, \(list.end), after \(list.elapsed) s")
    #expect(list.text.utf8.filter { $0 == UInt8(ascii: "\t") }.count >= 30_000)
    #expect(daemon.logs("it did not read while other lists were waiting"))
    let after = ProcessFacts(pid: pid)
    #expect(after.anonymousKiB - before.anonymousKiB < 64 * 1024, "a hundred lists of two megabytes are not held")
    withExtendedLifetime(idle) {}
  }

  @Test func descriptorsRunOut() throws {
    let daemon = try daemon(prelude: "ulimit -n 64")
    let silent = try (0..<300).map { number in
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      if number % 100 == 99 { try othersAreServed(daemon, "\(number + 1) connections") }
      return connection
    }
    kill(try #require(daemon.pid), SIGHUP)
    #expect(daemon.logs("configuration reloaded"), "there are descriptors left for that")
    try othersAreServed(daemon, "after a reload")
    #expect(daemon.logs("out of file descriptors"))
    #expect(daemon.log.components(separatedBy: "out of file descriptors").count == 2, "said once: \(daemon.log)")
    withExtendedLifetime(silent) {}
  }

  @Test func clientsThatLeaveAtOnce() throws {
    let daemon = try daemon()
    let pid = try #require(daemon.pid)
    try othersAreServed(daemon, "before")
    #expect(eventually { ProcessFacts.hasTimer(pid) }, "the first are served before the start has quite ended")
    let before = ProcessFacts(pid: pid).descriptors
    let slow = Array(AuthdaemonClient.authentication(service: "imap", "slow", "bcrypt-secret").utf8)
    let quick = Array("PRE . imap quick\n".utf8)
    for number in 0..<2000 {
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      switch number % 4 {
      case 0: break
      case 1: connection.send(quick)
      case 2: connection.send(quick + slow)
      default: if number % 40 == 3 { connection.send(slow) }
      }
      if number % 400 == 0 { try othersAreServed(daemon, "client \(number)") }
    }
    try othersAreServed(daemon, "after all")
    #expect(eventually { ProcessFacts(pid: pid).descriptors <= before }, "none is left open")
  }
}
