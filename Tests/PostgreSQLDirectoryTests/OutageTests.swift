import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

/// What becomes of look-ups while the server dies, hangs and comes back. The account asked for is always there: one
/// refusal is one too many.
@Suite(.waiting, .serialized) struct OutageTests {
  private func serve(
    loopback: Bool = false, _ body: (PostgreSQLServer) throws -> Void
  ) throws {
    let server = try PostgreSQLServer(loopback: loopback)
    defer { server.stop() }
    try server.sql(People.table)
    try body(server)
  }

  private func expectNothingLost(_ count: Load.Count, _ location: SourceLocation = #_sourceLocation) {
    #expect(count.refused == 0, sourceLocation: location)
    #expect(count.wrong == 0, sourceLocation: location)
    #expect(count.unavailable.isEmpty, sourceLocation: location)
  }

  @Test func noLoginIsLostWhenBackendsAndServersDie() throws {
    try serve { server in
      let (directory, events) = try People.open(server.conninfo(), timing: .unhurried)
      defer { directory.shutDown() }
      let load = Load(directory, patience: .seconds(60))
      #expect(load.proceed())
      for _ in 0..<3 {
        #expect(try server.signalBackends(SIGTERM) == 1)
        #expect(load.proceed())
      }
      // It starts anew by itself.
      let hasRecovered = try load.sitOut {
        let killed = try server.signalBackends(SIGKILL)
        #expect(killed == 1)
        #expect(load.proceed())
      }
      #expect(hasRecovered)
      let hasRestarted = try load.sitOut { try server.restart() }
      #expect(hasRestarted)
      let isBack = try load.sitOut {
        server.crash()
        try server.start()
      }
      #expect(isBack)
      let count = load.end()
      expectNothingLost(count)
      #expect(count.slowest < count.absence + .shortly, "absent for \(count.absence)")
      let texts = events.all.map(\.text)
      #expect(texts.first?.hasPrefix("connected to host \(server.socketFolder)") == true)
      #expect(texts.filter { $0.hasPrefix("connection lost") }.count == 6, "\(texts)")
      #expect(texts.filter { $0.hasPrefix("connected again") }.count == 6, "\(texts)")
    }
  }

  @Test func inALongOutageRequestsAreAnsweredAtOnceAndTheFirstConnectionEndsIt() throws {
    try serve { server in
      let (directory, events) = try People.open(server.conninfo())
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil)
      server.stop()
      let start = Instant.now
      let waited = directory.ask("user1")
      #expect(waited.cause?.code == .unreachable)
      #expect((.seconds(3) ... .seconds(15)).contains(Instant.now - start), "rode through for its patience")
      for outcome in [directory.ask("user1"), directory.ask("nobody"), directory.ask([0xFF])] {
        #expect(outcome.cause?.code == .unreachable)
      }
      // Of several: who waits for an attempt waits for the next one each time.
      let clock = ContinuousClock()
      let waits = (0..<5).map { _ in clock.measure { _ = directory.ask("user1") } }
      #expect(waits.min() ?? .zero < ReconnectPolicy.spacing / 4, "\(waits)")
      try server.start()
      let back = Instant.now
      #expect(eventually { directory.ask("user1").value != nil })
      #expect(Instant.now - back < .shortly)
      let levels = events.all.map(\.level)
      #expect(levels.first == .info && levels.last == .notice, "\(events.all)")
      #expect(levels.count <= 6, "each change once: \(events.all)")
    }
  }

  @Test func itConnectsUnaskedOncePrepared() throws {
    try serve { server in
      server.stop()
      let (directory, events) = try People.open(server.conninfo())
      defer { directory.shutDown() }
      directory.prepare()
      #expect(eventually { events.all.contains { $0.level == .error && $0.text.hasPrefix("cannot serve") } })
      try server.start()
      #expect(eventually { events.all.last?.text.hasPrefix("connected again to host") == true }, "\(events.all)")
      #expect(try server.signalBackends(SIGTERM) == 1)
      #expect(eventually { events.all.filter { $0.text.hasPrefix("connected again") }.count == 2 }, "\(events.all)")
      #expect(directory.ask("user1").value != nil)
    }
  }

  @Test func aFrozenServerTimesOutAndIsLeftAndFoundAgain() throws {
    try serve(loopback: true) { server in
      let (directory, events) = try People.open(server.conninfo(loopback: true))
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil)
      server.freeze()
      let took = ContinuousClock().measure {
        for _ in 0..<3 { #expect(directory.ask("user1", within: .milliseconds(100)).cause?.code == .timedOut) }
      }
      #expect(took < OutageTiming.silenceAtDeadline, "at its deadlines, and before the server is given up")
      // A hiccup costs what is late, not the connection.
      server.thaw()
      #expect(directory.ask("user1").value != nil)
      #expect(events.count == 1)
      server.freeze()
      #expect(directory.ask("user1", within: .milliseconds(100)).cause?.code == .timedOut)
      let lost = directory.ask("user1", within: .seconds(4))
      #expect(lost.cause?.code == .timedOut)
      #expect(events.all.contains { $0.level == .warning && $0.text.contains("has said nothing") })
      server.thaw()
      #expect(eventually { directory.ask("user1", within: .seconds(2)).value != nil })
      #expect(events.all.last?.level == .notice)
    }
  }

  @Test func theQueueIsBoundedAndShutDownDoesNotWaitForAFrozenServer() throws {
    try serve { server in
      let (directory, _) = try People.open(server.conninfo(), timing: .unhurried)
      #expect(directory.ask("user1").value != nil)
      server.freeze()
      let outcomes = Collected<Outcome<Account>>()
      for _ in 0..<(Intake.capacity + 100) {
        directory.lookUp(
          AccountKey(name: LoginName(Array("user1".utf8), defaultDomain: nil), service: []),
          deadline: .now + .seconds(60)
        ) { outcomes.add($0) }
      }
      #expect(outcomes.all.map { $0.cause?.code } == Array(repeating: .overloaded, count: 100))
      let changes = Collected<Outcome<Void>>()
      // Threads of their own: the pool's may all be taken by tests that wait.
      Thread.detachNewThread { changes.add(directory.change("user1", to: "x")) }
      let listed = Collected<Outcome<Void>>()
      Thread.detachNewThread { listed.add(directory.enumerate(deadline: .now + .seconds(60)) { _ in true }) }
      usleep(50_000)
      #expect(ContinuousClock().measure { directory.shutDown() } < .shortly)
      #expect(outcomes.all.dropFirst(100).allSatisfy { $0.cause?.code == .stopping })
      #expect(outcomes.count == Intake.capacity + 100)
      #expect(eventually { changes.count == 1 && listed.count == 1 })
      #expect(changes.all.first?.cause?.code == .stopping)
      #expect(listed.all.first?.cause?.code == .stopping)
    }
  }
}
