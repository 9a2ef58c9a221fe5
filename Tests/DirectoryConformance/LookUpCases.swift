import Accounts

extension DirectoryConformance {
  /// Found, not found, and what a name may be made of.
  static let lookUpCases: [ConformanceCase] = [
    ConformanceCase("found: every column arrives") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory { directory in
        let account = try directory.find("alice@example.com")
        try expectEqual(account.username, bytes("alice@example.com"))
        try expectEqual(text(account.passwordHash), "$1$abc$hash")
        try expectEqual(text(account.clearPassword), "clear")
        try expectEqual(account.uid, 5000)
        try expectEqual(account.gid, 5001)
        try expectEqual(account.home, bytes("/var/vmail/alice"))
        try expectEqual(account.maildir, bytes("Maildir"))
        try expectEqual(account.quota, bytes("1000S"))
        try expectEqual(account.name, bytes("Alice A."))
        try expectEqual(account.options, bytes("disableimap=1"))
        try expectEqual(account.delivery, bytes("./Mail"))
        try expect(account.isActive, "alice is not active")
      }
    },
    ConformanceCase("found: columns of other types, in another order, computed") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      let query = """
        SELECT \(fixture.joined("'/home/'", "login")) AS home, 5001 AS gid, 5000 AS "UID", (1 = 1) AS active, login AS Username
        FROM accounts WHERE login = :username
        """
      try fixture.withDirectory(account: query) { directory in
        let account = try directory.find("alice@example.com")
        try expectEqual(account.home, bytes("/home/alice@example.com"))
        try expectEqual([account.uid, account.gid], [5000, 5001])
        try expect(account.isActive, "not active")
        try expect(account.passwordHash == nil && account.clearPassword == nil, "a password from nowhere")
        try expect(account.maildir == nil && account.quota == nil && account.name == nil, "a value from nowhere")
      }
    },
    ConformanceCase("absent: refused as unknown, on an empty table too") { fixture in
      try fixture.makeTable()
      try fixture.withDirectory { try expectRefused($0.ask("alice@example.com"), .unknownUser) }
      try fixture.insert()
      try fixture.withDirectory { directory in
        for name in ["bob@example.com", "alice", "", " alice@example.com", "alice@example.com "] {
          try expectRefused(directory.ask(name), .unknownUser, name)
        }
        try expectAccepted(directory.ask("alice@example.com"))
      }
    },
    ConformanceCase("inactive: accepted with isActive false, however it is written") { fixture in
      try fixture.makeTable()
      let spellings: [(String?, Bool)] = [
        ("0", false), ("f", false), ("false", false), ("no", false), ("", false), (nil, false), ("1", true),
        ("t", true), ("TRUE", true), ("yes", true), ("2", true),
      ]
      for (index, (active, _)) in spellings.enumerated() {
        try fixture.insert(["login": "user\(index)", "active": active])
      }
      try fixture.insert(["login": "maybe", "active": "maybe"])
      try fixture.withDirectory { directory in
        for (index, (active, expected)) in spellings.enumerated() {
          try expectEqual(directory.find("user\(index)").isActive, expected, "active \(active ?? "NULL")")
        }
        try expectUnavailable(directory.ask("maybe"), .badRow)
      }
    },
    ConformanceCase("inactive: a real boolean that is false") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      let query = "SELECT login AS username, uid, gid, home, (1 = 0) AS active FROM accounts WHERE login = :username"
      try fixture.withDirectory(account: query) { directory in
        try expectEqual(directory.find("alice@example.com").isActive, false)
      }
    },
    ConformanceCase("NULL in every optional column: absent") { fixture in
      try fixture.makeTable()
      try fixture.insert([
        "hash": nil, "clear": nil, "maildir": nil, "quota": nil, "full_name": nil, "options": nil, "delivery": nil,
      ])
      try fixture.withDirectory { directory in
        let account = try directory.find("alice@example.com")
        try expect(account.passwordHash == nil && account.clearPassword == nil, "a password from NULL")
        try expect(account.maildir == nil && account.quota == nil && account.name == nil, "a value from NULL")
        try expect(account.options == nil && account.delivery == [], "a value from NULL")
      }
    },
    ConformanceCase("empty in every optional column: absent, but for the name") { fixture in
      try fixture.makeTable()
      try fixture.insert([
        "hash": "", "clear": "", "maildir": "", "quota": "", "full_name": "", "options": "", "delivery": "",
      ])
      try fixture.withDirectory { directory in
        let account = try directory.find("alice@example.com")
        try expect(account.passwordHash == nil && account.clearPassword == nil, "a password from nothing")
        try expect(account.maildir == nil && account.quota == nil, "a value from nothing")
        try expect(account.options == nil && account.delivery == [], "a value from nothing")
        try expectEqual(account.name, [])
      }
    },
    ConformanceCase("names with quotes, wildcards and other people's syntax are data") { fixture in
      try fixture.makeTable()
      let names = [
        "o'brien", "x' OR '1'='1", "\\", "a\\'b", "a\"b", "%", "_", "$(domain)", ":username", "$1", "?", "?1", "--",
        "/*", ";", "a;DROP TABLE accounts", "E'\\n'", "ünï@exämple.com", "\u{1F600}", "$$", "a\tb",
      ]
      for name in names { try fixture.insert(["login": name, "home": "/h/\(name)"]) }
      try fixture.withDirectory { directory in
        for name in names {
          let account = try directory.find(name)
          try expectEqual(account.username, bytes(name))
          try expectEqual(account.home, bytes("/h/\(name)"))
        }
        for name in ["' OR 1=1 --", "alice%", "%'", "x' UNION SELECT", "$(username)", ":login"] {
          try expectRefused(directory.ask(name), .unknownUser, name)
        }
      }
    },
    ConformanceCase("a name that is not UTF-8, or holds NUL, is nobody's") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["login": "\u{FFFD}"])
      try fixture.withDirectory { directory in
        for name: [UInt8] in [
          [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], bytes("alice@example.com") + [0],
          bytes("alice@example.com") + [0] + bytes("x"), [0], bytes("alice\u{FFFD}") + [0x80],
        ] {
          try expectRefused(directory.ask(.key(bytes: name)), .unknownUser, "\(name)")
        }
        try expectAccepted(directory.ask("alice@example.com"))
      }
    },
    ConformanceCase("a service that is not UTF-8 makes nobody unknown") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.makeAppPasswords()
      try fixture.insertAppPassword()
      let key = AccountKey(name: LoginName(bytes("alice@example.com"), defaultDomain: nil), service: [0x69, 0xFF])
      let condition = " AND :service <> ''"
      func directory(asking: Bool, _ body: (any AccountDirectory) throws -> Void) throws {
        let more = asking ? condition : ""
        try fixture.withDirectory(
          account: DirectoryFixture.account + more, setPassword: DirectoryFixture.setPassword + more,
          appPasswords: "SELECT hash AS password FROM app_passwords WHERE login = :username" + more, body)
      }
      try directory(asking: false) { directory in
        try expectAccepted(directory.ask(key))
        guard case .accepted(let found) = try directory.askForAppPasswords(key), found.count == 1 else {
          throw ConformanceFailure(description: "no app password")
        }
        for (old, new) in [(nil, "new"), ("new", "newer")] as [(String?, String)] {
          try expectAccepted(directory.change(key, hash: new, password: "clear", replacing: old), new)
        }
      }
      try directory(asking: true) { directory in
        // SQLite compares bytes.
        if fixture.dialect == .sqlite { return try expectAccepted(directory.ask(key)) }
        try expectUnavailable(directory.ask(key), .queryFailed)
        try expectUnavailable(directory.askForAppPasswords(key), .queryFailed)
        for old in [nil, "newer"] {
          try expectUnavailable(
            directory.change(key, hash: "newest", password: "clear", replacing: old), .queryFailed, old ?? "")
        }
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "newer")
      }
    },
    ConformanceCase("a name of 8,000 bytes is nobody's, and one that is there is found") { fixture in
      try fixture.makeTable()
      let name = String(repeating: "n", count: 8000)
      try fixture.insert(["login": name])
      try fixture.withDirectory { directory in
        try expectAccepted(directory.ask(name))
        try expectRefused(directory.ask(name + "x"), .unknownUser)
      }
    },
    ConformanceCase("all placeholders, one of them twice") { fixture in
      try fixture.makeTable()
      try fixture.insert(["login": "alice", "maildir": "example.com", "options": "imap"])
      let query = """
        SELECT login AS username, uid, gid, home FROM accounts -- :nobody's
        WHERE (login = :local_part OR login = :username) AND maildir = :domain AND options = :service
          AND login = :local_part AND ':service' <> options
        """
      try fixture.withDirectory(account: query) { directory in
        try expectAccepted(directory.ask("alice@example.com"))
        try expectAccepted(directory.ask(.key("alice", defaultDomain: "example.com")))
        try expectRefused(directory.ask("alice@example.org"), .unknownUser)
        try expectRefused(directory.ask("alice@example.com", service: "pop3"), .unknownUser)
      }
    },
    ConformanceCase("many questions at once: each gets its own answer, once") { fixture in
      try fixture.makeTable()
      try fixture.insertMany(100)
      try fixture.withDirectory { directory in
        let answers = Answers<Account>(count: 400)
        for index in 0..<400 {
          directory.lookUp(.key("user\(index % 200 + 1)"), deadline: soon, completion: answers.completion(index))
        }
        try answers.wait()
        for (index, outcome) in try answers.all().enumerated() {
          if index % 200 < 100 {
            guard case .accepted(let account) = outcome else { throw ConformanceFailure(description: "\(outcome)") }
            try expectEqual(account.username, bytes("user\(index % 200 + 1)"))
          } else {
            try expectRefused(outcome, .unknownUser)
          }
        }
      }
    },
    ConformanceCase("what is changed after many questions at once is seen by the next") { fixture in
      try fixture.makeTable()
      try fixture.insertMany(10)
      try fixture.withDirectory { directory in
        for round in 1...5 {
          let answers = Answers<Account>(count: 300)
          for index in 0..<300 {
            directory.lookUp(.key("user\(index % 10 + 1)"), deadline: soon, completion: answers.completion(index))
          }
          try answers.wait()
          try fixture.execute("UPDATE accounts SET uid = '\(round)'")
          try expectEqual(directory.find("user1").uid, UInt32(round))
        }
      }
    },
  ]
}
