import Accounts

extension DirectoryConformance {
  /// ENUMERATE: complete, or known not to be.
  static let enumerationCases: [ConformanceCase] =
    [0, 1, 10_000].map { count in
      ConformanceCase("an enumeration of \(count) rows is complete") { fixture in
        try fixture.makeTable()
        if count > 0 { try fixture.insertMany(count) }
        try fixture.withDirectory { directory in
          let (rows, outcome) = directory.list()
          try expectAccepted(outcome)
          try expectEqual(rows.count, count)
          if count > 0 {
            try expectEqual(rows[count - 1].username, bytes("user\(count)"))
            try expectEqual(
              rows[0], EnumeratedAccount(username: bytes("user1"), uid: 5000, gid: 5001, home: bytes("/home/1")))
          }
        }
      }
    } + [
      ConformanceCase("an enumeration carries maildir and options; NULL is empty") { fixture in
        try fixture.makeTable()
        try fixture.insert()
        try fixture.insert(["n": "2", "login": "bob", "maildir": nil, "options": nil])
        try fixture.withDirectory { directory in
          let (rows, outcome) = directory.list()
          try expectAccepted(outcome)
          try expectEqual(rows.map(\.maildir), [bytes("Maildir"), []])
          try expectEqual(rows.map(\.options), [bytes("disableimap=1"), []])
        }
      },
      ConformanceCase("an enumeration skips rows without a name or a home, and inactive ones") { fixture in
        try fixture.makeTable()
        try fixture.insert(["n": "1", "login": nil])
        try fixture.insert(["n": "2", "login": ""])
        try fixture.insert(["n": "3", "login": "a", "home": nil])
        try fixture.insert(["n": "4", "login": "b", "home": ""])
        try fixture.insert(["n": "5", "login": "c", "active": "0"])
        try fixture.insert(["n": "6", "login": "d"])
        let query = "SELECT login AS username, uid, gid, home, active FROM accounts ORDER BY n"
        try fixture.withDirectory(enumerate: query) { directory in
          let (rows, outcome) = directory.list()
          try expectAccepted(outcome)
          try expectEqual(rows.map(\.username), [bytes("d")])
        }
      },
      ConformanceCase("a bad row half-way: the rows before it, then unavailable") { fixture in
        let changes = [
          "uid = '-1'", "uid = NULL", "gid = 'notanumber'", "home = 'x'", "maildir = 'a\n.\nb'", "login = 'a\nb'",
          "options = 'a\tb'",
        ]
        try fixture.makeTable()
        try fixture.insertMany(10_000)
        try fixture.withDirectory { directory in
          for change in changes {
            try fixture.execute("UPDATE accounts SET \(change) WHERE n = 5000")
            let (rows, outcome) = directory.list()
            try expectUnavailable(outcome, .badRow, change)
            try expectEqual(rows.count, 4999, change)
            try fixture.execute(
              """
              UPDATE accounts SET uid = '1', gid = '1', home = '/h', maildir = '', login = 'user5000', options = ''
              WHERE n = 5000
              """)
          }
          try expectAccepted(directory.list().outcome)
        }
      },
      ConformanceCase("an error of the database half-way: unavailable") { fixture in
        try fixture.makeTable()
        try fixture.insertMany(10_000)
        let query = "SELECT login AS username, uid, gid, home FROM accounts WHERE " + fixture.failing(where: "n = 5000")
        try fixture.withDirectory(enumerate: query) { directory in
          let (rows, outcome) = directory.list()
          try expectUnavailable(outcome, .queryFailed)
          try expect(rows.count < 10_000, "every row came in spite of the error")
        }
      },
      ConformanceCase("an enumeration that is stopped early: client gone, and the directory goes on") { fixture in
        try fixture.makeTable()
        try fixture.insertMany(10_000)
        try fixture.withDirectory { directory in
          for limit in [1, 2, 5000, 10_000] {
            let (rows, outcome) = directory.list(limit: limit)
            try expectUnavailable(outcome, .clientGone)
            try expectEqual(rows.count, limit)
          }
          try expectAccepted(directory.ask("user1"))
          try expectEqual(directory.list().rows.count, 10_000)
        }
      },
      ConformanceCase("look-ups are answered while an enumeration is half-way") { fixture in
        try fixture.makeTable()
        try fixture.insertMany(1000)
        try fixture.withDirectory { directory in
          var seen = 0
          var answer: Outcome<Account>?
          let outcome = directory.enumerate(deadline: soon) { _ in
            seen += 1
            if seen == 500 { answer = try? directory.ask("user7") }
            return true
          }
          try expectAccepted(outcome)
          guard let answer else { throw ConformanceFailure(description: "no answer during the enumeration") }
          try expectAccepted(answer)
        }
      },
      ConformanceCase("no enumerate query, or one that is wrong: unavailable") { fixture in
        try fixture.makeTable()
        try fixture.insert()
        try fixture.withDirectory(enumerate: nil) { try expectUnavailable($0.list().outcome, .queryFailed) }
        for query in ["SELECT * FROM nowhere", "SELECT login AS username, uid, gid FROM accounts"] {
          try fixture.withDirectory(enumerate: query) { try expectUnavailable($0.list().outcome, .queryFailed, query) }
        }
      },
    ]
}
