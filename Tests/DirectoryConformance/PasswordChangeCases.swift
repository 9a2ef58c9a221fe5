import Accounts

extension DirectoryConformance {
  /// PASSWD: one row, or none.
  static let passwordChangeCases: [ConformanceCase] = [
    ConformanceCase("set-password of one row: stored, and seen by the next look-up") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["login": "bob"])
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expect(directory.offersPasswordChange, "not offered")
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$1$abc$hash")
        for (hash, password) in [("$6$a$b", "plain"), ("h' --", "x' OR '1'='1"), ("\\", ":username $1 ?"), ("ü", "ü")] {
          try expectAccepted(directory.change("alice@example.com", hash: hash, password: password), hash)
          let account = try directory.find("alice@example.com")
          try expectEqual(text(account.passwordHash), hash)
          try expectEqual(text(account.clearPassword), password)
        }
        try expectEqual(text(directory.find("bob").passwordHash), "$1$abc$hash")
      }
    },
    ConformanceCase("set-password of no row: refused as unknown") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        for name in ["nobody", "x' OR '1'='1", "%", ""] {
          try expectRefused(directory.change(name), .unknownUser, name)
        }
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$1$abc$hash")
      }
    },
    ConformanceCase("set-password of two rows: rolled back, unavailable") { fixture in
      try fixture.makeTable()
      try fixture.insert(["options": "imap"])
      try fixture.insert(["options": "pop3"])
      let query = DirectoryFixture.account + " AND options = :service"
      try fixture.withDirectory(account: query, setPassword: DirectoryFixture.setPassword) { directory in
        try expectUnavailable(directory.change("alice@example.com"), .ambiguous)
        for service in ["imap", "pop3"] {
          let account = try directory.find("alice@example.com", service: service)
          try expectEqual(text(account.passwordHash), "$1$abc$hash", service)
        }
      }
    },
    ConformanceCase("set-password that fails: unavailable, look-ups go on, the next one works") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["login": "boom"])
      let query = DirectoryFixture.setPassword + " AND " + fixture.failing(where: "login = 'boom'")
      try fixture.withDirectory(setPassword: query) { directory in
        try expectUnavailable(directory.change("boom"), .queryFailed)
        try expectEqual(text(directory.find("boom").passwordHash), "$1$abc$hash")
        try expectAccepted(directory.change("alice@example.com", hash: "new"))
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "new")
      }
      try fixture.withDirectory(setPassword: "UPDATE nowhere SET hash = :new_hash WHERE login = :username") {
        directory in
        try expectUnavailable(directory.change("alice@example.com"), .queryFailed)
      }
    },
    ConformanceCase("set-password that finds a row and changes none: unavailable") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      let query = "SELECT login FROM accounts WHERE login = :username AND hash <> :new_hash"
      try fixture.withDirectory(setPassword: query) { directory in
        let detail = try expectUnavailable(directory.change("alice@example.com"), .queryFailed)
        try expect(detail.contains("it must be an UPDATE"), detail)
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$1$abc$hash")
      }
    },
    ConformanceCase("no set-password query: refused as not offered") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: nil) { directory in
        try expect(!directory.offersPasswordChange, "offered")
        try expectRefused(directory.change("alice@example.com"), .passwordChangeNotOffered)
      }
    },
  ]
}
