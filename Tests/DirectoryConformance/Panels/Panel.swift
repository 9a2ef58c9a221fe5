import Accounts

/// A panel's database with a few accounts, and what its preset must make of them.
struct Panel: Sendable {
  /// What a login comes to, as far as a directory decides it.
  enum Login: Sendable {
    /// Found, with a password to compare.
    case open
    /// Found, and the log will say "account inactive".
    case inactive
    /// Found, without a password.
    case withoutPassword
    /// Nobody.
    case unknown
  }

  /// The account that is looked at in full.
  struct Expected: Sendable {
    let username: String
    let hash: String
    let ids: [UInt32]
    let home: String
    let maildir: String
    let quota: String?
    let name: String?
  }

  let label: String
  let preset: String
  var parameters = PresetParameters(uid: 5000, gid: 5001)
  /// The tables, with the panel's names and types, and the rows.
  let sql: @Sendable (SQLDialect) -> String
  let account: Expected
  /// Who asks for which service, and what comes of it.
  let logins: [(user: String, service: String, login: Login)]
  /// Who is listed, sorted.
  let listed: [String]
  /// Whose app passwords are asked for, and what each is good for of imap, pop3, smtp, sieve.
  var appPasswords: [(user: String, passwords: [(label: String, services: [String])])] = []
  /// What `gatepost check --connect` counts: the probe's columns and the number.
  var probes: [(text: String, count: Int)] = []

  /// The ready-made queries do what they promise on this panel's tables.
  var conformance: ConformanceCase {
    ConformanceCase("preset \(preset): \(label)") { fixture in
      guard let preset = Presets.named(preset) else { throw ConformanceFailure(description: "no preset \(preset)") }
      guard preset.dialects.contains(fixture.dialect) else { return }
      // One by one: MariaDB's library takes no more at a time.
      for statement in sql(fixture.dialect).split(separator: ";") where statement.contains(where: \.isLetter) {
        try fixture.execute(String(statement))
      }
      try fixture.withDirectory(preset.queries(dialect: fixture.dialect, parameters)) { directory in
        try expect(directory.inspect().isEmpty, "\(directory.inspect())")
        try look(at: directory)
        try expectRefused(directory.ask("nobody@example.com"), .unknownUser)
        for (user, service, login) in logins {
          try compare(directory.ask(user, service: service), login, "\(user), \(service)")
        }
        for (user, passwords) in appPasswords {
          let found = try directory.findAppPasswords(user).map { password in
            let services = ["imap", "pop3", "smtp", "sieve"].filter { password.services.contains(bytes($0)) }
            return "\(String(decoding: password.label, as: UTF8.self)): \(services)"
          }
          try expectEqual(found, passwords.map { "\($0.label): \($0.services)" }, user)
        }
        try expectEqual(directory.offersAppPasswords, parameters.appPasswords)
        let (rows, outcome) = directory.list()
        try expectAccepted(outcome)
        try expectEqual(rows.map { String(decoding: $0.username, as: UTF8.self) }.sorted(), listed)
        let row = rows.first { $0.username == bytes(account.username) }
        try expectEqual(row?.home, bytes(account.home))
        try expectEqual(row?.maildir, bytes(account.maildir))
        try recognise(directory, fixture.dialect)
        try probe(directory, preset, fixture.dialect)
        try expectAccepted(directory.change(account.username, hash: "{SHA512-CRYPT}$6$changed"))
        try expectEqual(text(directory.find(account.username).passwordHash), "{SHA512-CRYPT}$6$changed")
        try expectRefused(directory.change("nobody@example.com"), .unknownUser)
      }
    }
  }

  private func look(at directory: any AccountDirectory) throws {
    let found = try directory.find(account.username)
    try expectEqual(found.username, bytes(account.username))
    try expectEqual(text(found.passwordHash), account.hash)
    try expectEqual([found.uid, found.gid], account.ids)
    try expectEqual(found.home, bytes(account.home))
    try expectEqual(found.maildir, bytes(account.maildir))
    try expectEqual(found.quota.map { String(decoding: $0, as: UTF8.self) }, account.quota)
    try expectEqual(found.name.map { String(decoding: $0, as: UTF8.self) }, account.name)
  }

  private func compare(_ outcome: Outcome<Account>, _ login: Login, _ what: String) throws {
    guard login != .unknown else { return try expectRefused(outcome, .unknownUser, what) }
    guard case .accepted(let found) = outcome else { throw ConformanceFailure(description: "\(what): \(outcome)") }
    try expectEqual(found.isActive, login != .inactive, what)
    try expectEqual(found.passwordHash == nil, login == .withoutPassword, what)
  }

  /// The tables are known for what they are, and lack nothing.
  private func recognise(_ directory: any AccountDirectory, _ dialect: SQLDialect) throws {
    guard case .accepted(let shape) = DatabaseShape.read(from: directory, dialect: dialect, deadline: soon) else {
      throw ConformanceFailure(description: "the tables cannot be listed")
    }
    let sighting = SchemaSighting.recognise(shape, dialect: dialect)
    try expectEqual(sighting?.preset.name, preset)
    try expectEqual(sighting?.missing, [])
    try expectEqual(sighting?.table, parameters.table)
    // Other cases make and drop tables beside these.
    let tables = shape.tables.filter { $0.schema == nil }
    try expect(!tables.isEmpty && tables.allSatisfy(\.isReadable), "not readable: \(tables)")
  }

  /// Every question can be asked, and finds as many rows as there are.
  private func probe(_ directory: any AccountDirectory, _ preset: Preset, _ dialect: SQLDialect) throws {
    var found: [String: Int] = [:]
    for probe in preset.probes(dialect, parameters) where !(probe.parameter.map(parameters.isGiven) ?? false) {
      var counts: [Int] = []
      let outcome = directory.read(probe.sql, deadline: soon) { row in
        counts = row.map { $0.flatMap(Int.init) ?? -1 }
        return true
      }
      // A version that lacks a table or column is not asked for it.
      guard case .accepted = outcome else { continue }
      try expectEqual(counts.count, probe.checks.count)
      for (check, count) in zip(probe.checks, counts) where count != 0 { found[check.text] = count }
    }
    try expectEqual(found.count, probes.count, "\(found)")
    for (text, count) in probes {
      try expectEqual(found.first { $0.key.contains(text) }?.value, count, "\(text): \(found)")
    }
  }
}

extension DirectoryConformance {
  /// The presets on the tables of the panels they are for.
  static let panelCases: [ConformanceCase] =
    [
      Panel.postfixAdmin, .postfixAdminWithAll, .postfixAdminByLocalPart, .oldPostfixAdmin, .modoboa, .viMbAdmin,
      .viMbAdminWithStandIns, .iRedMail, .iRedMailEverywhere, .mailcow, .oldMailcow, .ispMail, .linode,
    ].map(\.conformance)
}

extension SQLDialect {
  /// The type that panels use for yes and no.
  var truth: String {
    switch self {
    case .sqlite, .postgresql: "boolean"
    case .mariadb: "tinyint(1)"
    }
  }

  /// The type that panels use for a moment.
  var moment: String { self == .postgresql ? "timestamp" : "datetime" }

  /// An id that counts by itself.
  var counter: String {
    switch self {
    case .sqlite: "integer PRIMARY KEY AUTOINCREMENT"
    case .postgresql: "bigserial PRIMARY KEY"
    case .mariadb: "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY"
    }
  }
}
