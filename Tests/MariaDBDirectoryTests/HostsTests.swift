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

  /// Two servers with the same accounts, the second one read-only, as a replica is.
  @Suite(.waiting, .serialized) struct HostsTests {
    /// How a primary can end.
    enum Death: String, CaseIterable, Sendable { case killed, stopped, frozen }

    private struct Pair {
      let primary: MariaDBServer
      let replica: MariaDBServer

      init() throws {
        primary = try MariaDBServer()
        replica = try MariaDBServer()
        for server in [primary, replica] { try server.sql(People.table) }
        try replica.sql("SET GLOBAL read_only = ON")
      }

      var connection: String { "host=\(primary.socketPath),\(replica.socketPath) dbname=test user=root" }

      func stop() {
        replica.stop()
        primary.stop()
      }
    }

    @Test(arguments: Death.allCases) func thePrimaryDiesAndLoginsGoOn(_ death: Death) throws {
      let pair = try Pair()
      defer { pair.stop() }
      let (directory, events) = try People.open(pair.connection)
      defer { directory.shutDown() }
      let load = Load(directory)
      #expect(load.proceed())
      #expect(events.all.first?.text.contains(pair.primary.socketPath) == true)
      switch death {
      case .killed: pair.primary.crash()
      case .stopped: pair.primary.stop()
      case .frozen: pair.primary.freeze()
      }
      #expect(load.proceed(within: 60))
      let count = load.end()
      #expect(count.refused == 0 && count.wrong == 0)
      #expect(count.unavailable == [])
      #expect(events.all.last?.text.contains(pair.replica.socketPath) == true, "\(events.all)")
    }

    @Test func aPasswordGoesToTheServerThatCanWrite() throws {
      let pair = try Pair()
      defer { pair.stop() }
      func password(_ server: MariaDBServer) throws -> String {
        try server.sql("SELECT password FROM people WHERE username = 'user1'")
      }
      // The replica first: the change must pass it by.
      let (turned, _) = try People.open(
        "socket=\(pair.replica.socketPath),\(pair.primary.socketPath) dbname=test user=root")
      defer { turned.shutDown() }
      #expect(turned.change("user1", to: "first").value != nil)
      #expect(try password(pair.primary) == "first")
      #expect(try password(pair.replica) == "hash1")

      let (directory, _) = try People.open(pair.connection)
      defer { directory.shutDown() }
      pair.primary.crash()
      #expect(directory.ask("user1").value != nil, "the replica serves")
      let cause = directory.change("user1", to: "second").cause
      #expect(cause?.code == .unreachable && cause?.detail.contains("read-only") == true, "\(cause as Any)")
      // In a long outage each is told at once: not one behind the other's patience.
      let start = Instant.now
      for _ in 0..<20 { #expect(directory.change("user1", to: "second").cause?.code == .unreachable) }
      #expect(Instant.now - start < .seconds(60))
      #expect(try password(pair.replica) == "hash1")
      try pair.replica.sql("SET GLOBAL read_only = OFF")
      #expect(eventually(within: 60) { directory.change("user1", to: "third").value != nil })
      #expect(try password(pair.replica) == "third")
    }

    @Test func aServerThatLetsNobodyInIsLeftForTheNext() throws {
      let full = try MariaDBServer()
      defer { full.stop() }
      let good = try MariaDBServer()
      defer { good.stop() }
      try good.sql(People.table + "CREATE USER reader@localhost; GRANT SELECT ON test.* TO reader@localhost;")
      let (directory, _) = try People.open("host=\(full.socketPath),\(good.socketPath) dbname=test user=reader")
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil, "1045 at one, served by the other")
      #expect(directory.ask("nobody").refusal == .unknownUser)
    }

    @Test(arguments: [
      Fault(.silence), Fault(.stall, after: 60), Fault(.reset, after: 10), Fault(.truncate, after: 120),
    ])
    func aServerThatBreaksOffItsGreetingIsLeftForTheNext(_ fault: Fault) throws {
      let server = try MariaDBServer(loopback: true)
      defer { server.stop() }
      try server.sql(People.table)
      let proxy = try FaultProxy(to: server.socketPath)
      defer { proxy.stop() }
      proxy.set(fault)
      let (directory, _) = try People.open(
        "host=127.0.0.1,127.0.0.1 port=\(proxy.port),\(server.port) dbname=test user=root")
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil)
      // A change that had begun when the connection went is not repeated.
      #expect(directory.change("user1", to: "new").refusal == nil)
    }
  }
#endif
