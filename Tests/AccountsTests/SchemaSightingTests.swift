import Accounts
import Testing

/// What is recognised in a database, without one. With real ones: DirectoryConformance and `gatepost check`.
@Suite struct SchemaSightingTests {
  private typealias Table = DatabaseShape.Table

  private static let mailbox = ["username", "password", "name", "maildir", "quota", "local_part", "domain", "active"]
  private static let passwd = [
    "id", "crypt", "clear", "name", "uid", "gid", "home", "maildir", "defaultdelivery", "quota",
  ]

  private func sighting(_ tables: [Table], _ dialect: SQLDialect = .postgresql) -> SchemaSighting? {
    SchemaSighting.recognise(DatabaseShape(tables: tables), dialect: dialect)
  }

  @Test func nothingIsLikeAnEmptyDatabase() {
    #expect(sighting([]) == nil)
    #expect(sighting([Table(name: "users", columns: ["id", "email", "password"])]) == nil)
  }

  @Test func namesAreComparedAsSQLDoes() {
    #expect(
      sighting([Table(name: "MAILBOX", columns: Self.mailbox.map { $0.uppercased() })])?.preset.name == "postfixadmin")
  }

  @Test func newerColumnsAreNamed() {
    let seen = sighting([
      Table(name: "mailbox", columns: Self.mailbox + ["smtp_active", "password_expiry"]),
      Table(name: "alias_domain", columns: ["alias_domain", "target_domain"]),
    ])
    #expect(seen?.features == ["mailbox.smtp_active", "mailbox.password_expiry", "alias_domain.target_domain"])
  }

  @Test func anotherNameAndAnotherSchemaAreFound() {
    let prefixed = sighting([Table(name: "pfa_mailbox", columns: Self.mailbox + ["smtp_active"])])
    #expect(prefixed?.table == "pfa_mailbox" && prefixed?.isComplete == true)
    #expect(prefixed?.features == ["pfa_mailbox.smtp_active"])
    let elsewhere = sighting([Table(schema: "mail", name: "mailbox", columns: Self.mailbox)])
    #expect(elsewhere?.table == "mail.mailbox" && elsewhere?.schema == "mail")
    let both = sighting([
      Table(name: "passwd", columns: Self.passwd), Table(schema: "mail", name: "mailbox", columns: Self.mailbox),
    ])
    #expect(both?.preset.name == "courier", "what the role finds by itself goes first")
  }

  @Test func whatIsMissingIsNamedWithWhatMayBeMeant() {
    let columns = Self.mailbox.map { $0 == "maildir" ? "mail_dir" : $0 }
    let seen = sighting([Table(name: "mailbox", columns: columns)])
    #expect(seen?.preset.name == "postfixadmin" && seen?.isComplete == false)
    #expect(seen?.missing.map(\.description) == ["mailbox.maildir (is it mail_dir?)"])
    let tutorial = sighting([Table(name: "virtual_users", columns: ["id", "domain_id", "email", "password"])])
    #expect(tutorial?.preset.name == "virtual-users")
    #expect(tutorial?.missing.map(\.description) == ["the table virtual_domains"])
  }

  /// A third of the columns by chance is no panel.
  @Test func littleIsNotEnough() {
    #expect(sighting([Table(name: "mailbox", columns: ["username", "password", "quota"])]) == nil)
    #expect(sighting([Table(name: "passwd", columns: ["id", "name", "uid", "gid"])]) == nil)
  }

  @Test func theOneWithMoreToBeKnownByGoesFirst() throws {
    let iRedMail = try #require(Presets.named("iredmail"))
    let tables = [
      Table(
        name: "mailbox",
        columns: Self.mailbox + [
          "storagebasedirectory", "storagenode", "mailboxfolder", "enablesmtpsecured", "enablepop3secured",
          "enableimapsecured", "enablesievesecured", "enablemanagesievesecured", "allow_nets", "passwordlastchange",
          "expired",
        ]), Table(name: "domain", columns: ["domain", "backupmx", "active"]),
    ]
    #expect(sighting(tables)?.preset.name == "iredmail")
    #expect(SchemaSighting.look(for: iRedMail, in: DatabaseShape(tables: tables))?.isComplete == true)
    #expect(sighting(tables, .sqlite)?.preset.name == "postfixadmin", "no such panel on SQLite")
    #expect(sighting([Table(name: "people", columns: Self.passwd)])?.preset.name == "courier")
  }

  @Test func tablesWithPasswordsAreFound() {
    let shape = DatabaseShape(tables: [
      Table(name: "a", columns: ["id", "Passwd"]), Table(name: "b", columns: ["id", "text"]),
      Table(name: "c", columns: ["user", "pw_hash"]), Table(name: "d", columns: ["crypt"]),
    ])
    #expect(shape.accountTables.map(\.name) == ["a", "c", "d"])
    #expect(shape.table("A")?.has("passwd") == true)
    #expect(shape.table("e") == nil)
  }
}
