import Accounts
import Secrets
import Testing

@Suite struct AccountColumnsTests {
  private static let all = AccountColumn.allCases.map(\.rawValue)

  /// One row as a back end would hand it out; nil is NULL.
  private func withRow<Result>(
    _ values: [[UInt8]?], _ body: ((Int) -> UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    let buffers = values.map { bytes -> UnsafeMutableRawBufferPointer? in
      guard let bytes else { return nil }
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      buffer.copyBytes(from: bytes)
      return buffer
    }
    defer { for buffer in buffers { buffer?.deallocate() } }
    return body { buffers[$0].map { UnsafeRawBufferPointer($0) } }
  }

  private func account(_ names: [String], _ values: [String?]) throws -> Outcome<Account> {
    let columns = try AccountColumns(account: names)
    return withRow(values.map { $0.map { Array($0.utf8) } }) { columns.account($0) }
  }

  /// An enumerated row that lasts.
  private enum Row: Equatable {
    case account(EnumeratedAccount)
    case skip
    case bad(Unavailability)
  }

  private func enumerated(_ names: [String], _ values: [String?]) throws -> Row {
    let columns = try AccountColumns(enumerate: names)
    return withRow(values.map { $0.map { Array($0.utf8) } }) {
      switch columns.enumerated($0) {
      case .account(let account): .account(account.copy)
      case .skip: .skip
      case .bad(let cause): .bad(cause)
      }
    }
  }

  private func problems(_ names: [String]) -> [String] {
    do {
      _ = try AccountColumns(account: names)
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test func everyMistakeInTheColumnsIsNamed() {
    #expect(problems(Self.all) == [])
    #expect(problems(["USERNAME", "Uid", "gid", "home"]) == [])
    let found = problems(["user", "uid", "UID", "uid", "pasword", "zzz", "gid"])
    #expect(found.count == 6)
    #expect(found[0] == "unknown column user; did you mean username?")
    #expect(found[1] == "column uid is there twice")
    #expect(found[2] == "unknown column pasword; did you mean password?")
    #expect(found[3].hasPrefix("unknown column zzz: known are username, password,"))
    #expect(found[4].hasPrefix("column username is missing"))
    #expect(found[5].hasPrefix("column home is missing"))
    #expect(problems([]).count == 4)
  }

  @Test func columnsAreFoundByName() throws {
    let outcome = try account(
      ["home", "active", "gid", "name", "uid", "username", "password"],
      ["/h", "1", "2", "N", "1", "u", "hash"])
    guard case .accepted(let account) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(account.home == Array("/h".utf8))
    #expect(account.username == Array("u".utf8))
    #expect([account.uid, account.gid] == [1, 2])
    #expect(account.passwordHash?.matches(Secret(text: "hash")) == true)
    #expect(account.clearPassword == nil)
  }

  @Test(
    arguments: [
      ("5000", 5000), ("0", 0), ("4294967294", 4_294_967_294), ("005", 5), ("4294967295", nil), ("4294967296", nil),
      ("-1", nil), ("", nil), ("notanumber", nil), ("5000.0", nil), (" 5", nil), ("5 ", nil), ("+5", nil), ("0x5", nil),
      ("99999999999999999999999999999999999999", nil), ("٥", nil), (nil, nil), ("5\n", nil),
    ] as [(String?, UInt32?)]) func aUserIDIsDecimal(_ text: String?, _ expected: UInt32?) throws
  {
    for names in [["username", "uid", "gid", "home"], ["username", "gid", "uid", "home"]] {
      let outcome = try account(names, ["u", text, "1", "/h"])
      let line = try enumerated(names, ["u", text, "1", "/h"])
      if let expected {
        guard case .accepted(let account) = outcome, case .account(let row) = line else {
          Issue.record("\(outcome) \(line)")
          return
        }
        #expect([account.uid, account.gid].contains(expected))
        #expect([row.uid, row.gid].contains(expected))
      } else {
        guard case .unavailable(let cause) = outcome, case .bad(let why) = line else {
          Issue.record("\(outcome) \(line)")
          return
        }
        #expect(cause.code == .badRow)
        #expect(cause.detail.contains(names[1]))
        #expect(why == cause)
      }
    }
  }

  @Test(
    arguments: [
      ("t", true), ("TRUE", true), ("1", true), ("y", true), ("Yes", true), ("on", true), ("7", true), ("-1", true),
      ("T", true), ("00010", true), ("f", false), ("False", false), ("0", false), ("000", false), ("-0", false),
      ("n", false), ("no", false), ("OFF", false), ("", false), (nil, false), ("maybe", nil), ("1.0", nil), ("-", nil),
      (" 1", nil), ("truely", nil), ("falsehood", nil), ("yesterday", nil),
    ] as [(String?, Bool?)]) func activeIsReadAsDatabasesWriteIt(_ text: String?, _ expected: Bool?) throws
  {
    let names = ["username", "uid", "gid", "home", "active"]
    let outcome = try account(names, ["u", "1", "1", "/h", text])
    let line = try enumerated(names, ["u", "1", "1", "/h", text])
    switch (outcome, expected) {
    case (.accepted(let account), let expected?):
      #expect(account.isActive == expected)
      if case .account = line { #expect(expected) } else { #expect(line == .skip && !expected) }
    case (.unavailable(let cause), nil):
      #expect(cause == Unavailability(.badRow, "column active is neither true nor false"))
      #expect(line == .bad(cause))
    default: Issue.record("\(outcome)")
    }
  }

  @Test func noColumnMayHoldALineFeedOrNUL() throws {
    let good: [String: String] = ["username": "u", "uid": "1", "gid": "1", "home": "/h", "active": "1"]
    for bad in ["\n", "\0", "/x\n.\nFAIL\n", "/x\0"] {
      for column in Self.all {
        let values = Self.all.map { $0 == column ? bad : good[$0] ?? "" }
        guard case .unavailable(let cause) = try account(Self.all, values) else {
          Issue.record("\(column) was taken")
          continue
        }
        #expect(cause.code == .badRow)
        #expect(cause.detail.contains("column \(column) holds a"), "\(cause)")
        #expect(!cause.detail.contains("FAIL"))
      }
    }
  }

  @Test func anEnumeratedRowIsFreeOfTabsToo() throws {
    let names = ["username", "uid", "gid", "home", "maildir", "options"]
    for place in [0, 3, 4, 5] {
      for bad in ["/a\tb", "/a\nb", "/a\0b"] {
        var values: [String?] = ["u", "1", "1", "/h", "m", "o"]
        values[place] = bad
        guard case .bad(let cause) = try enumerated(names, values) else {
          Issue.record("\(names[place]) was taken")
          continue
        }
        #expect(cause.detail.contains(names[place]))
      }
    }
    #expect(
      try enumerated(names, ["u", "1", "2", "/h", nil, nil])
        == .account(EnumeratedAccount(username: [117], uid: 1, gid: 2, home: [47, 104])))
  }

  @Test func rowsWithoutANameOrHomeAreSkippedInAListOnly() throws {
    let names = ["username", "uid", "gid", "home"]
    for values: [String?] in [
      [nil, "1", "1", "/h"], ["", "1", "1", "/h"], ["u", "1", "1", nil], ["u", "x", "1", ""], ["", "x", "1", "/h"],
    ] {
      #expect(try enumerated(names, values) == .skip)
      guard case .unavailable(let cause) = try account(names, values) else {
        Issue.record("taken: \(values)")
        continue
      }
      #expect(cause.code == .badRow)
    }
    guard case .bad = try enumerated(names, ["u", "1", "1", "h"]) else {
      Issue.record("a relative home was listed")
      return
    }
  }

  @Test func emptyIsAbsentButForTheName() throws {
    for value: String? in ["", nil] {
      let outcome = try account(
        Self.all, Self.all.map { ["username": "u", "uid": "1", "gid": "1", "home": "/h"][$0] ?? value })
      guard case .accepted(let account) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(account.passwordHash == nil && account.clearPassword == nil && account.maildir == nil)
      #expect(account.quota == nil && account.options == nil && account.delivery == [])
      #expect(account.name == (value == nil ? nil : []))
    }
  }
}
