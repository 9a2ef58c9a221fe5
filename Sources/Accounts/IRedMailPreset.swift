extension Preset {
  /// iRedMail (0.9 and later): `mailbox` and `domain`. Paths are in the database, and lower case on the disk; owners are not.
  ///
  /// iRedMail's servers take logins over TLS only, so that the `…secured` columns decide about services, as they do there.
  /// `allow_nets` cannot be looked at: a query does not know the client's address. Whoever is bound to networks is therefore
  /// refused, unless `ignore-allow-nets` says otherwise.
  static let iRedMail = Preset(
    name: "iredmail", title: "iRedMail", dialects: [.postgresql, .mariadb], takes: [.uid, .gid, .ignoreAllowNets],
    requires: [.uid, .gid],
    fingerprint: SchemaFingerprint([
      .init(
        "mailbox",
        [
          "username", "password", "name", "storagebasedirectory", "storagenode", "maildir", "mailboxfolder", "quota",
          "domain",
          "enablesmtpsecured", "enablepop3secured", "enableimapsecured", "enablesievesecured",
          "enablemanagesievesecured",
          "allow_nets", "passwordlastchange", "expired", "active",
        ]),
      .init("domain", ["domain", "backupmx", "active"]),
    ]),
    probes: { _, parameters in
      [
        SchemaProbe(
          table: "mailbox",
          columns: ["username", "domain", "storagebasedirectory", "mailboxformat", "quota", "allow_nets"],
          checks: [
            .init("storagebasedirectory NOT LIKE '/%'", "a storagebasedirectory that is no absolute path"),
            .init(
              "mailboxformat NOT IN ('maildir', '')", "a mailboxformat that courier does not read", isFault: false),
            .orphans("domain", "domain = looked.domain"),
            .init("quota < 0", "a negative quota: it is taken for none", isFault: false),
            .init("username <> lower(username)", "capital letters in username: nobody is found by it"),
            .init(
              "allow_nets <> ''",
              parameters.ignoreAllowNets
                ? "allow_nets, which decides nothing: they may log in from everywhere"
                : "allow_nets, which no query can look at: they are refused; ignore-allow-nets = true lets them in from everywhere",
              isFault: false),
          ])
      ]
    }
  ) { dialect, parameters in
    let home = "lower(\(dialect.joined("m.storagebasedirectory", "'/'", "m.storagenode", "'/'", "m.maildir")))"
    let columns = """
      m.username, :uid AS uid, :gid AS gid, \(home) AS home, COALESCE(NULLIF(m.mailboxfolder, ''), 'Maildir') AS maildir
      """
    let isOpen = parameters.ignoreAllowNets ? "" : "\n    AND (m.allow_nets IS NULL OR m.allow_nets = '')"
    let from = "FROM mailbox AS m JOIN domain AS d ON d.domain = m.domain"
    let isActive = "m.active = '1' AND d.active = '1' AND d.backupmx = '0'"
    return PresetText(
      // Old versions write 0000-00-00 for "never expires".
      account: """
        SELECT \(columns), m.password, m.name, \(dialect.quota(megabytes: "m.quota")) AS quota,
          CASE WHEN \(isActive)
            AND NOT (m.expired > '1970-01-02' AND m.expired <= CURRENT_TIMESTAMP)
            AND CASE WHEN \(MailService.isIMAP) THEN m.enableimapsecured WHEN \(MailService.isPOP3) THEN m.enablepop3secured
              WHEN \(MailService.isSending) THEN m.enablesmtpsecured WHEN :service = 'sieve' THEN m.enablesievesecured
              WHEN :service = 'managesieve' THEN m.enablemanagesievesecured ELSE 1 END = 1\(isOpen)
            THEN 1 ELSE 0 END AS active
        \(from)
        WHERE m.username = lower(:username)
        """,
      enumerate: """
        SELECT \(columns)
        \(from)
        WHERE \(isActive)
        """,
      // iRedMail counts a password's age from passwordlastchange, and bothers those whose is too old.
      setPassword: """
        UPDATE mailbox SET password = :new_hash, passwordlastchange = CURRENT_TIMESTAMP WHERE username = lower(:username)
        """,
      changed: "mailbox", changes: ["password", "passwordlastchange"],
      replaceHash: "UPDATE mailbox SET password = :new_hash WHERE username = lower(:username)")
  }
}
