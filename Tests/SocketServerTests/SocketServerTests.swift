import AuthdaemonWire
import Foundation
import TestSupport
import Testing
import Threads

@testable import SocketServer

/// The socket side alone: a handler that answers by the user's name stands for the broker.
@Suite struct SocketServerTests {
  private final class Harness: Sendable {
    let folder: TemporaryFolder
    let server: SocketServer
    let client: AuthdaemonClient
    let held = Lock<[Exchange]>([])
    /// User `gate` stops the server's thread until it is signalled.
    let gate = DispatchSemaphore(value: 0)
    let isAtGate = Lock(false)

    init(limits: ServerLimits = ServerLimits()) throws {
      let folder = try TemporaryFolder("front")
      self.folder = folder
      let listeners = try ["s", "second"].map {
        try Listener.bind(path: folder.file($0), mode: 0o666, owner: nil, group: nil)
      }
      let (held, gate, isAtGate) = (self.held, self.gate, self.isAtGate)
      server = try SocketServer(listeners: listeners, limits: limits) { exchange, parsed in
        guard case .request(let request) = parsed else {
          if case .refused = parsed { exchange.answer(Array("FAIL\n".utf8)) } else { exchange.closeSilently() }
          return
        }
        switch String(decoding: request.command.userID, as: UTF8.self) {
        case "silent": exchange.closeSilently()
        case "gate":
          isAtGate.withLock { $0 = true }
          gate.wait()
          exchange.answer([])
        case "credentials":
          let groups = exchange.supplementaryGroups().map { $0.map(String.init).joined(separator: ",") } ?? "unknown"
          let text = "\(exchange.listener) \(exchange.peer.uid) \(exchange.peer.gid) \(groups)"
          exchange.answer(Array(text.utf8))
        case "held": held.withLock { $0.append(exchange) }
        case "list":
          guard let stream = exchange.stream(keepsWaiting: { _, _ in true }) else { return }
          Thread.detachNewThread { [stream = Unchecked(stream)] in
            for number in 0..<50_000 {
              let line = Array("line \(number)\n".utf8)
              let isOpen = stream.value.append(upTo: line.count) { room in
                room.copyBytes(from: line)
                return line.count
              }
              if !isOpen { return }
            }
            if stream.value.flush() { stream.value.finish() }
          }
        case let user: exchange.answer(Array("USER=\(user)\n.\n".utf8))
        }
      }
      try server.start()
      client = AuthdaemonClient(folder.file("s"), timeLimit: 20)
    }

    deinit { server.stop(grace: .seconds(1)) }

    func account(_ user: String) -> String { "PRE . imap \(user)\n" }

    func takeHeld() -> Exchange {
      _ = eventually { held.withLock { !$0.isEmpty } }
      return held.withLock { $0.removeFirst() }
    }
  }

  private struct Unchecked<Value>: @unchecked Sendable {
    // Handed to one queue once, and not used by the sender afterwards.
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  @Test func requestsComeInTurns() throws {
    let folder = try TemporaryFolder("turns")
    let listener = try Listener.bind(path: folder.file("s"), mode: 0o666, owner: nil, group: nil)
    enum Step: Equatable { case begin, request, end }
    let steps = Lock<[Step]>([])
    let server = try SocketServer(
      listeners: [listener],
      beginTurn: {
        steps.withLock { $0.append(.begin) }
        return { steps.withLock { $0.append(.end) } }
      }
    ) { exchange, _ in
      steps.withLock { $0.append(.request) }
      exchange.answer(Array("FAIL\n".utf8))
    }
    // They are in the kernel's queue when the server begins.
    let waiting = try (0..<200).map { _ in try SocketConnection(unixPath: folder.file("s")) }
    for connection in waiting { connection.send(Array("PRE . imap alice\n".utf8)) }
    try server.start()
    for connection in waiting {
      var reply: [UInt8] = []
      while case .bytes(let more) = connection.receive(until: Date(timeIntervalSinceNow: 20)) { reply += more }
      #expect(reply == Array("FAIL\n".utf8))
    }
    server.stop(grace: .seconds(1))
    let turns = steps.withLock { $0 }.split(separator: .end).map { Array($0) }
    #expect(turns.allSatisfy { $0.first == .begin && $0.dropFirst().allSatisfy { $0 == .request } }, "\(turns)")
    #expect(turns.map { $0.count - 1 }.reduce(0, +) == 200)
    #expect(turns.contains { $0.count > 2 } && turns.allSatisfy { $0.count - 1 <= ServerLimits.requestsPerTurn })
  }

  @Test func answersAndCloses() throws {
    let harness = try Harness()
    let reply = try harness.client.ask(harness.account("alice"))
    #expect(reply.text == "USER=alice\n.\n")
    #expect(reply.end == .endOfFile)
    #expect(reply.elapsed < 2, "nobody waits for the drain")
  }

  @Test func servesAClientThatStoppedSending() throws {
    let harness = try Harness()
    let reply = try harness.client.ask(harness.account("alice"), halfClose: true)
    #expect(reply.text == "USER=alice\n.\n")
    #expect(reply.end == .endOfFile)
  }

  /// cyrus-sasl sends one line feed more than it declares. Unread at close, it would become ECONNRESET at the client.
  @Test(arguments: ["\n", String(repeating: "x", count: 100_000)])
  func bytesBehindTheRequestDoNotResetTheReply(_ extra: String) throws {
    let harness = try Harness()
    let reply = try harness.client.ask(harness.account("alice") + extra)
    #expect(reply.text == "USER=alice\n.\n")
    #expect(reply.end == .endOfFile)
    let late = try SocketConnection(unixPath: harness.folder.file("s"))
    late.send(Array(harness.account("bob").utf8))
    #expect(String(decoding: readAll(late) { late.send(Array(extra.utf8)) }, as: UTF8.self) == "USER=bob\n.\n")
  }

  /// The same of a client that says afterwards that it sends no more: whether or not it was being watched, once both sides have
  /// stopped sending it looks like one that has gone.
  @Test(arguments: [false, true]) func bytesBeforeAHalfCloseDoNotResetTheReply(isWatched: Bool) throws {
    let harness = try Harness()
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    connection.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    if isWatched { _ = eventually { Instant.now - exchange.received > ServerLimits.watchDelay * 2 } }
    exchange.answer(Array("late\n".utf8))
    connection.send([UInt8(ascii: "\n")])
    connection.shutDownWriting()
    #expect(eventually { exchange.supplementaryGroups() == nil })
    // Another one has been served to its end: the server has nothing left to close.
    #expect(try harness.client.ask(harness.account("next")).end == .endOfFile)
    var reply: [UInt8] = []
    var last = connection.receive(until: Date(timeIntervalSinceNow: 20))
    while case .bytes(let more) = last {
      reply += more
      last = connection.receive(until: Date(timeIntervalSinceNow: 20))
    }
    #expect(String(decoding: reply, as: UTF8.self) == "late\n")
    guard case .end(.endOfFile) = last else {
      Issue.record("\(last)")
      return
    }
  }

  /// The kernel's record of real processes; more groups than there is room for at first, too.
  @Test(.enabled(if: geteuid() == 0, "needs root: processes of other users"))
  func knowsUserGroupsAndSocketOfAPeer() throws {
    let harness = try Harness()
    func ask(_ user: OtherUser, _ socket: String = "s") throws -> OtherUser.Answer {
      try user.ask(harness.account("credentials"), at: harness.folder.file(socket))
    }
    #expect(try ask(OtherUser(uid: 61_001, gid: 61_002)) == .reply("0 61001 61002 "))
    #expect(try ask(OtherUser(uid: 61_001, gid: 61_002, groups: [8, 61_005])) == .reply("0 61001 61002 8,61005"))
    #expect(try ask(OtherUser(uid: 0, gid: 61_002), "second") == .reply("1 0 61002 "))
    let many = (0..<300).map { UInt32(62_000 + $0) }
    let list = many.map(String.init).joined(separator: ",")
    #expect(try ask(OtherUser(uid: 61_001, gid: 0, groups: many), "second") == .reply("1 61001 0 \(list)"))
  }

  @Test func groupsOfAConnectionThatIsClosedAreUnknown() throws {
    let harness = try Harness()
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    connection.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    #expect(exchange.supplementaryGroups() != nil)
    exchange.answer([])
    #expect(readAll(connection).isEmpty)
    connection.shutDownWriting()
    #expect(eventually { exchange.supplementaryGroups() == nil })
  }

  @Test func silenceIsTheThirdOutcome() throws {
    let harness = try Harness()
    let reply = try harness.client.ask(harness.account("silent"))
    #expect(reply.bytes.isEmpty)
    #expect(reply.end == .endOfFile)
  }

  @Test func anAnswerFromAnotherThreadArrives() throws {
    let harness = try Harness()
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    connection.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    #expect(!exchange.isAbandoned)
    exchange.answer(Array("late\n".utf8))
    exchange.answer(Array("twice\n".utf8))
    #expect(String(decoding: readAll(connection), as: UTF8.self) == "late\n")
  }

  @Test func aClientThatLeavesIsNoticed() throws {
    let harness = try Harness()
    var connection: SocketConnection? = try SocketConnection(unixPath: harness.folder.file("s"))
    connection?.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    connection = nil
    #expect(eventually { exchange.isAbandoned })
    exchange.answer(Array("for nobody\n".utf8))
    #expect(try harness.client.ask(harness.account("next")).text == "USER=next\n.\n")
  }

  @Test func aReplyLargerThanTheSocketsBufferArrivesWhole() throws {
    let harness = try Harness()
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    connection.send(Array(harness.account("held").utf8))
    let reply = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
    harness.takeHeld().answer(reply)
    #expect(readAll(connection) == reply)
  }

  @Test func streamsALongAnswer() throws {
    let harness = try Harness()
    let reply = try harness.client.ask(harness.account("list"))
    #expect(reply.text.hasSuffix("line 49999\n"))
    #expect(reply.text.split(separator: "\n").count == 50_000)
    #expect(reply.end == .endOfFile)
  }

  @Test func dripsDoNotExtendTheDeadline() throws {
    var limits = ServerLimits()
    limits.requestTimeout = .milliseconds(600)
    let harness = try Harness(limits: limits)
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    let start = Date()
    let dripped = eventually(within: 10) {
      connection.send([UInt8(ascii: "P")])
      return connection.receive(until: Date(timeIntervalSinceNow: 0.1)).isEnd
    }
    #expect(dripped)
    #expect(Date().timeIntervalSince(start) < 8)
  }

  @Test func anAnswerThatNeverComesIsGivenUp() throws {
    var limits = ServerLimits()
    limits.answerTimeout = .milliseconds(300)
    let harness = try Harness(limits: limits)
    let reply = try harness.client.ask(harness.account("held"))
    #expect(reply.bytes.isEmpty)
    #expect(harness.takeHeld().isAbandoned)
  }

  @Test func aFullHouseClosesTheOldestSilentConnection() throws {
    let limits = ServerLimits(connections: 8)
    let harness = try Harness(limits: limits)
    let silent = try (0..<40).map { _ in try SocketConnection(unixPath: harness.folder.file("s")) }
    for number in 0..<20 {
      #expect(try harness.client.ask(harness.account("u\(number)")).text == "USER=u\(number)\n.\n")
    }
    #expect(silent[0].receive(until: Date(timeIntervalSinceNow: 2)).isEnd)
  }

  /// They have their answers and keep the connection: nothing is lost by closing them.
  @Test func aFullHouseClosesWhoHasItsAnswerBeforeWhoIsStillAsking() throws {
    let harness = try Harness(limits: ServerLimits(connections: 8))
    let asking = try SocketConnection(unixPath: harness.folder.file("s"))
    asking.send(Array("PRE . imap ".utf8))
    let waiting = try SocketConnection(unixPath: harness.folder.file("s"))
    waiting.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    var lingering: [SocketConnection] = []
    for number in 0..<100 {
      let connection = try SocketConnection(unixPath: harness.folder.file("s"))
      connection.send(Array(harness.account("u\(number)").utf8))
      #expect(String(decoding: readAll(connection), as: UTF8.self) == "USER=u\(number)\n.\n")
      lingering.append(connection)
    }
    asking.send(Array("late\n".utf8))
    #expect(String(decoding: readAll(asking), as: UTF8.self) == "USER=late\n.\n")
    exchange.answer(Array("held\n".utf8))
    #expect(String(decoding: readAll(waiting), as: UTF8.self) == "held\n")
  }

  /// A read ends early at the byte that came with a descriptor, though more bytes wait behind it: without another read, no event
  /// would ever tell of them.
  @Test func descriptorsPassedAlongDoNotHideTheRest() throws {
    let harness = try Harness()
    for part in ["P", "PRE . im", "PRE . imap passed"] {
      let connection = try SocketConnection(unixPath: harness.folder.file("s"))
      connection.sendWithDescriptor(Array(part.utf8))
      connection.send(Array("PRE . imap passed\n".dropFirst(part.count).utf8))
      #expect(String(decoding: readAll(connection), as: UTF8.self) == "USER=passed\n.\n")
    }
  }

  @Test func aStalledStreamEndsWhenItsPatienceDoes() throws {
    let folder = try TemporaryFolder("stall")
    let listener = try Listener.bind(path: folder.file("s"), mode: 0o600, owner: nil, group: nil)
    let ended = Lock<(broken: Bool, givenUp: Bool)?>(nil)
    let asked = Lock(0)
    let server = try SocketServer(listeners: [listener]) { exchange, _ in
      Thread.detachNewThread {
        let stream = exchange.stream { _, inSum in
          asked.withLock { $0 += 1 }
          return inSum < .milliseconds(200)
        }
        // More than there is room for at once.
        let piece = [UInt8](repeating: 120, count: 100_000)
        func write(_ room: UnsafeMutableRawBufferPointer) -> Int {
          room.copyBytes(from: piece)
          return piece.count
        }
        while stream?.append(upTo: piece.count, write) == true {}
        ended.withLock { $0 = stream.map { ($0.isBroken, $0.wasGivenUp) } }
        stream?.finish()
      }
    }
    try server.start()
    defer { server.stop(grace: .seconds(1)) }
    let connection = try SocketConnection(unixPath: folder.file("s"))
    connection.send(Array("ENUMERATE\n".utf8))
    #expect(eventually(within: 60) { ended.withLock { $0 != nil } })
    #expect(ended.withLock { $0?.broken } == true)
    #expect(ended.withLock { $0?.givenUp } == true)
    #expect(asked.withLock { $0 } > 0)
    #expect(!readAll(connection).isEmpty, "what was sent can be read, and then the end")
  }

  /// More than one turn's worth of clients in the kernel's queue when the end comes: each is answered.
  @Test func stoppingServesTheWholeQueue() throws {
    let harness = try Harness()
    let gate = try SocketConnection(unixPath: harness.folder.file("s"))
    gate.send(Array(harness.account("gate").utf8))
    #expect(eventually { harness.isAtGate.withLock { $0 } })
    let clients = try (0..<600).map { number -> SocketConnection in
      let connection = try SocketConnection(unixPath: harness.folder.file("s"))
      connection.send(Array(harness.account("q\(number)").utf8))
      return connection
    }
    let server = harness.server
    let stopped = Lock(false)
    Thread.detachNewThread {
      server.stop(grace: .seconds(20))
      stopped.withLock { $0 = true }
    }
    #expect(eventually { server.isStopping })
    harness.gate.signal()
    for (number, client) in clients.enumerated() {
      #expect(String(decoding: readAll(client), as: UTF8.self) == "USER=q\(number)\n.\n")
    }
    #expect(eventually(within: 30) { stopped.withLock { $0 } })
  }

  @Test func stoppingFinishesWhatWasAccepted() throws {
    let harness = try Harness()
    let connection = try SocketConnection(unixPath: harness.folder.file("s"))
    connection.send(Array(harness.account("held").utf8))
    let exchange = harness.takeHeld()
    let stopped = Lock(false)
    let server = harness.server
    Thread.detachNewThread {
      let clean = server.stop(grace: .seconds(10))
      stopped.withLock { $0 = clean }
    }
    #expect(eventually { !FileManager.default.fileExists(atPath: harness.folder.file("s")) })
    #expect(!stopped.withLock { $0 })
    exchange.answer(Array("done\n".utf8))
    #expect(String(decoding: readAll(connection), as: UTF8.self) == "done\n")
    #expect(eventually { stopped.withLock { $0 } })
  }

  @Test func manyClientsAtOnce() throws {
    let harness = try Harness()
    let wrong = Lock(0)
    DispatchQueue.concurrentPerform(iterations: 2000) { number in
      let reply = try? harness.client.ask(harness.account("u\(number)"), halfClose: number % 3 == 0)
      if reply?.text != "USER=u\(number)\n.\n" || reply?.end != .endOfFile { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  private func readAll(_ connection: SocketConnection, _ between: () -> Void = {}) -> [UInt8] {
    var bytes: [UInt8] = []
    let end = Date(timeIntervalSinceNow: 20)
    while true {
      switch connection.receive(until: end) {
      case .bytes(let more): bytes += more
      case .end: return bytes
      }
      between()
    }
  }
}

extension SocketConnection.Received {
  fileprivate var isEnd: Bool {
    if case .end(let end) = self { return end == .endOfFile }
    return false
  }
}
