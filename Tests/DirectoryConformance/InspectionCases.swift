import Accounts

extension DirectoryConformance {
  /// `inspect()` finds what is wrong, and nothing else.
  static let inspectionCases: [ConformanceCase] = [
    ConformanceCase("inspect: nothing to find") { fixture in
      try fixture.makeTable()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        let findings = directory.inspect()
        try expect(findings.isEmpty, "\(findings)")
      }
    },
    ConformanceCase("inspect: queries that cannot run, each by its key") { fixture in
      try fixture.makeTable()
      try fixture.withDirectory(
        account: "SELECT login AS username, uid, gid, home FROM acounts WHERE login = :username",
        enumerate: "SELECT logn AS username, uid, gid, home FROM accounts",
        setPassword: "UPDATE accounts SET pass = :new_hash WHERE login = :username"
      ) { directory in
        let findings = directory.inspect()
        for (key, word) in [
          ("queries.account", "acounts"), ("queries.enumerate", "logn"), ("queries.set-password", "pass"),
        ] {
          let found = findings.first { $0.key == key }
          try expect(found?.kind == .configuration, "\(key): \(findings)")
          try expect(found?.text.contains(word) == true, "\(key) does not name \(word): \(findings)")
        }
      }
    },
    ConformanceCase("inspect: queries that change nothing where passwords are to be stored") { fixture in
      try fixture.makeTable()
      func query(_ sql: String) throws -> QueryTemplate {
        try QueryTemplate(sql, dialect: fixture.dialect, allowing: Placeholder.passwordChange)
      }
      let select = try query("SELECT login FROM accounts WHERE login = :username AND hash <> :new_hash")
      let update = try query(DirectoryFixture.setPassword)
      let account = try query(DirectoryFixture.account)
      for (setPassword, replaceHash, key) in [
        (select, update, "queries.set-password"), (update, select, "queries.replace-hash"),
      ] {
        let queries = QuerySet(account: account, setPassword: setPassword, replaceHash: replaceHash)
        try fixture.withDirectory(queries) { directory in
          let findings = directory.inspect()
          try expect(findings.map(\.key) == [key], "\(findings)")
          try expect(findings.allSatisfy { $0.kind == .configuration }, "\(findings)")
          try expect(findings.allSatisfy { $0.text.contains("it must be an UPDATE") }, "\(findings)")
        }
      }
    },
    ConformanceCase("inspect: columns that are unknown or missing, all of them") { fixture in
      try fixture.makeTable()
      try fixture.withDirectory(
        account: "SELECT login AS usernam, uid, gid, quota AS quotta, 1 AS x FROM accounts WHERE login = :username",
        enumerate: "SELECT login AS username, uid, uid, home FROM accounts"
      ) { directory in
        let findings = directory.inspect()
        let account = findings.filter { $0.key == "queries.account" }.map(\.text).joined(separator: "\n")
        for word in ["usernam", "did you mean username", "quotta", "home is missing", "column x"] {
          try expect(account.contains(word), "nothing of \(word): \(account)")
        }
        let enumerate = findings.filter { $0.key == "queries.enumerate" }.map(\.text).joined(separator: "\n")
        for word in ["uid is there twice", "gid is missing"] {
          try expect(enumerate.contains(word), "nothing of \(word): \(enumerate)")
        }
        try expect(findings.allSatisfy { $0.kind == .configuration }, "\(findings)")
      }
    },
  ]
}
