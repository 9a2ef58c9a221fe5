import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing
import Threads

@testable import PostgreSQLDirectory

@Suite(.waiting, .server) struct EnumerationTests {
  /// How the rows are read, and the setting of the connection that brings it about.
  enum Way: String, CaseIterable {
    case copy = ""
    case cursor = " client_encoding=SJIS"
  }

  /// - Parameter application: what the server knows the directory's connections by.
  private func directory(
    _ enumerate: String, _ way: Way = .copy, application: String = "list", more: String = ""
  ) throws -> PostgreSQLDirectory {
    let settings = " application_name=\(application)" + way.rawValue + more
    return try People.open(ServerScope.makePeople() + settings, queries: People.queries(enumerate: enumerate)).directory
  }

  /// All of them.
  private func accounts(
    _ directory: PostgreSQLDirectory, deadline: Deadline = .now + .seconds(60)
  ) -> (outcome: Outcome<Void>, accounts: [EnumeratedAccount]) {
    var accounts: [EnumeratedAccount] = []
    let outcome = directory.enumerate(deadline: deadline) {
      accounts.append($0.copy)
      return true
    }
    return (outcome, accounts)
  }

  private static func rows(_ count: Int, _ more: String = "") -> String {
    "SELECT 'user' || i AS username, 1 AS uid, 2 AS gid, '/home' AS home, repeat('m', 200) AS maildir "
      + "FROM (SELECT generate_series(1, \(count)) AS i) s \(more)"
  }

  @Test(arguments: Way.allCases) func leavingEarlyEndsTheServersWorkToo(_ way: Way) throws {
    let directory = try directory(Self.rows(50_000_000), way, application: "left-\(way)")
    defer { directory.shutDown() }
    let took = ContinuousClock().measure {
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in false }
      #expect(outcome.cause?.code == .clientGone)
    }
    #expect(took < .seconds(20))
    let server = try ServerScope.server()
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left-\(way)'"
    #expect(try eventually { try server.sql(left) == "0" })
  }

  @Test(arguments: Way.allCases) func aKilledServerHalfWayIsNoEnd(_ way: Way) throws {
    let directory = try directory(Self.rows(1_000_000), way, application: "killed-\(way)")
    defer { directory.shutDown() }
    let server = try ServerScope.server()
    var count = 0
    let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
      count += 1
      if count == 10 {
        _ = try? server.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed-\(way)'")
      }
      return true
    }
    #expect(outcome.cause?.code == .unreachable)
    #expect(count < 1_000_000)
  }

  @Test(arguments: Way.allCases, [0, 1, 63, 64, 65, 575, 576, 577, 1087, 1088, 1089, 5000])
  func everyRowComesOnceAndInOrder(_ way: Way, _ count: Int) throws {
    let directory = try directory(Self.rows(count, "ORDER BY i"), way)
    defer { directory.shutDown() }
    let (outcome, accounts) = accounts(directory)
    #expect(outcome.value != nil, "\(outcome)")
    #expect(accounts.map { String(decoding: $0.username, as: UTF8.self) } == (0..<count).map { "user\($0 + 1)" })
  }

  @Test(arguments: Way.allCases) func anErrorHalfWayIsNoEnd(_ way: Way) throws {
    let directory = try directory(Self.rows(3000, "WHERE 1 / (2500 - i) IS NOT NULL"), way)
    defer { directory.shutDown() }
    let (outcome, accounts) = accounts(directory)
    #expect(outcome.cause?.code == .queryFailed)
    #expect(accounts.count < 2500)
  }

  @Test(
    arguments: Way.allCases,
    [
      "SELECT 1 AS one", "UPDATE people SET password = password", "SHOW search_path", "SELECT",
      "DELETE FROM people RETURNING username, 1 AS uid, 1 AS gid, '/' AS home",
      "SELECT 'a' AS username, 1 AS uid, 1 AS gid, '/' AS home) AS list, (DELETE FROM people) AS b",
    ])
  func whatIsNoListIsAnError(_ way: Way, _ query: String) throws {
    let directory = try directory(query, way)
    defer { directory.shutDown() }
    let outcome = accounts(directory).outcome
    #expect(outcome.cause?.code == .queryFailed, "\(outcome)")
    #expect(directory.ask("user1").value != nil, "nothing was changed")
  }

  @Test(arguments: Way.allCases, [" ;", " -- all", "/* all */;", ";-- all"])
  func whatFollowsTheQueryDoesNoHarm(_ way: Way, _ end: String) throws {
    let directory = try directory(Self.rows(3) + end, way)
    defer { directory.shutDown() }
    #expect(accounts(directory).accounts.count == 3)
  }

  /// What a text can hold comes as it is, whether COPY writes it as it is or not.
  @Test(arguments: Way.allCases) func textsComeAsTheyAre(_ way: Way) throws {
    let characters: [[UInt8]] = (1...127).filter { $0 != 9 && $0 != 10 }.map { [$0] }
    let texts = characters + ["\\N", "\\.", "\\\\", "a\\tb\\", "N", ""].map { Array($0.utf8) }
    let values = texts.map { text in "'" + text.map { String(format: "%02x", $0) }.joined() + "'" }
      .joined(separator: ", ")
    let directory = try directory(
      """
      SELECT 'a' AS username, 1 AS uid, 2 AS gid, '/' || home AS home, nullif(home, '') AS maildir, 'x' AS options
      FROM (SELECT convert_from(decode(unnest(ARRAY[\(values)]), 'hex'), 'LATIN1') AS home) AS homes
      """, way)
    defer { directory.shutDown() }
    let (outcome, accounts) = accounts(directory)
    #expect(outcome.value != nil, "\(outcome)")
    #expect(accounts.map(\.home) == texts.map { [UInt8(ascii: "/")] + $0 })
    #expect(accounts.map(\.maildir) == texts)
    #expect(accounts.allSatisfy { $0.options == Array("x".utf8) && $0.uid == 1 && $0.gid == 2 })
  }

  @Test(arguments: Way.allCases, [("\t", "holds a tab"), ("\n", "holds a line feed")])
  func whatWouldBeSeveralFieldsOrLinesIsAnError(_ way: Way, _ text: (String, String)) throws {
    let directory = try directory(
      "SELECT 'a' AS username, 1 AS uid, 2 AS gid, '/' AS home, 'x\(text.0)y' AS maildir", way)
    defer { directory.shutDown() }
    #expect(accounts(directory).outcome.cause == Unavailability(.badRow, "column maildir \(text.1)"))
  }

  /// The second byte of this one is a backslash.
  @Test func charactersThatHoldABackslashComeAsTheyAre() throws {
    let directory = try directory(
      "SELECT 'a' AS username, 1 AS uid, 2 AS gid, '/' || chr(34920) || chr(92) AS home", .cursor)
    defer { directory.shutDown() }
    #expect(accounts(directory).accounts.map(\.home) == [[0x2F, 0x95, 0x5C, 0x5C]])
  }

  @Test(arguments: Way.allCases) func aPresetsParametersAreValues(_ way: Way) throws {
    let root = Array(#"/it's \a " $1 :uid ü"#.utf8)
    let enumerate = try QueryTemplate(
      "SELECT username, :uid AS uid, :gid AS gid, :mail_root AS home, ':uid' AS maildir FROM people WHERE :uid::text = '7' LIMIT 1;",
      dialect: .postgresql, allowing: Placeholder.preset)
    func list(_ root: [UInt8]) throws -> (outcome: Outcome<Void>, accounts: [EnumeratedAccount]) {
      let queries = QuerySet(
        account: try People.queries().account, enumerate: enumerate,
        constants: [.uid: Array("7".utf8), .gid: Array("8".utf8), .mailRoot: root])
      let (directory, _) = try People.open(ServerScope.makePeople() + way.rawValue, queries: queries)
      defer { directory.shutDown() }
      return accounts(directory)
    }
    let found = try list(root)
    #expect(found.accounts.map(\.home) == [root], "\(found.outcome)")
    #expect(found.accounts.map(\.uid) == [7] && found.accounts.map(\.gid) == [8])
    #expect(found.accounts.map(\.maildir) == [Array(":uid".utf8)])
    #expect(try list(root + [0, 1]).outcome.cause?.code == .queryFailed)
  }

  /// A limit for each statement is not meant for the whole list, which has one of its own.
  @Test func aRolesTimeLimitIsForItsStatements() throws {
    let directory = try directory(
      Self.rows(8, "WHERE pg_sleep(0.1) IS NOT NULL"), more: " options='-c statement_timeout=300'")
    defer { directory.shutDown() }
    #expect(accounts(directory).accounts.count == 8)
  }

  /// One statement lasts as long as the client reads.
  @Test func theServersLimitIsThatOfTheWholeList() throws {
    let directory = try directory(
      "SELECT 'a' AS username, 1 AS uid, 2 AS gid, '/' AS home, setting AS maildir FROM pg_settings "
        + "WHERE name = 'statement_timeout'")
    defer { directory.shutDown() }
    let (outcome, accounts) = accounts(directory, deadline: .now + .seconds(600))
    let limit = accounts.first.flatMap { Int(String(decoding: $0.maildir, as: UTF8.self)) }
    #expect(limit.map { (580_000...601_000).contains($0) } == true, "\(outcome): \(limit as Any) ms")
  }

  @Test(arguments: Way.allCases) func aDeadlineHalfWayIsNoEnd(_ way: Way) throws {
    let directory = try directory(Self.rows(3, "WHERE i < 3 OR pg_sleep(30) IS NULL"), way)
    defer { directory.shutDown() }
    let took = ContinuousClock().measure {
      let outcome = directory.enumerate(deadline: .now + .milliseconds(700)) { _ in true }
      #expect(outcome.cause?.code == .timedOut)
    }
    #expect(took < .seconds(3))
  }
}
