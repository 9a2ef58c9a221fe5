import Foundation
import TestSupport
import TestTraits
import Testing

@testable import gatepost

/// `gatepost check --connect` with a role of PostgreSQL's that may not do all, and schemas that it does not search.
@Suite(.waiting) struct CheckPermissionTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("permission")
  }

  private static let mailbox = """
    CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255), name varchar(255), maildir varchar(255),
      quota bigint, local_part varchar(255), domain varchar(255), active boolean);

    """

  private static let iRedMail = """
    CREATE TABLE domain (domain varchar(255), backupmx int2, active int2);
    CREATE TABLE mailbox (username varchar(255), password varchar(255), name varchar(255), maildir varchar(255), quota bigint,
      local_part varchar(255), domain varchar(255), active int2, storagebasedirectory varchar(255), storagenode varchar(255),
      mailboxfolder varchar(50), mailboxformat varchar(50), enablesmtpsecured int2, enablepop3secured int2,
      enableimapsecured int2, enablesievesecured int2, enablemanagesievesecured int2, allow_nets text,
      passwordlastchange timestamp, expired timestamp);

    """

  /// One server, and a database for each case.
  @Test func whatTheRoleLacksIsSaid() throws {
    let server = try PostgreSQLServer()
    defer { server.stop() }
    try server.sql("CREATE ROLE reader LOGIN")
    func check(_ name: String, _ sql: String, _ lines: String) throws -> ChildProcess.Result {
      try server.sql("CREATE DATABASE \(name)")
      try server.sql(sql, database: name)
      let text = """
        [[directory]]
        name = "accounts"
        type = "postgresql"
        connection = "\(server.conninfo(database: name, user: "reader"))"
        \(lines)
        """
      let path = try folder.write(text, to: "\(name).toml", mode: 0o600)
      return try ChildProcess.run([PasswordCommandTests.program, "check", "--connect", "--config", path])
    }
    let postfixAdmin = "preset = \"postfixadmin\"\nuid = 1\ngid = 1"

    let closed = try check("closed", Self.mailbox, postfixAdmin)
    #expect(closed.status == 78, "\(closed.output)")
    #expect(
      closed.output.contains("the role may not read mailbox; as their owner:\n    GRANT SELECT ON mailbox TO reader;\n")
    )

    let narrow = try check(
      "narrow", Self.mailbox + "GRANT SELECT (username, password) ON mailbox TO reader", postfixAdmin)
    #expect(narrow.status == 78)
    #expect(narrow.output.contains("    GRANT SELECT ON mailbox TO reader;\n"), "\(narrow.output)")

    let readOnly = try check("readonly", Self.mailbox + "GRANT SELECT ON mailbox TO reader", postfixAdmin)
    #expect(readOnly.status == 0, "\(readOnly.output)")
    #expect(readOnly.output.contains("    GRANT UPDATE (password) ON mailbox TO reader;\n"), "\(readOnly.output)")

    let elsewhere = try check(
      "elsewhere",
      "CREATE SCHEMA mail; SET search_path = mail; \(Self.mailbox) GRANT USAGE ON SCHEMA mail TO reader; "
        + "GRANT SELECT, UPDATE ON mailbox TO reader", postfixAdmin)
    #expect(elsewhere.status == 78)
    #expect(elsewhere.output.contains("    table = \"mail.mailbox\"\n"), "\(elsewhere.output)")

    let barred = try check(
      "barred", "CREATE SCHEMA mail; SET search_path = mail; \(Self.mailbox)",
      postfixAdmin + "\ntable = \"mail.mailbox\"")
    #expect(barred.status == 78)
    #expect(
      barred.output.contains(
        "    GRANT USAGE ON SCHEMA mail TO reader;\n    GRANT SELECT ON mail.mailbox TO reader;\n"), "\(barred.output)")

    let hidden = try check(
      "hidden",
      "CREATE SCHEMA mail; SET search_path = mail; \(Self.iRedMail) GRANT USAGE ON SCHEMA mail TO reader; "
        + "GRANT SELECT ON ALL TABLES IN SCHEMA mail TO reader", "preset = \"iredmail\"\nuid = 1\ngid = 1")
    #expect(hidden.status == 78)
    #expect(hidden.output.contains("ALTER ROLE reader SET search_path = mail, and write:\n"), "\(hidden.output)")

    let chance = try check(
      "chance", Self.iRedMail + "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO reader", postfixAdmin)
    #expect(chance.status == 1, "\(chance.output)")
    #expect(chance.output.contains("the preset `postfixadmin` fits by chance: what is there is the schema of iRedMail"))
    #expect(chance.output.contains("    preset = \"iredmail\"\n"))

    let iRedMail = try check(
      "iredmail", Self.iRedMail + "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
      "preset = \"iredmail\"\nuid = 1\ngid = 1")
    #expect(iRedMail.status == 0, "\(iRedMail.output)")
    #expect(iRedMail.output.contains("    GRANT UPDATE (password, passwordlastchange) ON mailbox TO reader;\n"))

    let nothing = try check("nothing", "SELECT 1", postfixAdmin)
    #expect(nothing.status == 78)
    #expect(nothing.output.contains("there is no table at all: it is another database, or a role"), "\(nothing.output)")
  }
}
