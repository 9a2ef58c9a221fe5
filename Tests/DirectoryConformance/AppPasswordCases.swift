import Accounts
import Threads

extension DirectoryFixture {
  /// The `app-passwords` query of most cases.
  static let appPasswords = """
    SELECT hash AS password, note AS description, services FROM app_passwords WHERE login = :username ORDER BY n
    """

  func makeAppPasswords() throws {
    try execute("CREATE TABLE app_passwords (n INTEGER, login TEXT, hash TEXT, note TEXT, services TEXT)")
  }

  func insertAppPassword(
    _ number: Int = 1, of login: String = "alice@example.com", hash: String? = "$1$abc$app", note: String? = "phone",
    services: String? = nil
  ) throws {
    let values = [String(number)] + [login, hash, note, services].map { $0.map(Self.literal) ?? "NULL" }
    try execute("INSERT INTO app_passwords VALUES (\(values.joined(separator: ", ")))")
  }

  fileprivate func withAppPasswords(
    _ query: String = appPasswords, _ body: (any AccountDirectory) throws -> Void
  ) throws {
    try makeTable()
    try insert()
    try withDirectory(appPasswords: query, body)
  }
}

extension DirectoryConformance {
  private static let alice = "alice@example.com"

  /// The second query of a login.
  static let appPasswordCases: [ConformanceCase] = [
    ConformanceCase("app passwords: all of an account, in the query's order, with what they are good for") { fixture in
      try fixture.makeAppPasswords()
      try fixture.insertAppPassword(2, hash: "{SHA256}two", note: "Thunderbird laptop", services: "imap, SMTP")
      try fixture.insertAppPassword(1, hash: "$1$abc$one", note: nil)
      try fixture.insertAppPassword(3, hash: "{SHA256}three", note: "", services: "")
      try fixture.insertAppPassword(4, of: "bob@example.com", hash: "$1$abc$bob")
      try fixture.withAppPasswords { directory in
        try expect(directory.offersAppPasswords, "not offered")
        let found = try directory.findAppPasswords(alice)
        try expectEqual(found.map { text($0.hash) }, ["$1$abc$one", "{SHA256}two", "{SHA256}three"])
        try expectEqual(found.map { $0.label }, [[], bytes("Thunderbird laptop"), []])
        try expectEqual(
          ["imap", "smtp", "pop3"].map { service in found.map { $0.services.contains(bytes(service)) } },
          [[true, true, false], [true, true, false], [true, false, false]])
        try expectEqual(directory.findAppPasswords("nobody").count, 0)
      }
    },
    ConformanceCase("app passwords: a query of one column, with :service, :local_part and :domain") { fixture in
      try fixture.makeAppPasswords()
      try fixture.insertAppPassword(services: "imap")
      // To MariaDB `||` is OR.
      let address =
        fixture.dialect == .mariadb ? "CONCAT(:local_part, '@', :domain)" : ":local_part || '@' || :domain"
      let query = "SELECT hash AS password FROM app_passwords WHERE login = \(address) AND services = :service"
      try fixture.withAppPasswords(query) { directory in
        try expectEqual(directory.findAppPasswords(alice).map { text($0.hash) }, ["$1$abc$app"])
        try expectEqual(directory.findAppPasswords(alice, service: "smtp").count, 0)
        try expect(directory.findAppPasswords(alice)[0].services == .all, "no column is every service")
      }
    },
    ConformanceCase("app passwords: a row that is added counts at once, and so does one that is deleted") { fixture in
      try fixture.makeAppPasswords()
      try fixture.withAppPasswords { directory in
        try expectEqual(directory.findAppPasswords(alice).count, 0)
        try fixture.insertAppPassword()
        try expectEqual(directory.findAppPasswords(alice).count, 1)
        try fixture.execute("DELETE FROM app_passwords")
        try expectEqual(directory.findAppPasswords(alice).count, 0)
      }
    },
    ConformanceCase("app passwords: 32 are served, 33 are unavailable and not cut") { fixture in
      try fixture.makeAppPasswords()
      for number in 1...AppPassword.maximumCount { try fixture.insertAppPassword(number) }
      try fixture.withAppPasswords { directory in
        try expectEqual(directory.findAppPasswords(alice).count, AppPassword.maximumCount)
        try fixture.insertAppPassword(33)
        let detail = try expectUnavailable(directory.askForAppPasswords(.key(alice)), .tooManyAppPasswords)
        try expect(detail.contains("32") && detail.contains("delete"), detail)
        try expectAccepted(directory.ask(alice))
      }
    },
    ConformanceCase("app passwords: NULL and empty hashes are left out, others make the row unusable") { fixture in
      try fixture.makeAppPasswords()
      try fixture.insertAppPassword(1, hash: nil)
      try fixture.insertAppPassword(2, hash: "")
      try fixture.insertAppPassword(3, hash: "{SHA256}x", note: "a\nb\u{1b}[1m " + String(repeating: "x", count: 100))
      try fixture.insertAppPassword(4, hash: "{SHA256}y", note: "{SHA256}y")
      try fixture.insertAppPassword(5, of: "broken", hash: "$1$abc\n$app")
      try fixture.withAppPasswords { directory in
        let found = try directory.findAppPasswords(alice)
        try expectEqual(found.map { text($0.hash) }, ["{SHA256}x", "{SHA256}y"])
        try expectEqual(found.map { $0.label.count }, [AppPassword.maximumLabelLength, 0])
        let detail = try expectUnavailable(directory.askForAppPasswords(.key("broken")), .badRow)
        try expect(detail.contains("password") && !detail.contains("abc"), detail)
      }
    },
    ConformanceCase("app passwords: a name that the database cannot hold has none") { fixture in
      try fixture.makeAppPasswords()
      try fixture.withAppPasswords { directory in
        guard case .accepted(let found) = try directory.askForAppPasswords(.key(bytes: [0x61, 0x00, 0x62])) else {
          throw ConformanceFailure(description: "a NUL byte")
        }
        try expectEqual(found.count, 0)
      }
    },
    ConformanceCase("app passwords: their table away, and back; accounts are found all the time") { fixture in
      try fixture.withAppPasswords { directory in
        try expectUnavailable(directory.askForAppPasswords(.key(alice)), .queryFailed)
        try expectAccepted(directory.ask(alice))
        try fixture.makeAppPasswords()
        try fixture.insertAppPassword()
        try expectEqual(directory.findAppPasswords(alice).count, 1)
        try fixture.execute("DROP TABLE app_passwords")
        for _ in 0..<3 {
          try expectUnavailable(directory.askForAppPasswords(.key(alice)))
          try expectAccepted(directory.ask(alice))
        }
        try fixture.makeAppPasswords()
        try fixture.insertAppPassword(hash: "{SHA256}again")
        try expectEqual(directory.findAppPasswords(alice).map { text($0.hash) }, ["{SHA256}again"])
      }
    },
    ConformanceCase("app passwords: the columns of a SELECT * change places: never one value for another") { fixture in
      try fixture.execute("CREATE TABLE apps (description TEXT, password TEXT, services TEXT)")
      try fixture.execute("INSERT INTO apps VALUES ('phone', '{SHA256}x', 'imap')")
      try fixture.withAppPasswords("SELECT * FROM apps") { directory in
        try expectEqual(directory.findAppPasswords(alice).map { text($0.hash) }, ["{SHA256}x"])
        try fixture.execute("DROP TABLE apps")
        try fixture.execute("CREATE TABLE apps (password TEXT, description TEXT)")
        try fixture.execute("INSERT INTO apps VALUES ('{SHA256}y', 'laptop')")
        var last = try directory.askForAppPasswords(.key(alice))
        for _ in 0..<5 {
          if case .accepted = last { break }
          try expectUnavailable(last)
          last = try directory.askForAppPasswords(.key(alice))
        }
        guard case .accepted(let found) = last else { throw ConformanceFailure(description: "\(last)") }
        try expectEqual(found.map { text($0.hash) }, ["{SHA256}y"])
        try expectEqual(found.map { $0.label }, [bytes("laptop")])
        try fixture.execute("ALTER TABLE apps RENAME COLUMN password TO pass")
        for _ in 0..<3 { try expectUnavailable(directory.askForAppPasswords(.key(alice))) }
        try expectAccepted(directory.ask(alice))
      }
    },
    ConformanceCase("app passwords: questions of both kinds at once, each has its own answer") { fixture in
      try fixture.makeAppPasswords()
      for number in 0..<10 {
        try fixture.insertAppPassword(number, of: "user\(number + 1)", hash: "{SHA256}\(number + 1)")
      }
      try fixture.makeTable()
      try fixture.insertMany(10)
      let failing = """
        SELECT hash AS password FROM app_passwords WHERE login = :username AND \(fixture.failing(where: "login = 'user3'"))
        """
      try fixture.withDirectory(appPasswords: failing) { directory in
        let accounts = Answers<Account>(count: 200)
        let apps = Answers<[AppPassword]>(count: 200)
        for index in 0..<200 {
          let key = AccountKey.key("user\(index % 10 + 1)")
          directory.lookUp(key, deadline: soon, completion: accounts.completion(index))
          directory.appPasswords(key, deadline: soon, completion: apps.completion(index))
        }
        try accounts.wait()
        try apps.wait()
        for (index, outcome) in try accounts.all().enumerated() {
          guard case .accepted(let account) = outcome else {
            throw ConformanceFailure(description: "account \(index): \(outcome)")
          }
          try expectEqual(account.username, bytes("user\(index % 10 + 1)"))
        }
        for (index, outcome) in try apps.all().enumerated() {
          if index % 10 == 2 {
            try expectUnavailable(outcome, .queryFailed)
          } else if case .accepted(let found) = outcome {
            try expectEqual(found.map { text($0.hash) }, ["{SHA256}\(index % 10 + 1)"])
          } else {
            throw ConformanceFailure(description: "app passwords \(index): \(outcome)")
          }
        }
      }
    },
    ConformanceCase("app passwords: a deadline that has passed, and the end") { fixture in
      try fixture.makeAppPasswords()
      try fixture.withAppPasswords { directory in
        let past = Deadline.now - .seconds(1)
        try expectUnavailable(directory.askForAppPasswords(.key(alice), deadline: past), .timedOut)
        try expectAccepted(directory.askForAppPasswords(.key(alice)))
        directory.shutDown()
        try expectUnavailable(directory.askForAppPasswords(.key(alice)), .stopping)
      }
    },
    ConformanceCase("no app-passwords query: none, without asking") { fixture in
      try fixture.withDirectory { directory in
        try expect(!directory.offersAppPasswords, "offered")
        try expectEqual(directory.findAppPasswords(alice).count, 0)
      }
    },
    ConformanceCase("inspect: what is wrong with the app-passwords query") { fixture in
      try fixture.makeAppPasswords()
      try fixture.withAppPasswords { try expect($0.inspect().isEmpty, "\($0.inspect())") }
      try fixture.withDirectory(
        appPasswords: "SELECT hash, note AS descripton, note AS services FROM app_passwords WHERE login = :username"
      ) { directory in
        let findings = directory.inspect()
        let text = findings.map(\.text).joined(separator: "\n")
        for word in [
          "column hash: known are password, description, services", "did you mean description", "password is missing",
        ] {
          try expect(text.contains(word), "nothing of \(word): \(text)")
        }
        try expect(
          findings.allSatisfy { $0.key == "queries.app-passwords" && $0.kind == .configuration }, "\(findings)")
      }
      try fixture.withDirectory(appPasswords: "SELECT password FROM app_pasword") { directory in
        let findings = directory.inspect()
        try expectEqual(findings.map(\.key), ["queries.app-passwords"])
        try expect(findings.allSatisfy { $0.text.contains("app_pasword") && $0.kind == .configuration }, "\(findings)")
      }
    },
  ]
}
