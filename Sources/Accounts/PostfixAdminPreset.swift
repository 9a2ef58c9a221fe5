extension Preset {
  /// PostfixAdmin's table `mailbox`, from 2.3 to 4.0, and nothing else of its schema: guides have people make this table
  /// alone. Home and owner are not in the database; the maildir is relative to the home.
  static let postfixAdmin = Preset(
    name: "postfixadmin", takes: Set(PresetParameter.allCases), requires: [.uid, .gid]
  ) { dialect, parameters in
    let table = parameters.table ?? "mailbox"
    let username: String
    let matches: String
    switch parameters.login {
    case .address:
      username = "username"
      matches = "username = :username"
    case .localPart:
      // Without a default domain a bare name has none: two mailboxes of that name are then two rows, which is unavailable.
      username = "local_part AS username"
      matches = "local_part = :local_part AND (:domain = '' OR domain = :domain)"
    }
    // `active` is returned and not asked for, so that a refusal can say "inactive". '1' is true for PostgreSQL's boolean
    // and smallint, and for SQLite's and MariaDB's boolean, which is a number.
    let active =
      parameters.smtpActive
      ? """
      CASE WHEN :service IN ('smtp', 'esmtp', 'submission') AND (smtp_active IS NULL OR smtp_active <> '1')
            THEN '0' ELSE active END AS active
      """ : "active"
    // To MariaDB `||` is OR.
    let quota = dialect == .mariadb ? "CONCAT(quota, 'S')" : "quota || 'S'"
    return PresetText(
      account: """
        SELECT \(username), password, :uid AS uid, :gid AS gid, :mail_root AS home, maildir,
          CASE WHEN quota > 0 THEN \(quota) END AS quota, name, \(active)
        FROM \(table)
        WHERE \(matches)
        """,
      enumerate: """
        SELECT \(username), :uid AS uid, :gid AS gid, :mail_root AS home, maildir
        FROM \(table)
        WHERE active = '1'
        """,
      setPassword: "UPDATE \(table) SET password = :new_hash WHERE \(matches)",
      appPasswords: parameters.appPasswords ? appPasswords(of: table, matches) : nil)
  }

  /// PostfixAdmin 4's own table of them. They are good for every service.
  private static func appPasswords(of table: String, _ matches: String) -> String {
    """
    SELECT password_hash AS password, description
    FROM \(table)_app_password
    WHERE username IN (SELECT username FROM \(table) WHERE \(matches))
    ORDER BY id
    """
  }
}
