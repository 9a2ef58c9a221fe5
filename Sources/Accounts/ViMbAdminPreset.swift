extension Preset {
  /// ViMbAdmin 3: `mailbox` and `domain`. Home, maildir and owner are in the database, where the maildir is a location of Dovecot's,
  /// `maildir:/srv/vmail/example.com/alice/mail:LAYOUT=fs`; what is in it of a path is handed out. Parameters stand in for columns
  /// that are NULL.
  static let viMbAdmin = Preset(
    name: "vimbadmin", title: "ViMbAdmin", takes: [.mailRoot, .uid, .gid], makesHomes: true,
    fingerprint: SchemaFingerprint([
      .init(
        "mailbox",
        [
          "username", "password", "name", "quota", "local_part", "active", "access_restriction", "homedir", "maildir",
          "uid",
          "gid", "delete_pending", "Domain_id",
        ]),
      .init("domain", ["id", "domain", "active"]),
    ]),
    probes: { _, parameters in
      let homeless = parameters.mailRoot == nil ? "homedir IS NULL OR homedir = '' OR " : ""
      let ownerless = parameters.uid == nil || parameters.gid == nil ? ["uid IS NULL OR gid IS NULL"] : []
      return [
        SchemaProbe(
          table: "mailbox", columns: ["username", "homedir", "maildir", "uid", "gid", "quota", "Domain_id"],
          checks: [
            .orphans("domain", "id = looked.Domain_id"),
            .init(
              "\(homeless)homedir <> '' AND homedir NOT LIKE '/%'", "a homedir that is NULL, empty or no absolute path"),
            .init(
              "maildir LIKE 'mdbox:%' OR maildir LIKE 'sdbox:%' OR maildir LIKE 'dbox:%' OR maildir LIKE 'mbox:%'",
              "a maildir of a format that courier does not read", isFault: false),
            .init(
              "maildir LIKE '%:LAYOUT=fs%'",
              "a maildir with LAYOUT=fs: courier sees its inbox, and Dovecot's folders not",
              isFault: false),
            .init("uid = 0 OR gid = 0", "uid or gid 0: their mail would belong to root", isFault: false),
            .init("quota < 0", "a negative quota: it is taken for none", isFault: false),
            .init("username <> lower(username)", "capital letters in username: nobody is found by it"),
          ]
            + ownerless.map { .init($0, "no uid or gid: set uid and gid beside the preset, or in the table") })
      ]
    }
  ) { dialect, parameters in
    let path = """
      CASE WHEN m.maildir LIKE 'maildir:%' THEN \(dialect.second(of: "m.maildir", separator: "':'")) ELSE m.maildir END
      """
    let columns = """
      m.username, \(owner("uid", parameters.uid)), \(owner("gid", parameters.gid)), \(home(dialect, parameters)) AS home,
        CASE WHEN m.maildir LIKE 'maildir:~/%' THEN substr(\(path), 3) ELSE \(path) END AS maildir
      """
    // What is not among these goes by its own name, in capitals; an empty one by none.
    let service = """
      CASE WHEN \(MailService.isSending) THEN 'SMTP' WHEN \(MailService.isIMAP) THEN 'IMAP' WHEN \(MailService.isPOP3) THEN 'POP3'
                WHEN \(MailService.isSieve) THEN 'SIEVE' ELSE NULLIF(upper(:service), '') END
      """
    let isKept = "(m.delete_pending IS NULL OR m.delete_pending = '0')"
    let from = "FROM mailbox AS m JOIN domain AS d ON d.id = m.Domain_id"
    return PresetText(
      account: """
        SELECT \(columns), m.password, m.name, \(dialect.quota("m.quota")) AS quota,
          CASE WHEN m.active = '1' AND d.active = '1' AND \(isKept)
            AND (m.access_restriction = 'ALL' OR \(dialect.place(of: service, in: "m.access_restriction")) > 0)
            THEN 1 ELSE 0 END AS active
        \(from)
        WHERE m.username = lower(:username)
        """,
      enumerate: """
        SELECT \(columns)
        \(from)
        WHERE m.active = '1' AND d.active = '1' AND \(isKept)
        """,
      setPassword: "UPDATE mailbox SET password = :new_hash WHERE username = lower(:username)",
      changed: "mailbox", changes: ["password"])
  }

  private static func owner(_ column: String, _ standIn: UInt32?) -> String {
    standIn == nil ? "m.\(column)" : "COALESCE(m.\(column), :\(column)) AS \(column)"
  }

  private static func home(_ dialect: SQLDialect, _ parameters: PresetParameters) -> String {
    guard parameters.mailRoot != nil else { return "m.homedir" }
    let standIn = dialect.joined(":mail_root", "'/'", "d.domain", "'/'", "m.local_part")
    return "COALESCE(NULLIF(m.homedir, ''), \(standIn))"
  }
}
