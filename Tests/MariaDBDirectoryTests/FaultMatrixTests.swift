import Threads

#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import Foundation
  import Secrets
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  /// Faults by the hundred, by the ten thousand with GATEPOST_FAULTS=10000: whatever goes wrong between us and the server, a
  /// user who is there is found or cannot be looked up now; one who is not is refused only by a look-up that completed.
  @Suite(.waiting, .serialized, .server) struct FaultMatrixTests {
    /// How many faults each test here injects, about.
    static let goal = ProcessInfo.processInfo.environment["GATEPOST_FAULTS"].flatMap { Int($0) } ?? 120
    /// Proxies, directories and threads at work at a time.
    static let lanes = 6
    /// As in life, and some fifty times as fast.
    static let timing = OutageTiming(
      spacing: .milliseconds(5), patience: .seconds(3), silence: .milliseconds(60), connecting: .milliseconds(500))

    /// What one lane saw.
    struct Tally: Sendable {
      var accepted = 0
      var refused = 0
      var unavailable = 0
      var longest = Duration.zero
      var injected: [Fault.Kind: Int] = [:]
      /// What must not be.
      var wrong: [String] = []

      mutating func add(_ other: Tally) {
        accepted += other.accepted
        refused += other.refused
        unavailable += other.unavailable
        longest = max(longest, other.longest)
        injected.merge(other.injected, uniquingKeysWith: +)
        wrong += other.wrong
      }

      /// For GATEPOST_FAULTS: what was done.
      func report(_ name: String) {
        guard ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] != nil else { return }
        let kinds = injected.sorted { $0.key < $1.key }.map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
        print(
          "\(name): \(injected.values.reduce(0, +)) faults (\(kinds)); accepted \(accepted), refused \(refused), "
            + "unavailable \(unavailable), wrong \(wrong.count); longest wait \(longest)")
      }
    }

    /// One proxy, a directory behind it.
    final class Lane {
      let proxy: FaultProxy
      let directory: MariaDBDirectory
      var tally = Tally()

      init(_ server: MariaDBServer, database: String, timing: OutageTiming = FaultMatrixTests.timing) throws {
        proxy = try FaultProxy(to: server.socketPath)
        directory = try People.open(
          "host=127.0.0.1 port=\(proxy.port) dbname=\(database) user=root", timing: timing
        ).directory
      }

      /// Asks for somebody who is there and somebody who is not, together.
      /// - Returns: how many could be decided.
      @discardableResult
      func ask(_ number: Int, within patience: Duration = .seconds(5)) -> Int {
        let start = Instant.now
        let known = number % 1000
        let outcomes = directory.askAll(
          ["user\(known)", "nobody\(number)", "user\((known + 1) % 1000)"], within: patience)
        tally.longest = max(tally.longest, .now - start)
        var decided = 0
        for (name, outcome) in zip(["user\(known)", "nobody\(number)", "user\((known + 1) % 1000)"], outcomes) {
          let isThere = name.hasPrefix("user")
          switch outcome {
          case .accepted(let account):
            tally.accepted += 1
            decided += 1
            let hash = account.passwordHash?.withBytes { String(decoding: $0, as: UTF8.self) }
            if !isThere || account.username != Array(name.utf8) || hash != "hash" + name.dropFirst(4) {
              tally.wrong.append("\(name) was taken for \(String(decoding: account.username, as: UTF8.self))")
            }
          case .refused(let refusal):
            tally.refused += 1
            decided += 1
            if isThere || refusal != .unknownUser { tally.wrong.append("\(name): refused, \(refusal)") }
          case .unavailable: tally.unavailable += 1
          }
        }
        // In an outage answers come at once: leave the processor to those who end it.
        if decided == 0 { usleep(2_000) }
        return decided
      }

      /// - Returns: everything that was seen.
      func end() -> Tally {
        directory.shutDown()
        proxy.stop()
        tally.injected = proxy.injected
        return tally
      }
    }

    /// Runs `body` in every lane, each on a thread of its own, and adds up.
    private func inLanes(_ body: @escaping @Sendable (Lane, Int) -> Void) throws -> Tally {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(People.table, database: database)
      let tallies = Collected<Result<Tally, any Error>>()
      for number in 0..<Self.lanes {
        let thread = Thread {
          tallies.add(
            Result {
              let lane = try Lane(server, database: database)
              body(lane, number)
              return lane.end()
            })
        }
        thread.start()
      }
      try #require(eventually(within: 3_600) { tallies.count == Self.lanes })
      var sum = Tally()
      for tally in tallies.all { sum.add(try tally.get()) }
      return sum
    }

    @Test func faultsByChanceMisleadNobody() throws {
      // Those that cost a time limit each are rarer.
      let often: [Fault.Kind] = [.refuse, .reset, .truncate, .halfClose, .delay, .drip]
      let kinds = often + often + often + [.stall, .silence]
      let goal = Self.goal / Self.lanes
      let tally = try inLanes { lane, number in
        lane.proxy.play(kinds, seed: UInt64(number + 1))
        var turn = number * 100
        while lane.proxy.injected.values.reduce(0, +) < goal {
          lane.ask(turn)
          turn += 1
        }
        lane.proxy.heal()
        #expect(eventually(within: 60) { lane.ask(turn) == 3 }, "served again without faults")
      }
      tally.report("faults by chance")
      #expect(tally.wrong == [])
      #expect(tally.accepted > 0 && tally.refused > 0)
      #expect(tally.injected.values.reduce(0, +) >= goal * Self.lanes)
    }

    @Test func aFaultAtAnyByteMisleadsNobody() throws {
      // The whole of a greeting, a preparation and an answer, from both sides, in four ways.
      let ways: [(Fault.Kind, Fault.Direction, Int)] = [
        (.reset, .toClient, 1_000), (.reset, .toServer, 700), (.truncate, .toClient, 1_000),
        (.halfClose, .toClient, 1_000),
      ]
      let places = ways.reduce(0) { $0 + $1.2 }
      let stride = max(1, places / Self.goal)
      let tally = try inLanes { lane, number in
        for (kind, direction, end) in ways {
          for place in Swift.stride(from: number * stride, to: end, by: Self.lanes * stride) {
            lane.proxy.heal()
            lane.proxy.inject([Fault(kind, after: place, direction)])
            // The one that feels the fault, and one that may come before the loss is noticed.
            lane.ask(place)
            lane.ask(place)
            // Healing cuts: not before there is a connection to cut, or a long outage would hide the faults that follow.
            #expect(eventually(within: 60) { lane.ask(place) == 3 }, "served again after \(kind) at \(place)")
          }
        }
        lane.proxy.heal()
        #expect(eventually(within: 60) { lane.ask(0) == 3 }, "served again without faults")
      }
      tally.report("a fault at any byte")
      #expect(tally.wrong == [])
      #expect(tally.accepted > 0 && tally.refused > 0)
      #expect(tally.injected.values.reduce(0, +) > 0)
    }

    @Test(arguments: [Fault.Kind.refuse, .silence, .reset, .truncate, .halfClose, .stall])
    func whileNothingComesThroughNobodyIsRefused(_ kind: Fault.Kind) throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(People.table, database: database)
      let lane = try Lane(server, database: database)
      #expect(lane.ask(0) == 3)
      lane.proxy.set(Fault(kind))
      // What the proxy had not heard of when this was asked may be answered.
      lane.ask(1, within: .milliseconds(500))
      for turn in 0..<3 { #expect(lane.ask(turn, within: .milliseconds(100)) == 0) }
      lane.proxy.heal()
      #expect(eventually(within: 60) { lane.ask(2) == 3 })
      #expect(lane.end().wrong == [])
    }

    @Test func errorsOfTheServerAndBadRowsAreNobodysFault() throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      // 1021 is a full disk, 1205 and 1213 are locks, 1194 is damage, 1053 a server that goes down.
      let numbers = [1021, 1037, 1194, 1205, 1213, 1317, 1969, 1290, 1142, 1366, 1690, 1053, 3024, 1030]
      try server.sql(
        """
        CREATE TABLE people (username varchar(99) PRIMARY KEY, password text, uid text);
        INSERT INTO people SELECT CONCAT('user', seq), CONCAT('hash', seq), '5000' FROM seq_0_to_999;
        INSERT INTO people VALUES ('no number', 'x', 'abc'), ('too large', 'x', '99999999999999999999'), ('null', 'x', NULL);
        DELIMITER $
        CREATE FUNCTION uid_of(name varchar(99), uid text) RETURNS text READS SQL DATA
        BEGIN
          DECLARE number int;
          IF name LIKE 'raise %' THEN
            SET number = substr(name, 7);
            SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'no';
          END IF;
          RETURN uid;
        END $
        DELIMITER ;
        \(numbers.map { "INSERT INTO people VALUES ('raise \($0)', 'x', '1');" }.joined())
        """, database: database)
      let query = """
        SELECT username, password, uid_of(username, uid) AS uid, 5000 AS gid, '/home' AS home FROM people
        WHERE username = :username
        """
      let (directory, _) = try People.open(
        server.connection(database: database), queries: People.queries(query), timing: Self.timing)
      defer { directory.shutDown() }
      let bad = numbers.map { "raise \($0)" } + ["no number", "too large", "null"]
      var injected = 0
      for round in 0..<max(1, Self.goal / bad.count) {
        // Good and bad, one behind the other: an error of one must not become another's answer.
        let names = bad.flatMap { [$0, "user\((round * 31) % 1000)", "nobody"] }
        for (name, outcome) in zip(names, directory.askAll(names)) {
          switch (name, outcome) {
          case ("nobody", .refused(.unknownUser)): break
          case (_, .accepted(let account)):
            #expect(name.hasPrefix("user") && account.username == Array(name.utf8), "\(name)")
          case (_, .unavailable(let cause)):
            #expect(bad.contains(name), "\(name): \(cause)")
            injected += 1
          default: Issue.record("\(name): \(outcome)")
          }
        }
      }
      #expect(injected >= bad.count)
      if ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] != nil {
        print("errors and bad rows: \(injected) faults")
      }
    }

    /// A lane with an attempt a second, as in life, and outages that are soon long.
    private func longOutageLane() throws -> Lane {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(People.table, database: database)
      var timing = Self.timing
      timing.spacing = .seconds(1)
      timing.patience = .milliseconds(500)
      return try Lane(server, database: database, timing: timing)
    }

    @Test func inALongOutageThereIsOneAttemptASecond() throws {
      let lane = try longOutageLane()
      #expect(lane.ask(0) == 3)
      #expect(eventually { lane.proxy.connections.count == LookUpSession.maximumConnections })
      let before = lane.proxy.connections.count
      lane.proxy.set(Fault(.reset))
      let end = Instant.now + .seconds(4)
      while Instant.now < end {
        lane.ask(1, within: .seconds(2))
        usleep(1_000)
      }
      let times = lane.proxy.connections.dropFirst(before)
      #expect(times.count >= 2)
      // The kernel takes a connection before the proxy sees it: less than the 800 ms there are between attempts.
      for (earlier, later) in zip(times, times.dropFirst()) {
        #expect(later - earlier > .milliseconds(400), "\(later - earlier)")
      }
      #expect(lane.end().wrong == [])
    }

    @Test func inALongOutageListsShareOneAttemptASecond() throws {
      let lane = try longOutageLane()
      let directory = lane.directory
      #expect(directory.enumerate(deadline: .now + .seconds(5)) { _ in true }.value != nil)
      lane.proxy.set(Fault(.reset))
      let before = lane.proxy.connections.count
      let end = Instant.now + .seconds(3)
      var asked = 0
      while Instant.now < end {
        #expect(directory.enumerate(deadline: .now + .seconds(2)) { _ in true }.cause?.code == .unreachable)
        asked += 1
      }
      #expect(asked > 100, "answered at once: \(asked)")
      #expect(lane.proxy.connections.count - before <= 5)
      #expect(lane.end().wrong == [])
    }
  }
#endif
