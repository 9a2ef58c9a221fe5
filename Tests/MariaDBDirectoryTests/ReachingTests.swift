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

  /// Getting to a database, or not: passwords, TLS, permissions, limits, missing tables.
  @Suite(.waiting, .server) struct ReachingTests {
    /// A database with the table of people, on the suite's server.
    private func serve(_ body: (MariaDBServer, _ database: String) throws -> Void) throws {
      let server = try ServerScope.server()
      let database = try ServerScope.makeDatabase()
      try server.sql(People.table, database: database)
      try body(server, database)
    }

    @Test func aPasswordComesFromAFileThatIsReadAtEachConnect() throws {
      try serve { server, database in
        try server.sql("CREATE USER secretive IDENTIFIED BY 'right one'; GRANT ALL ON *.* TO secretive")
        let folder = try TemporaryFolder()
        let file = try folder.write("wrong\n", to: "password", mode: 0o600)
        let location = server.connection(database: database, user: "secretive", loopback: true)
        let (directory, events) = try People.open(location, passwordFile: file)
        defer { directory.shutDown() }
        let findings = directory.inspect()
        #expect(findings.map(\.kind) == [.unavailable])
        #expect(findings.first?.text.contains("(1045): correct user and the password") == true, "\(findings)")
        let cause = directory.ask("user1", within: .milliseconds(500)).cause
        #expect(cause != nil)
        #expect(
          eventually { events.all.contains { $0.level == .error && $0.text.contains("(1045)") } }, "\(events.all)")
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
        // In the connection string, with a space in it.
        let written = try People.open(location + " password='right one'")
        defer { written.directory.shutDown() }
        #expect(written.directory.ask("user1").value != nil)
      }
    }

    @Test func theFirstLookUpFindsTheConnectionOpen() throws {
      try serve { server, database in
        let (directory, events) = try People.open(server.connection(database: database))
        defer { directory.shutDown() }
        directory.prepare()
        #expect(eventually { !events.all.isEmpty })
        #expect(directory.ask("user1").value != nil)
        #expect(events.all.map(\.level) == [.info], "one session: \(events.all)")
      }
    }

    @Test func aCertificateIsVerified() throws {
      try serve { server, database in
        let user = "tls\(getpid())"
        try server.sql("CREATE USER \(user) REQUIRE SSL; GRANT ALL ON *.* TO \(user)")
        let authority = try #require(server.certificatePath)
        let location = server.connection(database: database, user: user, loopback: true)
        // All of it goes through TLS, a list of many packets too.
        let many =
          "SELECT concat('user', seq) AS username, 1 AS uid, 2 AS gid, '/home' AS home, repeat('m', 200) AS maildir FROM seq_1_to_20000"
        let (directory, _) = try People.open(
          location + " ssl-ca=\(authority)", queries: People.queries(enumerate: many))
        defer { directory.shutDown() }
        #expect(directory.inspect() == [])
        #expect(directory.askAll((0..<100).map { "user\($0)" }).allSatisfy { $0.value != nil })
        #expect(directory.ask("nobody").refusal == .unknownUser)
        #expect(directory.change("user1", to: "new").value != nil)
        var count = 0
        let outcome = directory.enumerate(deadline: .now + .seconds(30)) { _ in
          count += 1
          return true
        }
        #expect(outcome.value != nil && count == 20_000, "\(outcome) \(count)")
        // Unencrypted, the server refuses; a certificate of unknown origin is refused by us, unless all are trusted.
        let plain = try People.open(location).directory.inspect()
        #expect(plain.first?.text.contains("(1045)") == true, "\(plain)")
        let other = try Certificate(in: TemporaryFolder())
        let untrusted = try People.open(location + " ssl-ca=\(other.path)").directory.inspect()
        #expect(untrusted.first?.text.contains("look at ssl-ca") == true, "\(untrusted)")
        let system = try People.open(location + " ssl-verify=on").directory.inspect()
        #expect(system.first?.kind == .unavailable, "\(system)")
        let trusting = try People.open(location + " ssl-verify=off").directory
        defer { trusting.shutDown() }
        #expect(trusting.ask("user1").value != nil)
        // The certificate is for 127.0.0.1 and not for this address.
        let named = try People.open(
          location.replacing("host=127.0.0.1", with: "host=127.0.0.2") + " ssl-ca=\(authority)")
        #expect(named.directory.inspect().first?.kind == .unavailable)
      }
    }

    @Test func aServerWithoutTLSIsNotTakenWhereItIsAskedFor() throws {
      let server = try MariaDBServer(loopback: true)
      defer { server.stop() }
      let other = try Certificate(in: TemporaryFolder())
      for keys in ["ssl-ca=\(other.path)", "ssl-verify=off"] {
        let findings = try People.open(server.connection(loopback: true, more: keys)).directory.inspect()
        #expect(
          findings.first?.kind == .unavailable
            && findings.first?.text.contains(keys.hasSuffix("off") ? "no TLS" : "SSL") == true,
          "\(findings)")
      }
    }

    @Test func theSecondHostServesWhenTheFirstIsDead() throws {
      try serve { server, database in
        let dead = try freePort()
        let (directory, events) = try People.open(
          "host=127.0.0.1,127.0.0.1 port=\(dead),\(server.port) dbname=\(database) user=root")
        defer { directory.shutDown() }
        #expect(directory.ask("user1").value != nil)
        #expect(events.all.first?.text == "connected to host 127.0.0.1 port \(server.port), database \(database)")
        #expect(directory.change("user1", to: "new").value != nil)
      }
    }

    @Test func aServerThatNeverSpeaksIsGivenUp() throws {
      // The kernel takes connections for it.
      let proxy = try FaultProxy(to: "/nonexistent")
      defer { proxy.stop() }
      proxy.set(Fault(.silence))
      let (directory, _) = try People.open("host=127.0.0.1 port=\(proxy.port) user=root connect_timeout=1")
      defer { directory.shutDown() }
      #expect(directory.ask("user1", within: .milliseconds(200)).cause?.code == .timedOut)
      let took = ContinuousClock().measure {
        let text = directory.inspect().first?.text ?? ""
        #expect(text.contains("no answer within"), "\(text)")
      }
      #expect(took < .seconds(3))
    }

    @Test func aTableThatIsMadeLaterIsFoundWithoutARestart() throws {
      try serve { server, database in
        try server.sql("ALTER TABLE people RENAME TO later", database: database)
        let (directory, events) = try People.open(server.connection(database: database))
        defer { directory.shutDown() }
        for _ in 0..<2 {
          let cause = directory.ask("user1").cause
          #expect(cause == Unavailability(.queryFailed, "Table '\(database).people' doesn't exist (1146)"))
        }
        try server.sql("ALTER TABLE later RENAME TO people", database: database)
        #expect(directory.ask("user1").value != nil)
        #expect(events.all.map(\.level) == [.error, .notice], "\(events.all)")
      }
    }

    @Test func permissionDeniedIsUnavailableUntilItIsGranted() throws {
      try serve { server, database in
        let user = "reader\(getpid())"
        try server.sql("CREATE USER \(user); GRANT SELECT (username) ON people TO \(user)", database: database)
        let (directory, _) = try People.open(server.connection(database: database, user: user))
        defer { directory.shutDown() }
        let cause = directory.ask("user1").cause
        #expect(cause?.code == .queryFailed && cause?.detail.contains("(1143)") == true, "\(cause as Any)")
        #expect(directory.ask("nobody").cause?.code == .queryFailed)
        let change = directory.change("user1", to: "x").cause
        #expect(change == Unavailability(.queryFailed, "1142, permission denied"), "\(change as Any)")
        let findings = directory.inspect()
        #expect(findings.map(\.key) == ["queries.account", "queries.set-password"], "\(findings)")
        #expect(findings.map(\.kind) == [.configuration, .limited], "\(findings)")
        #expect(findings.allSatisfy { $0.text.contains("GRANT") }, "\(findings)")
        try server.sql("GRANT SELECT ON people TO \(user)", database: database)
        #expect(eventually { directory.ask("user1").value != nil })
        #expect(directory.inspect().map(\.kind) == [.limited], "a user that only reads serves logins")
        try server.sql("GRANT UPDATE (password) ON people TO \(user)", database: database)
        #expect(directory.inspect() == [])
        #expect(directory.change("user1", to: "x").value != nil)
      }
    }

    @Test func theConnectionLimitIsRiddenThrough() throws {
      try serve { server, database in
        let user = "limited\(getpid())"
        try server.sql("CREATE USER \(user) WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON *.* TO \(user)")
        let location = server.connection(database: database, user: user)
        var bystander: Bystander? = try Bystander(location)
        let (directory, events) = try People.open(location)
        defer { directory.shutDown() }
        let outcome = Collected<Outcome<Account>>()
        let thread = Thread { outcome.add(directory.ask("user1")) }
        thread.start()
        #expect(eventually { events.all.contains { $0.text.contains("(1226)") } }, "\(events.all)")
        #expect(bystander != nil)
        bystander = nil
        #expect(eventually { outcome.count == 1 })
        #expect(outcome.all.first?.value != nil)
      }
    }

    @Test(arguments: [1, 2, 100]) func asManyConnectionsAreTakenAsTheServerGives(_ limit: Int) throws {
      try serve { server, database in
        let user = "few\(limit)x\(getpid())"
        try server.sql(
          "CREATE USER \(user) WITH MAX_USER_CONNECTIONS \(limit); GRANT SELECT ON *.* TO \(user)")
        let (directory, events) = try People.open(server.connection(database: database, user: user))
        #expect(directory.askAll((0..<50).map { "user\($0)" }).allSatisfy { $0.value != nil })
        func connections() throws -> String {
          try server.sql("SELECT count(*) FROM information_schema.processlist WHERE user = '\(user)'")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let most = min(limit, LookUpSession.maximumConnections)
        #expect(try eventually { try connections() == "\(most)" })
        #expect(directory.askAll((0..<50).map { "user\($0)" }).allSatisfy { $0.value != nil })
        #expect(try connections() == "\(most)")
        #expect(events.all.map(\.level) == [.info], "\(events.all)")
        directory.shutDown()
        #expect(try eventually { try connections() == "0" })
      }
    }

    @Test func theFirstConnectionServesWhileTheOthersAreOpened() throws {
      try serve { server, database in
        let proxy = try FaultProxy(to: server.socketPath)
        defer { proxy.stop() }
        // One that nothing happens to, and then a server that takes connections and never speaks.
        proxy.inject([Fault(.reset, after: 1_000_000)] + Array(repeating: Fault(.silence), count: 20))
        let (directory, events) = try People.open("host=127.0.0.1 port=\(proxy.port) dbname=\(database) user=root")
        defer { directory.shutDown() }
        for _ in 0..<20 { #expect(directory.ask("user1", within: .seconds(3)).value != nil) }
        #expect(eventually { proxy.connections.count == 2 })
        #expect(events.all.map(\.level) == [.info], "\(events.all)")
      }
    }

    @Test func inspectionNamesWhatKeepsUsOut() throws {
      try serve { server, database in
        let cases = [
          (server.connection(database: "absent"), "Unknown database 'absent' (1049): correct dbname"),
          (server.connection(database: database, user: "absent"), "(1045): correct user"),
          ("socket=/nonexistent dbname=x", "is the server running, and socket"),
          ("host=127.0.0.1 port=\(try freePort())", "is the server running, and does it listen"),
          ("host=no.such.host.invalid", "correct host in the connection"),
        ]
        for (location, text) in cases {
          let (directory, _) = try People.open(location)
          defer { directory.shutDown() }
          let findings = directory.inspect()
          #expect(
            findings.count == 1 && findings.first?.kind == .unavailable && findings.first?.key == "", "\(findings)")
          #expect(findings.first?.text.contains(text) == true, "\(findings)")
          #expect(findings.first?.text.contains("\n") == false)
        }
      }
    }
  }
#endif
