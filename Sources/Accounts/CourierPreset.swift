extension Preset {
  /// The table `passwd` of courier-authlib's documentation (README.authmysql, README.authpostgres): id, crypt, clear, name,
  /// uid, gid, home, maildir, defaultdelivery, quota; and `options` (courier's AUXOPTIONS field), which not every such table has.
  static let courier = Preset(name: "courier", takes: [.table], requires: []) { _, parameters in
    let table = parameters.table ?? "passwd"
    // The inner `options` is the table's own where it has that column; else the name falls through to `absent`, and is NULL.
    let options = "(SELECT options FROM \(table) AS own WHERE own.id = p.id LIMIT 1) AS options"
    let from = "FROM \(table) AS p, (SELECT NULL AS options) AS absent"
    return PresetText(
      account: """
        SELECT p.id AS username, p.crypt AS password, p.clear AS clear_password, p.uid, p.gid, p.home, p.maildir,
          p.quota, p.name, p.defaultdelivery AS delivery, \(options)
        \(from)
        WHERE p.id = :username
        """,
      enumerate: """
        SELECT p.id AS username, p.uid, p.gid, p.home, p.maildir, \(options)
        \(from)
        """,
      // A clear password (CRAM needs one) is replaced where there is one: an old one that stayed would still let its owner
      // in. One that is not there is not made up.
      setPassword: """
        UPDATE \(table) SET crypt = :new_hash, clear = CASE WHEN clear <> '' THEN :new_password ELSE clear END
        WHERE id = :username
        """)
  }
}
