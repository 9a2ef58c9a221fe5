extension Preset {
  /// `virtual_users` and `virtual_domains`, the tables of the tutorials (ISPmail, Linode and their like), with a column `quota` or
  /// without. Nobody is inactive there. Home and owner are not in the database.
  static let virtualUsers = Preset(
    name: "virtual-users", title: "the mail tutorials", takes: [.mailRoot, .uid, .gid, .maildir],
    requires: [.uid, .gid], makesHomes: true, standardMaildir: "Maildir",
    fingerprint: SchemaFingerprint([
      .init("virtual_users", ["id", "domain_id", "email", "password"]), .init("virtual_domains", ["id", "name"]),
    ]),
    probes: { _, _ in
      [
        SchemaProbe(
          table: "virtual_users", columns: ["email", "domain_id"],
          checks: [
            .init("email IS NULL OR email NOT LIKE '_%@_%'", "an email that is NULL or no address: they have no home"),
            .orphans("virtual_domains", "id = looked.domain_id"),
          ])
      ]
    }
  ) { dialect, _ in
    let columns = """
      u.email AS username, :uid AS uid, :gid AS gid,
        \(dialect.joined(":mail_root", "'/'", "d.name", "'/'", dialect.localPart(of: "u.email"))) AS home, :maildir AS maildir
      """
    // The inner `quota` is the table's own where it has that column; else the name falls through to `absent`.
    let quota = "(SELECT quota FROM virtual_users AS own WHERE own.id = u.id)"
    let from = "FROM virtual_users AS u JOIN virtual_domains AS d ON d.id = u.domain_id"
    return PresetText(
      account: """
        SELECT \(columns), u.password, \(dialect.quota(quota)) AS quota
        \(from) CROSS JOIN (SELECT 0 AS quota) AS absent
        WHERE u.email = :username
        """,
      enumerate: """
        SELECT \(columns)
        \(from)
        """,
      setPassword: "UPDATE virtual_users SET password = :new_hash WHERE email = :username",
      changed: "virtual_users", changes: ["password"])
  }
}
