import Threads

#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import Foundation
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  /// What becomes of look-ups while the server dies, hangs and comes back. The account asked for is always there: one
  /// refusal is one too many.
  @Suite(.waiting, .serialized) struct OutageTests {
    private func serve(loopback: Bool = false, _ body: (MariaDBServer) throws -> Void) throws {
      let server = try MariaDBServer(loopback: loopback)
      defer { server.stop() }
      try server.sql(People.table + "CREATE USER gatepost@localhost; GRANT ALL ON test.* TO gatepost@localhost;")
      try body(server)
    }

    @Test func noLoginIsLostWhenConnectionsAndServersDie() throws {
      try serve { server in
        let (directory, events) = try People.open(server.connection(user: "gatepost"), timing: .unhurried)
        defer { directory.shutDown() }
        let load = Load(directory, patience: .seconds(60))
        #expect(load.proceed())
        for _ in 0..<3 {
          try server.dropConnections(of: "gatepost")
          #expect(load.proceed())
        }
        let hasRestarted = try load.sitOut { try server.restart() }
        #expect(hasRestarted)
        let isBack = try load.sitOut {
          server.crash()
          try server.start()
        }
        #expect(isBack)
        let count = load.end()
        #expect(count.refused == 0 && count.wrong == 0)
        #expect(count.unavailable == [])
        #expect(count.slowest < count.absence + .shortly, "absent for \(count.absence)")
        let texts = events.all.map(\.text)
        #expect(texts.first?.hasPrefix("connected to socket \(server.socketPath), database test") == true)
        #expect(texts.filter { $0.hasPrefix("connection lost") }.count == 5, "\(texts)")
        #expect(texts.filter { $0.hasPrefix("connected again") }.count == 5, "\(texts)")
      }
    }

    @Test func inALongOutageRequestsAreAnsweredAtOnceAndTheFirstConnectionEndsIt() throws {
      try serve { server in
        let (directory, events) = try People.open(server.connection())
        defer { directory.shutDown() }
        #expect(directory.ask("user1").value != nil)
        server.stop()
        let start = Instant.now
        #expect(directory.ask("user1").cause?.code == .unreachable)
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

    @Test func aFrozenServerTimesOutAndIsLeftAndFoundAgain() throws {
      try serve(loopback: true) { server in
        let (directory, events) = try People.open(server.connection(loopback: true))
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
        #expect(directory.ask("user1", within: .seconds(4)).cause?.code == .timedOut)
        #expect(events.all.contains { $0.level == .warning && $0.text.contains("has said nothing") })
        server.thaw()
        #expect(eventually { directory.ask("user1", within: .seconds(2)).value != nil })
        #expect(events.all.last?.level == .notice)
      }
    }

    @Test func theQueueIsBoundedAndShutDownDoesNotWaitForAFrozenServer() throws {
      try serve { server in
        let (directory, _) = try People.open(server.connection(), timing: .unhurried)
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

    /// A query that takes a second for whoever is called slow.
    private static let slowForSome =
      "\(People.account) AND CASE WHEN :username LIKE 'slow%' THEN sleep(3) = 0 ELSE true END"

    private func addSlow(_ count: Int, to server: MariaDBServer) throws -> [String] {
      let names = (0..<count).map { "slow\($0)" }
      try server.sql("INSERT INTO people VALUES \(names.map { "('\($0)', '')" }.joined(separator: ", "))")
      return names
    }

    /// Waits until all are there.
    private func awaitConnections(of directory: MariaDBDirectory, to server: MariaDBServer) throws {
      #expect(directory.ask("user1").value != nil)
      #expect(
        try eventually {
          // Beside them, the one that asks, and what the server has of its own.
          try server.sql("SELECT count(*) FROM information_schema.processlist WHERE command = 'Sleep' AND db = 'test'")
            .trimmingCharacters(in: .whitespacesAndNewlines) == "\(LookUpSession.maximumConnections)"
        })
      // They are taken over when the thread is awake.
      #expect(directory.ask("user1").value != nil)
    }

    /// Asks and does not wait.
    private func begin(_ names: [String], on directory: MariaDBDirectory) -> Collected<Outcome<Account>> {
      let outcomes = Collected<Outcome<Account>>()
      for name in names {
        directory.lookUp(
          AccountKey(name: LoginName(Array(name.utf8), defaultDomain: nil), service: []), deadline: .now + .seconds(30)
        ) { outcomes.add($0) }
      }
      return outcomes
    }

    @Test func aDeadlineInTheQueueIsKept() throws {
      try serve { server in
        let (directory, events) = try People.open(
          server.connection(), queries: People.queries(Self.slowForSome), timing: .unhurried)
        defer { directory.shutDown() }
        try awaitConnections(of: directory, to: server)
        let names = try addSlow(LookUpSession.maximumConnections, to: server)
        let slow = begin(names, on: directory)
        let took = ContinuousClock().measure {
          #expect(directory.ask("user1", within: .milliseconds(60)).cause?.code == .timedOut)
        }
        #expect(took < .seconds(2), "while the slow ones ran")
        #expect(eventually { slow.count == names.count })
        #expect(slow.all.allSatisfy { $0.value != nil })
        #expect(events.count == 1)
      }
    }

    @Test func aSlowLookUpHoldsUpNobodyElse() throws {
      try serve { server in
        let (directory, _) = try People.open(
          server.connection(), queries: People.queries(Self.slowForSome), timing: .unhurried)
        defer { directory.shutDown() }
        try awaitConnections(of: directory, to: server)
        let names = try addSlow(LookUpSession.maximumConnections - 1, to: server)
        let slow = begin(names, on: directory)
        var others = 0
        while slow.count == 0, others < 1000 {
          #expect(directory.ask("user\(others)").value != nil)
          others += 1
        }
        #expect(others > 30, "\(others) were answered while the slow ones ran")
        #expect(eventually { slow.count == names.count })
        #expect(slow.all.allSatisfy { $0.value != nil })
      }
    }

    @Test func aLookUpThatBreaksItsConnectionTwiceTakesNobodyWithIt() throws {
      try serve { server in
        // The administrator of another program ends the connection of whoever asks for this name, each time.
        try server.sql("INSERT INTO people VALUES ('fatal', '')")
        let query =
          "\(People.account) AND CASE WHEN :username = 'fatal' THEN sleep(20) = 0 "
          + "WHEN :username LIKE 'user%' THEN sleep(0.2) = 0 ELSE true END"
        let (directory, events) = try People.open(
          server.connection(user: "gatepost"), queries: People.queries(query))
        defer { directory.shutDown() }
        #expect(directory.ask("nobody").refusal == .unknownUser)
        let fatal = begin(["fatal"], on: directory)
        let load = Load(directory, threads: LookUpSession.maximumConnections - 1)
        var killed: Set<Substring> = []
        #expect(
          try eventually {
            for id in try server.sql(
              "SELECT id FROM information_schema.processlist WHERE user = 'gatepost' AND info LIKE '%''fatal''%' AND state = 'User sleep'"
                + " AND time_ms > 300"
            ).split(separator: "\n") where killed.insert(id).inserted {
              try server.sql("KILL CONNECTION \(id)")
            }
            return fatal.count == 1
          }, "\(events.all)")
        #expect(fatal.all.first?.cause?.detail.contains("connection lost twice") == true, "\(fatal.all)")
        #expect(killed.count == 2)
        let count = load.end()
        #expect(count.refused == 0 && count.wrong == 0 && count.accepted > 0)
        #expect(count.unavailable == [])
      }
    }
  }
#endif
