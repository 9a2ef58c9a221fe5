import Accounts

extension DirectoryConformance {
  /// Rows that must not be served: unavailable, never refused.
  static let badRowCases: [ConformanceCase] = [
    ConformanceCase("NULL or empty in a mandatory column: unusable") { fixture in
      try fixture.makeTable()
      for column in ["uid", "gid", "home"] {
        try fixture.insert(["login": "null-\(column)", column: nil])
        try fixture.insert(["login": "empty-\(column)", column: ""])
      }
      try fixture.withDirectory { directory in
        for column in ["uid", "gid", "home"] {
          for kind in ["null", "empty"] {
            let detail = try expectUnavailable(directory.ask("\(kind)-\(column)"), .badRow)
            try expect(detail.contains(column), "the detail does not name \(column): \(detail)")
          }
        }
      }
    },
    ConformanceCase("NULL or empty for the username: unusable") { fixture in
      try fixture.makeTable()
      try fixture.insert(["full_name": nil])
      try fixture.insert(["login": "bob", "full_name": ""])
      let query = "SELECT full_name AS username, uid, gid, home FROM accounts WHERE login = :username"
      try fixture.withDirectory(account: query) { directory in
        try expectUnavailable(directory.ask("alice@example.com"), .badRow)
        try expectUnavailable(directory.ask("bob"), .badRow)
      }
    },
    ConformanceCase("uid and gid out of range or no number: unusable") { fixture in
      try fixture.makeTable()
      let bad = [
        "-1", "notanumber", "4294967295", "4294967296", "99999999999999999999999", "5000.0", " 5000", "+5000", "0x10",
        "5000\n", "1e3",
      ]
      for column in ["uid", "gid"] {
        for (index, value) in bad.enumerated() { try fixture.insert(["login": "\(column)\(index)", column: value]) }
        try fixture.insert(["login": "\(column)-least", column: "0"])
        try fixture.insert(["login": "\(column)-most", column: "4294967294"])
      }
      try fixture.withDirectory { directory in
        for column in ["uid", "gid"] {
          for (index, value) in bad.enumerated() {
            let detail = try expectUnavailable(directory.ask("\(column)\(index)"), .badRow, value)
            try expect(detail.contains(column), "the detail does not name \(column): \(detail)")
            try expect(!detail.contains("notanumber"), "the detail holds the value")
          }
        }
        try expectEqual(directory.find("uid-least").uid, 0)
        try expectEqual(directory.find("uid-most").uid, 4_294_967_294)
        try expectEqual(directory.find("gid-most").gid, 4_294_967_294)
      }
    },
    ConformanceCase("a home that is no absolute path: unusable") { fixture in
      try fixture.makeTable()
      try fixture.insert(["home": "var/vmail"])
      try fixture.withDirectory { try expectUnavailable($0.ask("alice@example.com"), .badRow) }
    },
    ConformanceCase("a line feed in any column: unusable, the column named, the value not") { fixture in
      try fixture.makeTable()
      let columns = [
        ("hash", "password"), ("clear", "clear_password"), ("uid", "uid"), ("gid", "gid"), ("home", "home"),
        ("maildir", "maildir"), ("quota", "quota"), ("full_name", "name"), ("options", "options"),
        ("delivery", "delivery"), ("active", "active"),
      ]
      for (column, _) in columns { try fixture.insert(["login": column, column: "/vvv\n.\nFAIL"]) }
      try fixture.insert(["login": "al\nice"])
      try fixture.withDirectory { directory in
        for (column, name) in columns {
          let detail = try expectUnavailable(directory.ask(column), .badRow, column)
          try expect(detail.contains(name), "the detail does not name \(name): \(detail)")
          try expect(!detail.contains("vvv"), "the detail holds the value")
        }
        try expectUnavailable(directory.ask("al\nice"), .badRow)
      }
    },
    ConformanceCase("two rows for one name: unavailable, not the first one") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.insert(["uid": "6000"])
      try fixture.insert(["login": "bob", "active": "0"])
      try fixture.insert(["login": "bob"])
      try fixture.insert(["login": "carol"])
      try fixture.insert(["login": "carol", "uid": "-1"])
      try fixture.insert(["login": "dave", "uid": "-1"])
      try fixture.insert(["login": "dave"])
      try fixture.withDirectory { directory in
        for name in ["alice@example.com", "bob", "carol", "dave"] {
          try expectUnavailable(directory.ask(name), .ambiguous, name)
        }
        try expectRefused(directory.ask("erin"), .unknownUser)
      }
    },
  ]
}
