import Accounts

extension DirectoryFixture {
  /// Opens a directory with a preset's queries.
  fileprivate func withPreset(
    _ name: String, _ parameters: PresetParameters, _ body: (any AccountDirectory) throws -> Void
  ) throws {
    guard let preset = Presets.named(name) else { throw ConformanceFailure(description: "no preset \(name)") }
    try withDirectory(preset.queries(dialect: dialect, parameters), body)
  }

  /// PostfixAdmin's table, with two mailboxes of one local part, and one that is inactive.
  fileprivate func makeMailbox(_ table: String = "mailbox", smtpActive: Bool = false) throws {
    try execute(
      """
      CREATE TABLE \(table) (username varchar(255) NOT NULL, password varchar(255) NOT NULL DEFAULT '',
        name varchar(255) NOT NULL DEFAULT '', maildir varchar(255) NOT NULL DEFAULT '', quota bigint NOT NULL DEFAULT 0,
        local_part varchar(255) NOT NULL, domain varchar(255) NOT NULL,
        active boolean NOT NULL DEFAULT '1'\(smtpActive ? ", smtp_active boolean NOT NULL DEFAULT '1'" : ""),
        PRIMARY KEY (username))
      """)
    for (local, domain, active, quota) in [
      ("testuser", "example.com", "1", "0"), ("twice", "example.com", "1", "10240000"),
      ("twice", "example.org", "1", "-1"), ("off", "example.com", "0", "0"),
    ] {
      try execute(
        """
        INSERT INTO \(table) (username, password, name, maildir, quota, local_part, domain, active)
        VALUES ('\(local)@\(domain)', '$1$abc$hash', 'Test User', '\(domain)/\(local)/', \(quota), '\(local)', '\(domain)',
          '\(active)')
        """)
    }
  }
}

extension DirectoryConformance {
  private static let ids = PresetParameters(uid: 5000, gid: 5001)

  /// The ready-made queries do what they promise on this database.
  static let presetCases: [ConformanceCase] = [
    ConformanceCase("preset postfixadmin, login by address") { fixture in
      try fixture.makeMailbox()
      try fixture.withPreset("postfixadmin", ids) { directory in
        try expect(directory.inspect().isEmpty, "\(directory.inspect())")
        let account = try directory.find("testuser@example.com")
        try expectEqual(account.username, bytes("testuser@example.com"))
        try expectEqual(text(account.passwordHash), "$1$abc$hash")
        try expectEqual([account.uid, account.gid], [5000, 5001])
        try expectEqual(account.home, bytes("/var/vmail/"))
        try expectEqual(account.maildir, bytes("example.com/testuser/"))
        try expectEqual(account.name, bytes("Test User"))
        try expect(account.quota == nil && account.isActive, "\(account)")
        try expectEqual(directory.find("twice@example.com").quota, bytes("10240000S"))
        try expect(directory.find("twice@example.org").quota == nil, "a quota of -1")
        try expect(!directory.find("off@example.com").isActive, "off is active")
        try expectRefused(directory.ask("testuser"), .unknownUser)
        let (rows, outcome) = directory.list()
        try expectAccepted(outcome)
        try expectEqual(
          rows.map { String(decoding: $0.username, as: UTF8.self) }.sorted(),
          ["testuser@example.com", "twice@example.com", "twice@example.org"])
        try expectEqual(rows.first?.home, bytes("/var/vmail/"))
        try expectAccepted(directory.change("testuser@example.com", hash: "$6$new"))
        try expectEqual(text(directory.find("testuser@example.com").passwordHash), "$6$new")
        try expectRefused(directory.change("testuser"), .unknownUser)
      }
    },
    ConformanceCase("preset postfixadmin, login by local part") { fixture in
      try fixture.makeMailbox("mail_boxes")
      let parameters = PresetParameters(
        mailRoot: "/srv/o'mail", uid: 0, gid: 4_294_967_294, login: .localPart, table: "mail_boxes")
      try fixture.withPreset("postfixadmin", parameters) { directory in
        try expect(directory.inspect().isEmpty, "\(directory.inspect())")
        for key: AccountKey in [
          .key("testuser"), .key("testuser@example.com"), .key("testuser", defaultDomain: "example.com"),
        ] {
          guard case .accepted(let account) = try directory.ask(key) else {
            throw ConformanceFailure(description: "\(key)")
          }
          try expectEqual(account.username, bytes("testuser"))
          try expectEqual(account.home, bytes("/srv/o'mail"))
          try expectEqual([account.uid, account.gid], [0, 4_294_967_294])
        }
        try expectUnavailable(directory.ask("twice"), .ambiguous)
        try expectAccepted(directory.ask("twice@example.org"))
        try expectAccepted(directory.ask(.key("twice", defaultDomain: "example.com")))
        try expectRefused(directory.ask("testuser@example.org"), .unknownUser)
        try expectUnavailable(directory.change("twice"), .ambiguous)
        try expectAccepted(directory.change("twice@example.org", hash: "$6$org"))
        try expectEqual(text(directory.find("twice@example.org").passwordHash), "$6$org")
        try expectEqual(text(directory.find("twice@example.com").passwordHash), "$1$abc$hash")
        try expectEqual(directory.list().rows.count, 3)
      }
    },
    ConformanceCase("preset postfixadmin, app-passwords") { fixture in
      try fixture.makeMailbox("pa_mailbox")
      try fixture.execute(
        """
        CREATE TABLE pa_mailbox_app_password (id \(fixture.dialect.counter), username varchar(255) DEFAULT NULL,
          description varchar(255) DEFAULT NULL, password_hash varchar(255) DEFAULT NULL)
        """)
      try fixture.execute(
        """
        INSERT INTO pa_mailbox_app_password (username, description, password_hash)
        VALUES ('testuser@example.com', 'phone', '$1$abc$1'), ('testuser@example.com', NULL, '$1$abc$2'),
          ('twice@example.org', 'other', '$1$abc$3')
        """)
      for login in LoginStyle.allCases {
        let parameters = PresetParameters(uid: 5000, gid: 5001, login: login, table: "pa_mailbox", appPasswords: true)
        try fixture.withPreset("postfixadmin", parameters) { directory in
          try expect(directory.inspect().isEmpty, "\(directory.inspect())")
          let found = try directory.findAppPasswords("testuser@example.com")
          try expectEqual(found.map { text($0.hash) }, ["$1$abc$1", "$1$abc$2"])
          try expectEqual(found.map { $0.label }, [bytes("phone"), []])
          try expectEqual(directory.findAppPasswords("testuser").count, login == .localPart ? 2 : 0)
          try expectEqual(directory.findAppPasswords("twice@example.com").count, 0)
        }
      }
      try fixture.withPreset("postfixadmin", PresetParameters(uid: 1, gid: 1, table: "pa_mailbox")) {
        try expect(!$0.offersAppPasswords, "old versions have no such table")
      }
    },
    ConformanceCase("preset postfixadmin, smtp-active") { fixture in
      try fixture.makeMailbox(smtpActive: true)
      try fixture.execute("UPDATE mailbox SET smtp_active = '0' WHERE local_part = 'testuser'")
      var parameters = ids
      parameters.smtpActive = true
      try fixture.withPreset("postfixadmin", parameters) { directory in
        try expect(directory.inspect().isEmpty, "\(directory.inspect())")
        for (service, active) in [
          ("imap", true), ("pop3", true), ("smtp", false), ("esmtp", false), ("submission", false),
        ] {
          try expectEqual(directory.find("testuser@example.com", service: service).isActive, active, service)
          try expectEqual(directory.find("twice@example.com", service: service).isActive, true, service)
          try expectEqual(directory.find("off@example.com", service: service).isActive, false, service)
        }
      }
    },
    ConformanceCase("preset courier, with a column options and without") { fixture in
      for hasOptions in [false, true] {
        try fixture.execute(
          """
          CREATE TABLE passwd (id varchar(128) DEFAULT '' NOT NULL, crypt varchar(128) DEFAULT '' NOT NULL,
            clear varchar(128) DEFAULT '' NOT NULL, name varchar(128) DEFAULT '' NOT NULL,
            uid int DEFAULT 65534 NOT NULL, gid int DEFAULT 65534 NOT NULL, home varchar(255) DEFAULT '' NOT NULL,
            maildir varchar(255) DEFAULT '' NOT NULL, defaultdelivery varchar(255) DEFAULT '' NOT NULL,
            quota varchar(255) DEFAULT '' NOT NULL\(hasOptions ? ", options varchar(255) DEFAULT 'disableimap=1' NOT NULL" : ""))
          """)
        try fixture.execute("INSERT INTO passwd (id, crypt, home) VALUES ('alice', '$1$a$b', '/home/alice')")
        try fixture.execute(
          """
          INSERT INTO passwd (id, clear, home, maildir, defaultdelivery, quota, name)
          VALUES ('bob', 'secret', '/home/bob', 'M', './D', '100S', 'Bob')
          """)
        for _ in 0..<2 { try fixture.execute("INSERT INTO passwd (id, home) VALUES ('twice', '/home/t')") }
        try fixture.withPreset("courier", PresetParameters()) { directory in
          try expect(directory.inspect().isEmpty, "\(directory.inspect())")
          let options = hasOptions ? bytes("disableimap=1") : nil
          let alice = try directory.find("alice")
          try expectEqual(alice.options, options)
          try expectEqual([alice.uid, alice.gid], [65534, 65534])
          try expect(alice.clearPassword == nil && alice.maildir == nil && alice.quota == nil, "\(alice)")
          let bob = try directory.find("bob")
          try expectEqual(text(bob.clearPassword), "secret")
          try expect(bob.passwordHash == nil, "bob has a hash")
          try expectEqual(bob.delivery, bytes("./D"))
          try expectEqual(bob.quota, bytes("100S"))
          try expectUnavailable(directory.ask("twice"), .ambiguous)
          try expectRefused(directory.ask("carol"), .unknownUser)
          try expectAccepted(directory.change("alice", hash: "$6$x", password: "new"))
          try expect(directory.find("alice").clearPassword == nil, "a clear password was made up")
          try expectAccepted(directory.change("bob", hash: "$6$y", password: "new"))
          try expectEqual(text(directory.find("bob").clearPassword), "new")
          try expectEqual(text(directory.find("bob").passwordHash), "$6$y")
          let (rows, outcome) = directory.list()
          try expectAccepted(outcome)
          try expectEqual(rows.count, 4)
          try expectEqual(rows.first?.options, options ?? [])
        }
        try fixture.execute("DROP TABLE passwd")
      }
    },
  ]
}
