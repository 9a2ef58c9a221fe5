extension Preset {
  /// PostfixAdmin's table `mailbox`, from 2.3 to 4.0, and, unless a parameter asks for more, nothing else of its schema: guides
  /// have people make this table alone. Home and owner are not in the database; the maildir is relative to the home.
  static let postfixAdmin = Preset(
    name: "postfixadmin", title: "PostfixAdmin",
    takes: [
      .mailRoot, .uid, .gid, .login, .smtpActive, .domainActive, .passwordExpiry, .aliasDomains, .table, .appPasswords,
    ],
    requires: [.uid, .gid],
    fingerprint: SchemaFingerprint(
      [
        .init(
          "mailbox", ["username", "password", "name", "maildir", "quota", "local_part", "domain", "active"])
      ],
      features: [
        .init("mailbox", "smtp_active"), .init("mailbox", "password_expiry"), .init("alias_domain", "target_domain"),
        .init("mailbox_app_password", "password_hash"),
      ],
      mayBeRenamed: true),
    probes: PostfixAdminQueries.probes, text: { PostfixAdminQueries($0, $1).text })
}

/// The queries for PostfixAdmin, put together of what the parameters ask for.
private struct PostfixAdminQueries {
  private let dialect: SQLDialect
  private let parameters: PresetParameters
  private let table: String

  init(_ dialect: SQLDialect, _ parameters: PresetParameters) {
    self.dialect = dialect
    self.parameters = parameters
    table = parameters.table ?? "mailbox"
  }

  var text: PresetText {
    let username = parameters.login == .address ? "username" : "local_part AS username"
    // `active` is returned and not asked for, so that a refusal can say "inactive". '1' is true for PostgreSQL's boolean
    // and smallint, for MariaDB's tinyint, and for SQLite's boolean, which is a number.
    let active =
      refusals.isEmpty
      ? "active"
      : """
      CASE WHEN \(refusals.joined(separator: "\n      OR "))
          THEN '0' ELSE active END AS active
      """
    let domain = parameters.domainActive ? " AND \(isDomainActive)" : ""
    var changes = ["password = :new_hash"]
    if parameters.passwordExpiry { changes.append("password_expiry = \(newExpiry)") }
    return PresetText(
      account: """
        SELECT \(username), password, :uid AS uid, :gid AS gid, :mail_root AS home, maildir,
          \(dialect.quota("quota")) AS quota, name, \(active)
        FROM \(table)
        WHERE \(matches)
        """,
      enumerate: """
        SELECT \(username), :uid AS uid, :gid AS gid, :mail_root AS home, maildir
        FROM \(table)
        WHERE active = '1'\(domain)
        """,
      setPassword: "UPDATE \(table) SET \(changes.joined(separator: ", ")) WHERE \(matches)",
      changed: table, changes: parameters.passwordExpiry ? ["password", "password_expiry"] : ["password"],
      // The same password is not good for longer.
      replaceHash: parameters.passwordExpiry ? "UPDATE \(table) SET password = :new_hash WHERE \(matches)" : nil,
      appPasswords: parameters.appPasswords ? appPasswords : nil)
  }

  /// PostfixAdmin 4's own table of them. They are good for every service.
  private var appPasswords: String {
    """
    SELECT password_hash AS password, description
    FROM \(table)_app_password
    WHERE username IN (SELECT username FROM \(table) WHERE \(matches))
    ORDER BY id
    """
  }

  /// The table's own name, by which its columns go where another table is near.
  private var short: Substring { table.split(separator: ".").last ?? "" }
  private var domainTable: String { parameters.sibling("domain", of: "mailbox") }
  private var aliasTable: String { parameters.sibling("alias_domain", of: "mailbox") }

  /// Conditions under which an active account may not log in.
  private var refusals: [String] {
    var refusals: [String] = []
    if parameters.smtpActive {
      refusals.append("\(MailService.isSending) AND (smtp_active IS NULL OR smtp_active <> '1')")
    }
    if parameters.domainActive { refusals.append("NOT \(isDomainActive)") }
    if parameters.passwordExpiry {
      // A domain whose password_expiry is 0 days has passwords that last.
      refusals.append(
        """
        (password_expiry IS NULL OR password_expiry <= \(dialect.now)) AND NOT EXISTS (
              SELECT 1 FROM \(domainTable) AS d WHERE d.domain = \(short).domain AND d.password_expiry = 0)
        """)
    }
    return refusals
  }

  private var isDomainActive: String {
    "EXISTS (SELECT 1 FROM \(domainTable) AS d WHERE d.domain = \(short).domain AND d.active = '1')"
  }

  /// A changed password lasts as long as its domain says; one that does not expire keeps what it has.
  private var newExpiry: String {
    """
    COALESCE((SELECT \(dialect.now(plusDays: "d.password_expiry")) FROM \(domainTable) AS d
        WHERE d.domain = \(short).domain AND d.password_expiry > 0), password_expiry)
    """
  }

  /// Who is meant. A mailbox of that very address goes before one of the domain that its domain is an alias of: both would be two
  /// rows. The table within a table is for MySQL, which else lets no UPDATE ask the table that it changes; DISTINCT keeps it from being
  /// merged away.
  private var matches: String {
    let target = """
      FROM \(aliasTable) AS a WHERE a.alias_domain = :domain AND a.active = '1'
      """
    switch (parameters.login, parameters.aliasDomains) {
    case (.address, false): return "username = :username"
    case (.address, true):
      return """
        username = COALESCE(
          (SELECT own.username FROM (SELECT DISTINCT username FROM \(table) WHERE username = :username) AS own),
          (SELECT \(dialect.joined(":local_part", "'@'", "a.target_domain")) \(target)))
        """
    // Without a default domain a bare name has none: two mailboxes of that name are then two rows, which is unavailable.
    case (.localPart, false): return "local_part = :local_part AND (:domain = '' OR domain = :domain)"
    case (.localPart, true):
      return """
        local_part = :local_part AND (:domain = '' OR domain = COALESCE(
          (SELECT own.domain FROM (SELECT DISTINCT domain FROM \(table) WHERE local_part = :local_part AND domain = :domain) AS own),
          (SELECT a.target_domain \(target)), :domain))
        """
    }
  }

  static let probes: @Sendable (SQLDialect, PresetParameters) -> [SchemaProbe] = { _, parameters in
    let table = parameters.table ?? "mailbox"
    let domain = parameters.sibling("domain", of: "mailbox")
    return [
      SchemaProbe(
        table: table, columns: ["username", "maildir", "domain"],
        checks: [
          .init("username NOT LIKE '%@%'", "a username without a domain: nobody logs in by it", isFault: false),
          .init("maildir = ''", "an empty maildir: their mail would lie in mail-root itself", isFault: true),
          .init(
            "maildir LIKE '%:%'", "a colon in maildir: courier takes a location such as maildir:… for a folder's name"),
        ]),
      SchemaProbe(
        table: table, columns: ["smtp_active"], unless: .smtpActive, even: true,
        checks: [.init("smtp_active <> '1'", "smtp_active off: they may send mail here unless you set", isFault: false)]
      ),
      SchemaProbe(
        table: domain, columns: ["password_expiry"], unless: .passwordExpiry,
        checks: [
          .init(
            "password_expiry > 0", "passwords that expire: expired ones are accepted unless you set", isFault: false)
        ]),
      SchemaProbe(
        table: domain, columns: ["domain", "active"], unless: .domainActive,
        checks: [
          .init(
            "active <> '1' AND domain <> 'ALL'", "active off: their accounts may log in unless you set", isFault: false)
        ]),
      SchemaProbe(
        table: parameters.sibling("alias_domain", of: "mailbox"), columns: ["active"], unless: .aliasDomains,
        checks: [
          .init(
            "active = '1'", "active on: nobody logs in by an address of an alias domain unless you set", isFault: false)
        ]),
      SchemaProbe(
        table: "\(table)_app_password", columns: ["username"], unless: .appPasswords,
        checks: [.init("username <> ''", "an app password: nobody logs in by one unless you set", isFault: false)]),
    ]
  }
}
