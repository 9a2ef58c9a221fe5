import Foundation
import TestSupport
import TestTraits
import Testing

/// `gatepost check --connect` on a MariaDB server.
#if MariaDB
  @Suite(.waiting) struct CheckMariaDBTests {
    private static let sha256 = "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="

    private let folder: TemporaryFolder
    private let server: MariaDBServer

    init() throws {
      folder = try TemporaryFolder("check")
      server = try MariaDBServer(loopback: true, tls: true)
      try server.sql(
        """
        CREATE TABLE passwd (id varchar(128) PRIMARY KEY, crypt varchar(128), clear varchar(128), name varchar(128), uid int, gid int,
          home varchar(255), maildir varchar(255), defaultdelivery varchar(255), quota varchar(255));
        INSERT INTO passwd VALUES ('a@x', '\(Self.sha256)', '', '', 1, 1, '/v', '', '', ''),
          ('b@x', '', 'clear-secret', '', 1, 1, '/v', '', '', ''), ('c@x', '{LANMAN}deadbeef', '', '', 1, 1, '/v', '', '', '');
        CREATE USER reader IDENTIFIED BY 'database-password';
        CREATE USER sealed IDENTIFIED BY 'database-password' REQUIRE SSL;
        GRANT SELECT ON passwd TO reader;
        GRANT SELECT, UPDATE ON passwd TO sealed;
        """)
    }

    private func check(
      _ connection: String, _ more: String = "preset = \"courier\"", _ options: String...
    ) throws -> ChildProcess.Result {
      let text = """
        [[listen]]
        socket = "\(folder.file("socket"))"
        mode = "0600"
        [[directory]]
        name = "accounts"
        type = "mariadb"
        connection = "\(connection)"
        \(more)

        """
      let path = try folder.write(text, to: "gatepost.toml", mode: 0o600)
      let result = try ChildProcess.run(
        [PasswordCommandTests.program, "check", "--connect", "--config", path] + options)
      for secret in ["clear-secret", "deadbeef", "database-password", "K7gNU3sdo"] {
        #expect(!(result.output + result.errors).contains(secret), "\(result)")
      }
      return result
    }

    @Test func whatIsThereAndWhatIsWrong() throws {
      let reader = server.connection(user: "reader", password: "database-password")
      try accounts(reader)
      try permissions(reader)
      try queries(reader)
      try encryption()
      try reaching(reader)
    }

    private func accounts(_ reader: String) throws {
      let result = try check(reader)
      #expect(result.status == 1, "\(result.output)")
      #expect(result.output.contains("asks accounts: mariadb, preset courier\n"), "\(result.output)")
      #expect(result.output.contains("directory accounts: connected, every query prepared\n"), "\(result.output)")
      #expect(result.output.contains("directory accounts: 3 accounts:\n"), "\(result.output)")
      #expect(result.output.contains("1 account with a password that cannot be verified"), "\(result.output)")
      let json = try check(reader, "preset = \"courier\"", "--json")
      let value = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      let directory = try #require((value["directories"] as? [[String: Any]])?.first)
      let survey = try #require(directory["survey"] as? [String: Any])
      #expect((survey["schemes"] as? [[String: Any]])?.count == 3, "\(json.output)")
      try server.sql("DELETE FROM passwd WHERE id = 'c@x'")
      #expect(try check(reader).status == 0)
    }

    /// A user that only reads serves logins: that is said, and no error.
    private func permissions(_ reader: String) throws {
      let result = try check(reader)
      #expect(result.status == 0 && result.output.contains("warning: directory accounts: "), "\(result.output)")
      #expect(result.output.contains("passwords cannot be changed"), "\(result.output)")
      try server.sql("GRANT UPDATE ON passwd TO reader")
      #expect(try !check(reader).output.contains("passwords cannot be changed"))
      try server.sql("CREATE USER nothing IDENTIFIED BY 'database-password'; GRANT USAGE ON test.* TO nothing")
      let nothing = try check(server.connection(user: "nothing", password: "database-password"))
      #expect(nothing.status == 75 || nothing.status == 78, "\(nothing)")
      #expect(nothing.output.contains("directory accounts: ") && nothing.output.contains("denied"), "\(nothing)")
    }

    private func queries(_ reader: String) throws {
      let table = try check(reader, "preset = \"courier\"\ntable = \"users\"")
      #expect(table.status == 78, "\(table.output)")
      #expect(table.output.contains("directory accounts: queries.account: ") && table.output.contains("users"))
      for (query, word) in [
        ("SELECT id AS username, crypt AS password, gid, home FROM passwd WHERE id = :username", "uid"),
        ("SELECT id AS username, uid, gid, home, id AS nickname FROM passwd WHERE id = :username", "nickname"),
        ("SELECT id AS username, uid, gid, home FROM passwd WHERE ident = :username", "ident"),
        ("SELECT id AS username, uid, gid, home FROM passwd WHERE WHERE id = :username", "syntax"),
      ] {
        let result = try check(reader, "[directory.queries]\naccount = \"\(query)\"")
        #expect(result.status == 78, "\(query): \(result.output)")
        #expect(result.output.contains("queries.account: ") && result.output.contains(word), "\(result.output)")
      }
    }

    private func encryption() throws {
      let plain = try check(
        server.connection(user: "sealed", password: "database-password", loopback: true))
      #expect(plain.status == 75, "\(plain)")
      let certificate = try #require(server.certificatePath)
      let sealed = try check(
        server.connection(user: "sealed", password: "database-password", loopback: true, more: "ssl-ca=\(certificate)"))
      #expect(sealed.status == 0, "\(sealed.output)")
      // Somebody else's certificate is as good as none.
      let other = try Certificate(in: folder, name: "other")
      let wrong = try check(
        server.connection(user: "sealed", password: "database-password", loopback: true, more: "ssl-ca=\(other.path)"))
      #expect(wrong.status == 75, "\(wrong.output)")
    }

    private func reaching(_ reader: String) throws {
      let stranger = try check(server.connection(user: "reader", password: "another"))
      #expect(stranger.status == 75 && stranger.output.contains("reader"), "\(stranger.output)")
      let nowhere = try check(server.connection(database: "nowhere", user: "reader", password: "database-password"))
      #expect(nowhere.status == 75 && nowhere.output.contains("nowhere"), "\(nowhere.output)")
      server.stop()
      let gone = try check(reader)
      #expect(gone.status == 75 && gone.output.contains(server.socketPath), "\(gone.output)")
    }
  }
#endif
