extension Preset {
  /// Modoboa (1.13 and later): `core_user`, `admin_mailbox`, `admin_domain`. Addresses are stored in lower case. Home and owner are
  /// not in the database.
  static let modoboa = Preset(
    name: "modoboa", title: "Modoboa", takes: [.mailRoot, .uid, .gid, .maildir], requires: [.uid, .gid],
    makesHomes: true, standardMaildir: ".maildir",
    fingerprint: SchemaFingerprint([
      .init("core_user", ["id", "email", "password", "first_name", "last_name", "is_active"]),
      .init("admin_mailbox", ["address", "quota", "domain_id", "user_id", "is_send_only"]),
      .init("admin_domain", ["id", "name", "enabled"]),
    ]),
    probes: { _, _ in
      [
        SchemaProbe(
          table: "core_user", columns: ["email"],
          checks: [
            .init(
              "email <> lower(email)", "capital letters in email: Modoboa writes none, and nobody is found by it")
          ])
      ]
    }
  ) { dialect, _ in
    let home = dialect.joined(":mail_root", "'/'", "d.name", "'/'", "m.address")
    let from = """
      FROM core_user AS u
      JOIN admin_mailbox AS m ON m.user_id = u.id
      JOIN admin_domain AS d ON d.id = m.domain_id
      """
    return PresetText(
      account: """
        SELECT u.email AS username, u.password, :uid AS uid, :gid AS gid, \(home) AS home, :maildir AS maildir,
          \(dialect.quota(megabytes: "m.quota")) AS quota, trim(\(dialect.joined("u.first_name", "' '", "u.last_name"))) AS name,
          CASE WHEN u.is_active = '1' AND d.enabled = '1'
            AND (m.is_send_only = '0' OR NOT (\(MailService.isIMAP) OR \(MailService.isPOP3))) THEN 1 ELSE 0 END AS active
        \(from)
        WHERE u.email = lower(:username)
        """,
      enumerate: """
        SELECT u.email AS username, :uid AS uid, :gid AS gid, \(home) AS home, :maildir AS maildir
        \(from)
        WHERE u.is_active = '1' AND d.enabled = '1'
        """,
      setPassword: """
        UPDATE core_user SET password = :new_hash
        WHERE email = lower(:username) AND EXISTS (SELECT 1 FROM admin_mailbox AS m WHERE m.user_id = core_user.id)
        """,
      changed: "core_user", changes: ["password"])
  }
}
