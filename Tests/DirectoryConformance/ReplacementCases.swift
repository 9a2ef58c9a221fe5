import Accounts
import Secrets
import Threads

extension DirectoryConformance {
  /// A better hash in the place of a certain one: only while that one is stored.
  static let replacementCases: [ConformanceCase] = [
    ConformanceCase("replacing the hash that is stored: done, of this account alone") { fixture in
      try fixture.makeTable()
      try fixture.insert(["clear": "same"])
      try fixture.insert(["login": "bob"])
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        for (old, new) in [("$1$abc$hash", "h' --"), ("h' --", "ü $1 ?"), ("ü $1 ?", "$6$x"), ("$6$x", "$6$x")] {
          try expectAccepted(directory.change("alice@example.com", hash: new, password: "same", replacing: old), old)
          let account = try directory.find("alice@example.com")
          try expectEqual(text(account.passwordHash), new)
          try expectEqual(text(account.clearPassword), "same")
        }
        try expectEqual(text(directory.find("bob").passwordHash), "$1$abc$hash")
      }
    },
    ConformanceCase("replacing another hash than the one that is stored: refused, nothing is changed") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["login": "bob", "hash": nil])
      try fixture.insert(["login": "carol", "hash": ""])
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        for other in ["$1$abc$HASH", "$1$abc$hash ", " $1$abc$hash", "$1$abc$has", "$1$abc$hasH", "x' OR '1'='1", "%"] {
          try expectRefused(directory.change("alice@example.com", replacing: other), .passwordChanged, other)
        }
        let account = try directory.find("alice@example.com")
        try expectEqual([text(account.passwordHash), text(account.clearPassword)], ["$1$abc$hash", "clear"])
        for name in ["bob", "carol"] {
          for old in ["$1$abc$hash", ""] {
            try expectRefused(directory.change(name, replacing: old), .passwordChanged, name)
          }
          try expect(directory.find(name).passwordHash == nil, "\(name) has a hash")
        }
        // Somebody else has changed it between the look-up and this.
        try fixture.execute("UPDATE accounts SET hash = '$6$other' WHERE login = 'alice@example.com'")
        try expectRefused(directory.change("alice@example.com", replacing: "$1$abc$hash"), .passwordChanged)
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$6$other")
        try expectAccepted(directory.change("alice@example.com", hash: "free"))
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "free")
      }
    },
    ConformanceCase("replacing the hash of a row that has gone: refused as unknown") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expectAccepted(directory.ask("alice@example.com"))
        try fixture.execute("DELETE FROM accounts")
        try expectRefused(directory.change("alice@example.com", replacing: "$1$abc$hash"), .unknownUser)
        try expectRefused(directory.change("x' OR '1'='1", replacing: "$1$abc$hash"), .unknownUser)
      }
    },
    ConformanceCase("replacing the hash of two rows: unavailable, nothing is changed") { fixture in
      try fixture.makeTable()
      try fixture.insert(["options": "imap"])
      try fixture.insert(["options": "pop3"])
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expectUnavailable(directory.change("alice@example.com", replacing: "$1$abc$hash"), .ambiguous)
      }
      // One that the account query finds, and two that would change.
      let query = DirectoryFixture.account + " AND options = :service"
      try fixture.withDirectory(account: query, setPassword: DirectoryFixture.setPassword) { directory in
        try expectUnavailable(directory.change("alice@example.com", replacing: "$1$abc$hash"), .ambiguous)
        for service in ["imap", "pop3"] {
          let account = try directory.find("alice@example.com", service: service)
          try expectEqual(text(account.passwordHash), "$1$abc$hash", service)
        }
      }
      let one = DirectoryFixture.setPassword + " AND options = :service"
      try fixture.withDirectory(account: query, setPassword: one) { directory in
        try expectAccepted(
          directory.change("alice@example.com", hash: "new", replacing: "$1$abc$hash", service: "pop3"))
        try expectRefused(
          directory.change("alice@example.com", replacing: "$1$abc$hash", service: "pop3"), .passwordChanged)
        try expectEqual(text(directory.find("alice@example.com", service: "imap").passwordHash), "$1$abc$hash")
        try expectEqual(text(directory.find("alice@example.com", service: "pop3").passwordHash), "new")
      }
    },
    ConformanceCase("replacing, and a query fails or its row is bad: unavailable, nothing is changed") { fixture in
      try fixture.makeTable()
      try fixture.insert(["login": "boom"])
      try fixture.insert(["login": "bad", "uid": "many"])
      try fixture.insert()
      let failing = fixture.failing(where: "login = 'boom'")
      for (account, change) in [
        (DirectoryFixture.account + " AND " + failing, DirectoryFixture.setPassword),
        (DirectoryFixture.account, DirectoryFixture.setPassword + " AND " + failing),
      ] {
        try fixture.withDirectory(account: account, setPassword: change) { directory in
          try expectUnavailable(directory.change("boom", replacing: "$1$abc$hash"), .queryFailed)
          try expectUnavailable(directory.change("bad", replacing: "$1$abc$hash"), .badRow)
        }
      }
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expectEqual(text(directory.find("boom").passwordHash), "$1$abc$hash")
        let past = Deadline.now - .seconds(1)
        try expectUnavailable(
          directory.change("alice@example.com", replacing: "$1$abc$hash", deadline: past), .timedOut)
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$1$abc$hash")
        try expectAccepted(directory.change("alice@example.com", replacing: "$1$abc$hash"))
      }
      let without = "SELECT login AS username, uid, gid FROM accounts WHERE login = :username"
      try fixture.withDirectory(account: without, setPassword: DirectoryFixture.setPassword) { directory in
        try expectUnavailable(directory.change("alice@example.com", replacing: "$6$new$hash"), .queryFailed)
      }
    },
    ConformanceCase("replacing, and another clear password stands beside the hash: refused, nothing is changed") {
      fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expectRefused(
          directory.change("alice@example.com", password: "other", replacing: "$1$abc$hash"), .passwordChanged)
        let account = try directory.find("alice@example.com")
        try expectEqual([text(account.passwordHash), text(account.clearPassword)], ["$1$abc$hash", "clear"])
      }
    },
    ConformanceCase(
      "replacing, and the account query yields another hash than the stored one: unavailable, nothing is changed"
    ) {
      fixture in
      try fixture.makeTable()
      try fixture.insert()
      let query =
        "SELECT login AS username, \(fixture.joined("'{MD5}'", "hash")) AS password, uid, gid, home FROM accounts"
      try fixture.withDirectory(
        account: query + " WHERE login = :username", setPassword: DirectoryFixture.setPassword
      ) { directory in
        let detail = try expectUnavailable(
          directory.change("alice@example.com", hash: "{CRYPT}$6$new", replacing: "{MD5}$1$abc$hash"), .queryFailed)
        try expect(detail.contains("does not yield") && !detail.contains("$6$"), detail)
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "{MD5}$1$abc$hash")
      }
    },
    ConformanceCase("a query of its own stores what replaces a hash, and no changed password") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      let queries = QuerySet(
        account: try QueryTemplate(
          DirectoryFixture.account, dialect: fixture.dialect, allowing: Placeholder.lookUp),
        setPassword: try QueryTemplate(
          "UPDATE accounts SET hash = :new_hash, full_name = 'changed' WHERE login = :username",
          dialect: fixture.dialect, allowing: Placeholder.passwordChange),
        replaceHash: try QueryTemplate(
          "UPDATE accounts SET hash = :new_hash WHERE login = :username", dialect: fixture.dialect,
          allowing: Placeholder.passwordChange))
      try fixture.withDirectory(queries) { directory in
        try expect(directory.inspect().isEmpty, "\(directory.inspect())")
        try expectAccepted(directory.change("alice@example.com", hash: "better", replacing: "$1$abc$hash"))
        var account = try directory.find("alice@example.com")
        try expectEqual([text(account.passwordHash), text(account.name.map { Secret($0) })], ["better", "Alice A."])
        try expectAccepted(directory.change("alice@example.com", hash: "new"))
        account = try directory.find("alice@example.com")
        try expectEqual([text(account.passwordHash), text(account.name.map { Secret($0) })], ["new", "changed"])
      }
    },
    ConformanceCase("many replace the same hash at the same time: one does, and the others are refused") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { one in
        try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { two in
          let answers = Answers<Void>(count: 12)
          for index in 0..<12 {
            (index % 2 == 0 ? one : two).setPassword(
              PasswordChange(
                key: .key("alice@example.com"), newHash: Secret(text: "new\(index)"),
                newPassword: Secret(text: "clear"),
                replacing: Secret(text: "$1$abc$hash")),
              deadline: soon, completion: answers.completion(index))
          }
          try answers.wait()
          var stored: [String] = []
          for (index, outcome) in try answers.all().enumerated() {
            if case .accepted = outcome {
              stored.append("new\(index)")
            } else {
              try expectRefused(outcome, .passwordChanged, "change \(index)")
            }
          }
          try expectEqual(stored.count, 1, "stored")
          try expectEqual(text(one.find("alice@example.com").passwordHash), stored.first)
        }
      }
    },
  ]
}
