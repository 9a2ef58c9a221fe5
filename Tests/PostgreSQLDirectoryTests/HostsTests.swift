import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

/// A primary and a standby that follows it, both real.
@Suite(.waiting, .serialized) struct HostsTests {
  /// How a primary can end.
  enum Death: String, CaseIterable, Sendable { case killed, stoppedAtOnce, frozen }

  private struct Pair {
    let primary: PostgreSQLServer
    let standby: PostgreSQLServer

    init() throws {
      primary = try PostgreSQLServer(access: ["local all all trust", "local replication all trust"])
      try primary.sql(People.table)
      standby = try PostgreSQLServer(standbyOf: primary)
      let copied = eventually(within: 60) {
        (try? standby.sql("SELECT count(*) FROM people WHERE username = 'user999'")) == "1"
      }
      try #require(copied)
    }

    var conninfo: String {
      "host=\(primary.socketFolder),\(standby.socketFolder) port=\(primary.port),\(standby.port) dbname=postgres user=postgres"
    }

    func end(_ death: Death) {
      switch death {
      case .killed: primary.crash()
      case .stoppedAtOnce: primary.stopImmediately()
      case .frozen: primary.freeze()
      }
    }

    func stop() {
      standby.stop()
      primary.stop()
    }
  }

  @Test(arguments: Death.allCases) func thePrimaryDiesAndLoginsGoOn(_ death: Death) throws {
    let pair = try Pair()
    defer { pair.stop() }
    let (directory, events) = try People.open(pair.conninfo)
    defer { directory.shutDown() }
    let load = Load(directory)
    #expect(load.proceed())
    #expect(events.all.first?.text.contains(pair.primary.socketFolder) == true)
    pair.end(death)
    // A process of the server's may outlive it for a moment, and answer.
    let isOnStandby = eventually(within: 60) { events.all.last?.text.contains(pair.standby.socketFolder) == true }
    #expect(isOnStandby, "\(events.all)")
    #expect(load.proceed(within: 60))
    let count = load.end()
    #expect(count.refused == 0 && count.wrong == 0)
    #expect(count.unavailable == [])
    if ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] != nil {
      print("primary \(death.rawValue): logins went on after \(count.slowest)")
    }
  }

  @Test func aPasswordGoesToTheServerThatCanWrite() throws {
    let pair = try Pair()
    defer { pair.stop() }
    let (directory, _) = try People.open(pair.conninfo)
    defer { directory.shutDown() }
    // The standby first: the change must pass it by.
    let turned = try People.open(
      "host=\(pair.standby.socketFolder),\(pair.primary.socketFolder) dbname=postgres user=postgres")
    defer { turned.directory.shutDown() }
    #expect(turned.directory.change("user1", to: "first").value != nil)
    #expect(try pair.primary.sql("SELECT password FROM people WHERE username = 'user1'") == "first")
    #expect(directory.change("user1", to: "second").value != nil)
    #expect(
      try eventually(within: 60) {
        try pair.standby.sql("SELECT password FROM people WHERE username = 'user1'") == "second"
      })

    pair.primary.crash()
    #expect(directory.ask("user1").value != nil, "the standby serves")
    #expect(directory.change("user1", to: "third").cause?.code == .unreachable)
    // In a long outage each is told at once: not one behind the other's patience.
    let start = Instant.now
    for _ in 0..<20 { #expect(directory.change("user1", to: "third").cause?.code == .unreachable) }
    #expect(Instant.now - start < .seconds(60))
    #expect(!pair.standby.log.contains("cannot execute"), "nobody tried to write there: \(pair.standby.log)")
    #expect(try pair.standby.sql("SELECT password FROM people WHERE username = 'user1'") == "second")

    try pair.standby.promote()
    #expect(eventually(within: 60) { directory.change("user1", to: "fourth").value != nil })
    #expect(try pair.standby.sql("SELECT password FROM people WHERE username = 'user1'") == "fourth")
  }

  @Test func aServerThatStartsUpIsUnavailable() throws {
    let primary = try PostgreSQLServer(access: ["local all all trust", "local replication all trust"])
    defer { primary.stop() }
    try primary.sql(People.table)
    // It recovers for ever, and lets nobody in: 57P03.
    let standby = try PostgreSQLServer(standbyOf: primary, settings: ["hot_standby": "off"])
    defer { standby.stop() }
    let (directory, events) = try People.open(standby.conninfo())
    defer { directory.shutDown() }
    for name in ["user1", "nobody"] {
      #expect(directory.ask(name, within: .seconds(1)).cause != nil)
    }
    #expect(eventually { events.all.contains { $0.text.contains("57P03") } }, "\(events.all)")
    // Beside a server that is up, it costs nothing.
    let both = try People.open(
      "host=\(standby.socketFolder),\(primary.socketFolder) dbname=postgres user=postgres")
    defer { both.directory.shutDown() }
    #expect(both.directory.ask("user1").value != nil)
    #expect(both.directory.ask("nobody").refusal == .unknownUser)
  }

  @Test func aServerThatLetsNobodyInIsLeftForTheNext() throws {
    let full = try PostgreSQLServer()
    defer { full.stop() }
    let good = try PostgreSQLServer()
    defer { good.stop() }
    try full.sql("CREATE ROLE reader LOGIN CONNECTION LIMIT 0")
    try good.sql("CREATE ROLE reader LOGIN; \(People.table) GRANT SELECT ON people TO reader")
    let (directory, _) = try People.open("host=\(full.socketFolder),\(good.socketFolder) dbname=postgres user=reader")
    defer { directory.shutDown() }
    #expect(directory.ask("user1").value != nil, "53300 at one, served by the other")
    #expect(directory.ask("nobody").refusal == .unknownUser)
  }

  @Test(arguments: [Fault(.silence), Fault(.stall, after: 300), Fault(.reset, after: 10), Fault(.truncate, after: 500)])
  func aServerThatBreaksOffItsGreetingIsLeftForTheNext(_ fault: Fault) throws {
    let server = try PostgreSQLServer(loopback: true)
    defer { server.stop() }
    try server.sql(People.table)
    let proxy = try FaultProxy(server)
    defer { proxy.stop() }
    proxy.set(fault)
    let (directory, _) = try People.open(
      "host=127.0.0.1,127.0.0.1 port=\(proxy.port),\(server.port) dbname=postgres user=postgres sslmode=disable")
    defer { directory.shutDown() }
    #expect(directory.ask("user1").value != nil)
    // A change that had begun when the connection went is not repeated.
    #expect(directory.change("user1", to: "new").refusal == nil)
  }
}
