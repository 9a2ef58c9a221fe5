import Threads

#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import Foundation
  import TestSupport
  import TestTraits
  import Testing

  @testable import MariaDBDirectory

  @Suite(.waiting, .server) struct EnumerationTests {
    private func directory(_ enumerate: String, user: String = "root") throws -> MariaDBDirectory {
      try People.open(ServerScope.makePeople(user: user), queries: People.queries(enumerate: enumerate)).directory
    }

    private static func rows(_ count: Int, _ more: String = "") -> String {
      "SELECT concat('user', seq) AS username, 1 AS uid, 2 AS gid, '/home' AS home, repeat('m', 200) AS maildir "
        + "FROM seq_1_to_\(count) \(more)"
    }

    @Test func everyRowComesOnceAndInOrder() throws {
      // The maildirs grow past the room that columns have at first.
      let directory = try directory(
        "SELECT concat('user', seq) AS username, 1 AS uid, 2 AS gid, '/home' AS home, repeat('m', seq % 700) AS maildir "
          + "FROM seq_1_to_5000 ORDER BY seq")
      defer { directory.shutDown() }
      var count = 0
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { row in
        count += 1
        return row.copy.username == Array("user\(count)".utf8) && row.maildir.count == count % 700
          && row.maildir.allSatisfy { $0 == UInt8(ascii: "m") }
      }
      #expect(outcome.value != nil, "\(outcome) at \(count)")
      #expect(count == 5_000)
    }

    @Test func leavingEarlyEndsTheServersWorkToo() throws {
      let server = try ServerScope.server()
      try server.sql("CREATE USER leaver; GRANT ALL ON *.* TO leaver")
      let directory = try directory(Self.rows(50_000_000), user: "leaver")
      defer { directory.shutDown() }
      let took = ContinuousClock().measure {
        let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in false }
        #expect(outcome.cause?.code == .clientGone)
      }
      #expect(took < .seconds(20))
      let left = "SELECT count(*) FROM information_schema.processlist WHERE user = 'leaver'"
      #expect(try eventually { try server.sql(left) == "0" })
    }

    @Test func aKilledConnectionHalfWayIsNoEnd() throws {
      let server = try ServerScope.server()
      try server.sql("CREATE USER killed; GRANT ALL ON *.* TO killed")
      let directory = try directory(Self.rows(1_000_000), user: "killed")
      defer { directory.shutDown() }
      var count = 0
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
        count += 1
        if count == 10 { try? server.dropConnections(of: "killed") }
        return true
      }
      #expect(outcome.cause?.code == .unreachable, "\(outcome)")
      #expect(count < 1_000_000)
    }

    @Test func anErrorHalfWayIsNoEnd() throws {
      let directory = try directory(
        Self.rows(3_000, "WHERE CASE WHEN seq = 2500 THEN -9223372036854775807 - seq ELSE 0 END = 0"))
      defer { directory.shutDown() }
      var count = 0
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
        count += 1
        return true
      }
      #expect(outcome.cause?.code == .queryFailed)
      #expect(count < 2_500)
    }

    @Test(arguments: ["SELECT 1 AS one", "UPDATE people SET password = password", "SHOW TABLES", "DO 1"])
    func whatIsNoListIsAnError(_ query: String) throws {
      let directory = try directory(query)
      defer { directory.shutDown() }
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in true }
      #expect(outcome.cause?.code == .queryFailed, "\(outcome)")
    }

    @Test(arguments: [" ;", " -- all", "/* all */;", " # all"]) func whatFollowsTheQueryDoesNoHarm(_ end: String) throws
    {
      let directory = try directory(Self.rows(3) + end)
      defer { directory.shutDown() }
      #expect(directory.enumerate(deadline: .now + .seconds(60)) { _ in true }.value != nil)
    }

    @Test func aDeadlineHalfWayIsNoEnd() throws {
      let directory = try directory(Self.rows(3, "WHERE seq < 3 OR sleep(30) = 0"))
      defer { directory.shutDown() }
      let took = ContinuousClock().measure {
        let outcome = directory.enumerate(deadline: .now + .milliseconds(700)) { _ in true }
        #expect(outcome.cause?.code == .timedOut)
      }
      #expect(took < .seconds(3))
    }
  }
#endif
