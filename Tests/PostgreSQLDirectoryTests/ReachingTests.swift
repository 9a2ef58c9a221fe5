import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

/// Getting to a database, or not: hosts, passwords, permissions, missing tables.
@Suite(.waiting, .server) struct ReachingTests {
  /// A database with the table of people, on the suite's server.
  private func serve(_ body: (PostgreSQLServer, _ database: String) throws -> Void) throws {
    let server = try ServerScope.server()
    let database = try ServerScope.makeDatabase()
    try server.sql(People.table, database: database)
    try body(server, database)
  }

  @Test func aPasswordComesFromAFileThatIsReadAtEachConnect() throws {
    try serve { server, database in
      try server.sql(
        "CREATE ROLE scrammed LOGIN PASSWORD 'right one'; GRANT ALL ON people TO scrammed", database: database)
      let folder = try TemporaryFolder()
      let file = try folder.write("wrong\n", to: "password", mode: 0o600)
      let location = server.conninfo(database: database, user: "scrammed", loopback: true)
      let (directory, events) = try People.open(location, passwordFile: file)
      defer { directory.shutDown() }
      let findings = directory.inspect()
      #expect(findings.map(\.kind) == [.unavailable])
      #expect(findings.first?.text.contains("(28P01)") == true, "\(findings)")
      let cause = directory.ask("user1", within: .milliseconds(500)).cause
      #expect(cause != nil)
      #expect(eventually { events.all.contains { $0.level == .error && $0.text.contains("(28P01)") } }, "\(events.all)")
      try folder.write("right one\r\nsecond line\n", to: "password", mode: 0o600)
      #expect(directory.ask("user1").value != nil)
      #expect(directory.change("user1", to: "new").value != nil)
      #expect(directory.inspect() == [])
      #expect(directory.enumerate(deadline: .now + .seconds(9)) { _ in true }.value != nil)
      let all = "\(events.all) \(findings) \(cause.map { "\($0)" } ?? "")"
      #expect(!all.contains("right one") && !all.contains("wrong\""), "a password was told: \(all)")
      // The file gone: the connection there is goes on, a new one cannot be made.
      try FileManager.default.removeItem(atPath: file)
      #expect(directory.ask("user1").value != nil)
      #expect(directory.inspect().first?.text.contains("password file \(file): No such file") == true)
    }
  }

  @Test func theFirstLookUpFindsTheConnectionOpen() throws {
    try serve { server, database in
      let (directory, events) = try People.open(server.conninfo(database: database))
      defer { directory.shutDown() }
      directory.prepare()
      #expect(eventually { !events.all.isEmpty })
      #expect(directory.ask("user1").value != nil)
      #expect(events.all.map(\.level) == [.info], "one connection: \(events.all)")
      #expect(events.all.first?.text.hasPrefix("connected to host") == true)
    }
  }

  @Test func theSecondHostServesWhenTheFirstIsDead() throws {
    try serve { server, database in
      let dead = try freePort()
      let location = "host=127.0.0.1,127.0.0.1 port=\(dead),\(server.port) dbname=\(database) user=postgres"
      let (directory, events) = try People.open(location)
      defer { directory.shutDown() }
      #expect(directory.ask("user1").value != nil)
      #expect(events.all.first?.text == "connected to host 127.0.0.1 port \(server.port), database \(database)")
      #expect(directory.change("user1", to: "new").value != nil)
    }
  }

  @Test func theSecondHostServesWhenTheFirstIsSilent() throws {
    try serve { server, database in
      // Takes connections (the kernel does) and never says a word.
      let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(silent) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(silent, $0, length)
          _ = listen(silent, 16)
          _ = getsockname(silent, $0, &length)
        }
      }
      let port = UInt16(bigEndian: address.sin_port)
      let location = "hostaddr=127.0.0.1,127.0.0.1 port=\(port),\(server.port) dbname=\(database) user=postgres"
      let (directory, _) = try People.open(location)
      defer { directory.shutDown() }
      let early = directory.ask("user1", within: .milliseconds(200))
      #expect(early.cause?.code == .timedOut, "answered at its deadline while the connection is being made")
      #expect(directory.ask("user1").value != nil)
      let alone = try People.open("hostaddr=127.0.0.1 port=\(port) dbname=\(database) user=postgres connect_timeout=1")
      defer { alone.directory.shutDown() }
      let took = ContinuousClock().measure {
        let text = alone.directory.inspect().first?.text ?? ""
        #expect(text.contains("no answer within"), "\(text)")
      }
      #expect(took < .seconds(3))
    }
  }

  @Test func aTableThatIsMadeLaterIsFoundWithoutARestart() throws {
    try serve { server, database in
      try server.sql("ALTER TABLE people RENAME TO later", database: database)
      let (directory, events) = try People.open(server.conninfo(database: database))
      defer { directory.shutDown() }
      for _ in 0..<2 {
        let cause = directory.ask("user1").cause
        #expect(cause == Unavailability(.queryFailed, "relation \"people\" does not exist (42P01)"))
      }
      try server.sql("ALTER TABLE later RENAME TO people", database: database)
      #expect(directory.ask("user1").value != nil)
      #expect(events.all.map(\.level) == [.error, .notice], "\(events.all)")
    }
  }

  @Test func permissionDeniedIsUnavailableUntilItIsGranted() throws {
    try serve { server, database in
      try server.sql("CREATE ROLE reader LOGIN")
      let (directory, _) = try People.open(server.conninfo(database: database, user: "reader"))
      defer { directory.shutDown() }
      // Preparing needs no permission; running does.
      let cause = directory.ask("user1").cause
      #expect(cause == Unavailability(.queryFailed, "permission denied for table people (42501)"))
      #expect(directory.ask("nobody").cause?.code == .queryFailed)
      #expect(directory.change("user1", to: "x").cause == Unavailability(.queryFailed, "42501, permission denied"))
      let findings = directory.inspect()
      #expect(findings.map(\.key) == ["queries.account", "queries.enumerate", "queries.set-password"], "\(findings)")
      #expect(findings.map(\.kind) == [.configuration, .configuration, .limited], "\(findings)")
      #expect(findings.allSatisfy { $0.text.contains("GRANT") }, "\(findings)")
      try server.sql("GRANT SELECT ON people TO reader", database: database)
      #expect(directory.ask("user1").value != nil)
      #expect(directory.inspect().map(\.kind) == [.limited], "a role that only reads serves logins")
      try server.sql("GRANT UPDATE ON people TO reader", database: database)
      #expect(directory.inspect() == [])
    }
  }

  @Test func theConnectionLimitIsRiddenThrough() throws {
    try serve { server, database in
      try server.sql(
        "CREATE ROLE limited LOGIN CONNECTION LIMIT 0; GRANT SELECT ON people TO limited", database: database)
      let (directory, events) = try People.open(server.conninfo(database: database, user: "limited"))
      defer { directory.shutDown() }
      let outcome = Collected<Outcome<Account>>()
      let thread = Thread { outcome.add(directory.ask("user1")) }
      thread.start()
      #expect(eventually { events.all.contains { $0.text.contains("(53300)") } }, "\(events.all)")
      try server.sql("ALTER ROLE limited CONNECTION LIMIT -1")
      #expect(eventually { outcome.count == 1 })
      #expect(outcome.all.first?.value != nil)
    }
  }

  @Test func inspectionNamesWhatKeepsUsOut() throws {
    try serve { server, database in
      try server.sql("CREATE ROLE peered LOGIN")
      let cases = [
        (server.conninfo(database: "absent"), "database \"absent\" does not exist (3D000): correct dbname"),
        (server.conninfo(database: database, user: "peered"), "(28000): pg_hba.conf does not let"),
        ("host=/nonexistent dbname=x", "No such file or directory: is the server running"),
        ("host=127.0.0.1 port=\(try freePort())", "Connection refused: is the server running"),
        ("host=no.such.host.invalid", "could not translate host name"),
      ]
      for (location, text) in cases {
        let (directory, _) = try People.open(location)
        defer { directory.shutDown() }
        let findings = directory.inspect()
        #expect(findings.count == 1 && findings.first?.kind == .unavailable && findings.first?.key == "", "\(findings)")
        #expect(findings.first?.text.contains(text) == true, "\(findings)")
        #expect(findings.first?.text.contains("\n") == false)
      }
    }
  }
}
