extension Preset {
  /// The table `passwd` of courier-authlib's documentation (README.authmysql, README.authpostgres): id, crypt, clear, name,
  /// uid, gid, home, maildir, defaultdelivery, quota; and `options` (courier's AUXOPTIONS field), which not every such table has.
  static let courier = Preset(
    name: "courier", title: "courier's documentation", takes: [.table],
    fingerprint: SchemaFingerprint(
      [
        .init(
          "passwd", ["id", "crypt", "clear", "name", "uid", "gid", "home", "maildir", "defaultdelivery", "quota"])
      ], mayBeRenamed: true),
    probes: { _, parameters in
      [
        SchemaProbe(
          table: parameters.table ?? "passwd", columns: ["id", "home", "uid"],
          checks: [
            .init("id IS NULL OR id = ''", "an empty id: they are neither listed nor found"),
            .init("home IS NULL OR home = ''", "an empty home: they are not listed, and logins fail temporarily"),
            .init("home NOT LIKE '/%' AND home <> ''", "a home that is no absolute path: logins fail temporarily"),
            .init("uid = 0", "uid 0: their mail would belong to root", isFault: false),
          ])
      ]
    }
  ) { dialect, parameters in
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
        """,
      changed: table, changes: ["crypt", "clear"])
  }
}
