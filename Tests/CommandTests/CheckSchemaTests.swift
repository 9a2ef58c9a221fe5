import Foundation
import TestSupport
import TestTraits
import Testing

@testable import gatepost

/// `gatepost check --connect` on databases that are not what the configuration takes them for, on SQLite.
@Suite(.waiting) struct CheckSchemaTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("schema")
  }

  private static let mailbox = """
    CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255), name varchar(255), maildir varchar(255),
      quota bigint, local_part varchar(255), domain varchar(255), active boolean, smtp_active boolean,
      password_expiry datetime);
    CREATE TABLE domain (domain varchar(255), active boolean, password_expiry int);
    CREATE TABLE alias_domain (alias_domain varchar(255), target_domain varchar(255), active boolean);
    INSERT INTO mailbox VALUES ('a@x', '!', 'A', 'x/a/', 0, 'a', 'x', 1, 0, '2000-01-01');

    """

  private func check(_ sql: String, _ lines: String, _ options: String...) throws -> ChildProcess.Result {
    let database = folder.file("\(UUID().uuidString).db")
    try folder.write(sql, to: "tables.sql")
    let made = try ChildProcess.run(["sqlite3", database, ".read \(folder.file("tables.sql"))"])
    try #require(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
    let text = """
      [[directory]]
      name = "accounts"
      type = "sqlite"
      database = "\(database)"
      \(lines)
      """
    let path = try folder.write(text, to: "gatepost.toml", mode: 0o600)
    return try ChildProcess.run([PasswordCommandTests.program, "check", "--connect", "--config", path] + options)
  }

  @Test func whatTheDatabaseCallsItsColumnsDoesNothingToTheTerminal() throws {
    let result = try check("CREATE TABLE people (\"na\u{1B}[31mme\" text, password text);", "preset = \"courier\"")
    #expect(result.status == 78)
    #expect(result.output.contains("[31mme"), "\(result.output)")
    #expect(!result.output.contains("\u{1B}"))
  }

  /// What stands behind "write:", without the comments.
  private func proposal(_ output: String) -> [String] {
    output.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { line in
      String(line.dropFirst(4).prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces)
    }
  }

  @Test func anotherPanelsTablesAreRecognisedAndWhatIsProposedWorks() throws {
    let wrong = try check(Self.mailbox, "preset = \"courier\"")
    #expect(wrong.status == 78, "\(wrong.output)")
    #expect(
      wrong.output.contains("what is there is the schema of PostfixAdmin (with mailbox.smtp_active, "),
      "\(wrong.output)")
    let lines = proposal(wrong.output)
    #expect(
      lines == [
        "preset = \"postfixadmin\"", "mail-root = \"/var/vmail/\"", "uid = 5000", "gid = 5000", "smtp-active = true",
      ])
    let right = try check(Self.mailbox, lines.joined(separator: "\n"))
    #expect(right.status == 0, "\(right.output)")
    #expect(right.output.contains("connected, every query prepared"))
    #expect(!right.output.contains("smtp_active"), "\(right.output)")
  }

  @Test func queriesOfOnesOwnAreComparedToo() throws {
    let sql = """
      CREATE TABLE virtual_users (id integer, domain_id integer, email text, password text);
      CREATE TABLE virtual_domains (id integer, name text);
      """
    let queries = """
      [directory.queries]
      account = "SELECT email AS username, passwort, 1 AS uid, 1 AS gid, '/' AS home FROM virtual_users WHERE email = :username"
      """
    let result = try check(sql, queries)
    #expect(result.status == 78)
    #expect(
      result.output.contains("what is there is the schema of the mail tutorials; for it, write:\n"), "\(result.output)")
    #expect(proposal(result.output).first == "preset = \"virtual-users\"", "\(result.output)")
  }

  @Test func aColumnByAnotherNameIsNamed() throws {
    let result = try check(
      Self.mailbox.replacingOccurrences(of: "maildir", with: "mail_dir"), "preset = \"postfixadmin\"\nuid = 1\ngid = 1")
    #expect(result.status == 78)
    #expect(
      result.output.contains("looks like the schema of PostfixAdmin, but it lacks mailbox.maildir (is it mail_dir?)\n"),
      "\(result.output)")
  }

  @Test func aMissingTableIsNamed() throws {
    let sql = """
      CREATE TABLE core_user (id integer, email text, password text, first_name text, last_name text, is_active bool);
      CREATE TABLE admin_mailbox (address text, quota integer, domain_id integer, user_id integer, is_send_only bool);
      """
    let result = try check(sql, "preset = \"modoboa\"\nuid = 1\ngid = 1")
    #expect(result.status == 78)
    #expect(
      result.output.contains("looks like the schema of Modoboa, but it lacks the table admin_domain"),
      "\(result.output)")
  }

  @Test func aTableByAnotherNameIsFound() throws {
    let sql = Self.mailbox.replacingOccurrences(of: "mailbox", with: "pfa_mailbox")
    let result = try check(sql, "preset = \"postfixadmin\"\nuid = 7\ngid = 8\nmail-root = \"/m/\"")
    #expect(result.status == 78)
    let lines = proposal(result.output)
    #expect(
      lines.contains("table = \"pfa_mailbox\"") && lines.contains("uid = 7") && lines.contains("mail-root = \"/m/\""))
    let right = try check(sql, lines.joined(separator: "\n"))
    #expect(right.status == 0, "\(right.output)")
  }

  @Test func nobodysTablesAreListedWhenTheyHoldPasswords() throws {
    let result = try check(
      "CREATE TABLE staff (id integer, login text, pw_hash text); CREATE TABLE notes (id integer);",
      "preset = \"courier\"")
    #expect(result.status == 78)
    #expect(
      result.output.contains("no schema that a preset is for; tables with a column for passwords:\n"),
      "\(result.output)")
    #expect(proposal(result.output) == ["staff: id, login, pw_hash"])
  }

  @Test func anotherDatabaseIsSuspected() throws {
    let other = try check("CREATE TABLE notes (id integer, body text)", "preset = \"courier\"")
    #expect(other.output.contains("is it another database? There are notes\n"), "\(other.output)")
    let empty = try check("CREATE TABLE notes (id integer); DROP TABLE notes", "preset = \"courier\"")
    #expect(
      empty.status == 78 && empty.output.contains("there is no table at all: it is another database\n"),
      "\(empty.output)")
  }

  @Test func whatAPresetLeavesOutIsHinted() throws {
    let more = """
      INSERT INTO domain VALUES ('ALL', 0, 0), ('x', 1, 90), ('y', 0, 0);
      INSERT INTO alias_domain VALUES ('z', 'x', 1);
      """
    let result = try check(Self.mailbox + more, "preset = \"postfixadmin\"\nuid = 1\ngid = 1")
    #expect(result.status == 0, "\(result.output)")
    for (text, key) in [
      ("mailbox: 1 row with smtp_active off", "smtp-active"),
      ("domain: 1 row with passwords that expire", "password-expiry"),
      ("domain: 1 row with active off", "domain-active"), ("alias_domain: 1 row with active on", "alias-domains"),
    ] {
      #expect(result.output.contains("hint: directory accounts: \(text)"), "\(result.output)")
      #expect(proposal(result.output).contains("\(key) = true"))
    }
    let all = proposal(result.output).joined(separator: "\n")
    let quiet = try check(Self.mailbox + more, "preset = \"postfixadmin\"\nuid = 1\ngid = 1\n\(all)")
    #expect(quiet.status == 0 && !quiet.output.contains("hint"), "\(quiet.output)")
  }

  @Test func rowsThatWillNotWorkAreCounted() throws {
    let rows = "UPDATE mailbox SET maildir = ''; UPDATE mailbox SET smtp_active = 1;"
    let result = try check(Self.mailbox + rows, "preset = \"postfixadmin\"\nuid = 1\ngid = 1\nsmtp-active = true")
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("directory accounts: mailbox: 1 row with an empty maildir: "), "\(result.output)")
  }

  @Test func theSameAsJSON() throws {
    func schema(_ result: ChildProcess.Result) throws -> [String: Any] {
      let value = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let directory = try #require((value["directories"] as? [[String: Any]])?.first)
      return try #require(directory["schema"] as? [String: Any])
    }
    let wrong = try schema(check(Self.mailbox, "preset = \"courier\"", "--json"))
    #expect(wrong["seen"] as? String == "postfixadmin")
    let note = try #require((wrong["notes"] as? [[String: Any]])?.first)
    #expect(note["kind"] as? String == "explanation")
    #expect((note["lines"] as? [String])?.first == "preset = \"postfixadmin\"")
    let right = try schema(check(Self.mailbox, "preset = \"postfixadmin\"\nuid = 1\ngid = 1", "--json"))
    #expect((right["notes"] as? [[String: Any]])?.map { $0["kind"] as? String } == ["hint"])
    let nobodys = try schema(check("CREATE TABLE notes (id integer)", "preset = \"courier\"", "--json"))
    #expect(nobodys["seen"] is NSNull)
  }
}
