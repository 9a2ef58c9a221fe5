import Accounts
import Threads

extension DirectoryConformance {
  /// The database answers with an error, or has changed.
  static let faultCases: [ConformanceCase] = [
    ConformanceCase("a query that fails for one user: unavailable for this one, others are served") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["login": "boom"])
      let query =
        "SELECT login AS username, uid, gid, home FROM accounts WHERE login = :username AND "
        + fixture.failing(where: "login = 'boom'")
      try fixture.withDirectory(account: query) { directory in
        for _ in 0..<3 {
          try expectAccepted(directory.ask("alice@example.com"))
          try expectUnavailable(directory.ask("boom"), .queryFailed)
          try expectRefused(directory.ask("nobody"), .unknownUser)
        }
        let answers = Answers<Account>(count: 60)
        for index in 0..<60 {
          let name = index % 3 == 1 ? "boom" : "alice@example.com"
          directory.lookUp(.key(name), deadline: soon, completion: answers.completion(index))
        }
        try answers.wait()
        for (index, outcome) in try answers.all().enumerated() {
          if index % 3 == 1 {
            try expectUnavailable(outcome, .queryFailed)
          } else {
            try expectAccepted(outcome, "question \(index)")
          }
        }
      }
    },
    ConformanceCase("the table dropped after the start: unavailable, and served again when it is back") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory { directory in
        try expectAccepted(directory.ask("alice@example.com"))
        try fixture.execute("DROP TABLE accounts")
        for _ in 0..<3 { try expectUnavailable(directory.ask("alice@example.com")) }
        try expectUnavailable(directory.ask("nobody"))
        try expectUnavailable(directory.list().outcome)
        try fixture.makeTable()
        try fixture.insert(["uid": "7000"])
        try expectEqual(directory.find("alice@example.com").uid, 7000)
      }
    },
    ConformanceCase("the table away at the start: unavailable until it is there") { fixture in
      try fixture.withDirectory { directory in
        try expectUnavailable(directory.ask("alice@example.com"))
        try fixture.makeTable()
        try fixture.insert()
        try expectAccepted(directory.ask("alice@example.com"))
      }
    },
    ConformanceCase("the columns of a SELECT * change places: never one value for another") { fixture in
      try fixture.execute("CREATE TABLE people (username TEXT, uid TEXT, gid TEXT, home TEXT)")
      try fixture.execute("INSERT INTO people VALUES ('alice', '1', '2', '/a')")
      try fixture.withDirectory(account: "SELECT * FROM people WHERE username = :username", enumerate: nil) {
        directory in
        try expectEqual(directory.find("alice").uid, 1)
        try fixture.execute("DROP TABLE people")
        try fixture.execute("CREATE TABLE people (home TEXT, gid TEXT, username TEXT, maildir TEXT, uid TEXT)")
        try fixture.execute("INSERT INTO people VALUES ('/b', '4', 'alice', 'm', '3')")
        var last = try directory.ask("alice")
        for _ in 0..<5 {
          if case .accepted = last { break }
          try expectUnavailable(last)
          last = try directory.ask("alice")
        }
        guard case .accepted(let account) = last else { throw ConformanceFailure(description: "\(last)") }
        try expectEqual([account.uid, account.gid], [3, 4])
        try expectEqual(account.home, bytes("/b"))
        try fixture.execute("ALTER TABLE people RENAME COLUMN home TO hone")
        for _ in 0..<3 { try expectUnavailable(directory.ask("alice")) }
      }
    },
    ConformanceCase("a query without a mandatory column: unavailable") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      let query = "SELECT login AS username, uid, gid FROM accounts WHERE login = :username"
      try fixture.withDirectory(account: query) { directory in
        let detail = try expectUnavailable(directory.ask("alice@example.com"), .queryFailed)
        try expect(detail.contains("home"), "the detail does not name home: \(detail)")
        try expectUnavailable(directory.ask("nobody"), .queryFailed)
      }
    },
    ConformanceCase("a deadline that has passed: timed out, and nothing is done") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        let past = Deadline.now - .seconds(1)
        try expectUnavailable(directory.ask(.key("alice@example.com"), deadline: past), .timedOut)
        try expectUnavailable(directory.change("alice@example.com", deadline: past), .timedOut)
        let list = directory.list(deadline: past)
        try expectUnavailable(list.outcome, .timedOut)
        try expectEqual(list.rows.count, 0)
        try expectEqual(text(directory.find("alice@example.com").passwordHash), "$1$abc$hash")
      }
    },
  ]
}
