extension Preset {
  /// mailcow: `mailbox` and `domain`. Which services an account may use stands in JSON; what it does not say is allowed. An account
  /// whose `active` is 2 gets mail, and may not log in. Passwords of those that another source verifies (`authsource`, which
  /// versions before 2025 do not have) are not looked at.
  static let mailcow = Preset(
    name: "mailcow", title: "mailcow", dialects: [.mariadb], takes: [.uid, .gid, .maildir, .appPasswords],
    requires: [.uid, .gid],
    standardMaildir: "Maildir",
    fingerprint: SchemaFingerprint([
      .init(
        "mailbox",
        [
          "username", "password", "name", "mailbox_path_prefix", "quota", "local_part", "domain", "attributes", "kind",
          "active",
        ]),
      .init("domain", ["domain", "active"]),
    ]),
    probes: { _, _ in
      [
        SchemaProbe(
          table: "mailbox", columns: ["domain", "mailbox_path_prefix", "attributes"],
          checks: [
            .orphans("domain", "domain = looked.domain"),
            .init(
              "mailbox_path_prefix IS NULL OR mailbox_path_prefix NOT LIKE '/%'",
              "a mailbox_path_prefix that is NULL or no absolute path"),
            .init(
              "JSON_VALUE(attributes, '$.mailbox_format') <> 'maildir:'", "a mailbox_format that courier does not read",
              isFault: false),
          ]),
        SchemaProbe(
          table: "app_passwd", columns: ["active"], unless: .appPasswords,
          checks: [.init("active = 1", "an app password: nobody logs in by one unless you set", isFault: false)]),
      ]
    }
  ) { dialect, parameters in
    let columns = """
      m.username, :uid AS uid, :gid AS gid, CONCAT(m.mailbox_path_prefix, m.domain, '/', m.local_part) AS home,
        :maildir AS maildir
      """
    func attribute(_ name: String, _ standard: String) -> String {
      "COALESCE(JSON_VALUE(m.attributes, '$.\(name)'), '\(standard)')"
    }
    // The inner `authsource` is the table's own where it has that column; else the name falls through to `absent`.
    let from = """
      FROM mailbox AS m JOIN domain AS d ON d.domain = m.domain JOIN (SELECT 'mailcow' AS authsource) AS absent
      """
    let source = "(SELECT authsource FROM mailbox AS own WHERE own.username = m.username)"
    return PresetText(
      account: """
        SELECT \(columns), CASE WHEN \(source) = 'mailcow' THEN m.password END AS password, m.name,
          \(dialect.quota("m.quota")) AS quota,
          CASE WHEN m.active = 1 AND d.active = 1 AND m.kind NOT IN ('location', 'thing', 'group')
            AND \(attribute("force_pw_update", "0")) <> '1'
            AND CASE WHEN \(MailService.isIMAP) THEN \(attribute("imap_access", "1"))
              WHEN \(MailService.isPOP3) THEN \(attribute("pop3_access", "1"))
              WHEN \(MailService.isSending) THEN \(attribute("smtp_access", "1"))
              WHEN \(MailService.isSieve) THEN \(attribute("sieve_access", "1")) ELSE '1' END = '1'
            THEN 1 ELSE 0 END AS active
        \(from)
        WHERE m.username = lower(:username)
        """,
      enumerate: """
        SELECT \(columns)
        FROM mailbox AS m JOIN domain AS d ON d.domain = m.domain
        WHERE m.active IN (1, 2) AND d.active = 1 AND m.kind NOT IN ('location', 'thing', 'group')
        """,
      setPassword: "UPDATE mailbox SET password = :new_hash WHERE username = lower(:username)",
      changed: "mailbox", changes: ["password"],
      appPasswords: parameters.appPasswords ? appPasswords : nil)
  }

  /// mailcow's own table of them: a column for each service.
  private static let appPasswords: String = {
    let services = ["imap", "pop3", "smtp", "sieve", "dav", "eas"].map {
      "CASE WHEN p.\($0)_access = 1 THEN '\($0)' END"
    }
    return """
      SELECT p.password, p.name AS description, CONCAT_WS(',', \(services.joined(separator: ", "))) AS services
      FROM app_passwd AS p WHERE p.mailbox = lower(:username) AND p.active = 1 ORDER BY p.id
      """
  }()
}
