#if MariaDB
  import Foundation
  import TestSupport
  import TestTraits
  import Testing

  @testable import gatepost

  /// `gatepost check --connect` on MariaDB: mailcow's tables, and a user who may not do all.
  @Suite(.waiting) struct CheckMariaDBSchemaTests {
    private let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder("maria-check")
    }

    private static let mailcow = """
      CREATE TABLE domain (domain varchar(255) PRIMARY KEY, active tinyint(1) NOT NULL DEFAULT 1);
      CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255) NOT NULL, name varchar(255),
        mailbox_path_prefix varchar(150) DEFAULT '/var/vmail/', quota bigint NOT NULL DEFAULT 0,
        local_part varchar(255) NOT NULL, domain varchar(255) NOT NULL, attributes json, kind varchar(100) NOT NULL DEFAULT '',
        active tinyint(1) NOT NULL DEFAULT 1);
      INSERT INTO domain (domain) VALUES ('x');
      INSERT INTO mailbox (username, password, local_part, domain) VALUES ('a@x', '!', 'a', 'x');

      """

    @Test func anotherPanelAndMissingRightsAreNamed() throws {
      let server = try MariaDBServer()
      defer { server.stop() }
      try server.sql("CREATE USER reader")
      func check(_ name: String, _ grants: [String], _ lines: String) throws -> ChildProcess.Result {
        try server.sql("CREATE DATABASE IF NOT EXISTS \(name)")
        if try server.sql("SHOW TABLES", database: name).isEmpty { try server.sql(Self.mailcow, database: name) }
        for grant in grants { try server.sql("GRANT \(grant) TO reader", database: name) }
        let text = """
          [[directory]]
          name = "accounts"
          type = "mariadb"
          connection = "\(server.connection(database: name, user: "reader"))"
          \(lines)
          """
        let path = try folder.write(text, to: "\(name).toml", mode: 0o600)
        return try ChildProcess.run([PasswordCommandTests.program, "check", "--connect", "--config", path])
      }
      let postfixAdmin = "preset = \"postfixadmin\"\nuid = 5000\ngid = 5000"
      let mailcow = "preset = \"mailcow\"\nuid = 5000\ngid = 5000"

      let wrong = try check("wrong", ["SELECT ON mailbox", "SELECT ON domain"], postfixAdmin)
      #expect(wrong.status == 78, "\(wrong.output)")
      #expect(
        wrong.output.contains("what is there is the schema of mailcow; for it, write:\n    preset = \"mailcow\"\n"))
      let right = try check("wrong", [], mailcow)
      #expect(right.status == 0, "\(right.output)")
      #expect(right.output.contains("    GRANT UPDATE (password) ON mailbox TO 'reader'@'%';\n"), "\(right.output)")

      let closed = try check("closed", ["SELECT ON mailbox"], mailcow)
      #expect(closed.status == 78, "\(closed.output)")
      #expect(
        closed.output.contains(
          "the role may not read domain; as their owner:\n    GRANT SELECT ON domain TO 'reader'@'%';\n"),
        "\(closed.output)")
      #expect(!closed.output.contains("lacks"), "\(closed.output)")

      let columns = try check("narrow", ["SELECT (username, domain) ON mailbox", "SELECT ON domain"], mailcow)
      #expect(columns.status == 78)
      #expect(columns.output.contains("    GRANT SELECT ON mailbox TO 'reader'@'%';\n"), "\(columns.output)")
    }
  }
#endif
