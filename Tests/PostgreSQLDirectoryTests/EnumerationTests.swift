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
  /// - Parameter application: what the server knows the directory's connections by.
  private func directory(_ enumerate: String, application: String = "list") throws -> PostgreSQLDirectory {
    try People.open(
      ServerScope.makePeople() + " application_name=\(application)", queries: People.queries(enumerate: enumerate)
    ).directory
  }

  private static func rows(_ count: Int, _ more: String = "") -> String {
    "SELECT 'user' || i AS username, 1 AS uid, 2 AS gid, '/home' AS home, repeat('m', 200) AS maildir "
      + "FROM (SELECT generate_series(1, \(count)) AS i) s \(more)"
  }

  @Test func leavingEarlyEndsTheServersWorkToo() throws {
    let directory = try directory(Self.rows(50_000_000), application: "left")
    defer { directory.shutDown() }
    let took = ContinuousClock().measure {
      let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in false }
      #expect(outcome.cause?.code == .clientGone)
    }
    #expect(took < .seconds(20))
    let server = try ServerScope.server()
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'left'"
    #expect(try eventually { try server.sql(left) == "0" })
  }

  @Test func aKilledServerHalfWayIsNoEnd() throws {
    let directory = try directory(Self.rows(1_000_000), application: "killed")
    defer { directory.shutDown() }
    let server = try ServerScope.server()
    var count = 0
    let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
      count += 1
      if count == 10 {
        _ = try? server.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'killed'")
      }
      return true
    }
    #expect(outcome.cause?.code == .unreachable)
    #expect(count < 1_000_000)
  }

  @Test(arguments: [0, 1, 63, 64, 65, 575, 576, 577, 1087, 1088, 1089, 5000])
  func everyRowComesOnceAndInOrder(_ count: Int) throws {
    let directory = try directory(Self.rows(count, "ORDER BY i"))
    defer { directory.shutDown() }
    var names: [String] = []
    let outcome = directory.enumerate(deadline: .now + .seconds(60)) {
      names.append(String(decoding: $0.username, as: UTF8.self))
      return true
    }
    #expect(outcome.value != nil, "\(outcome)")
    #expect(names == (0..<count).map { "user\($0 + 1)" })
  }

  @Test func anErrorHalfWayIsNoEnd() throws {
    let directory = try directory(Self.rows(3000, "WHERE 1 / (2500 - i) IS NOT NULL"))
    defer { directory.shutDown() }
    var count = 0
    let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in
      count += 1
      return true
    }
    #expect(outcome.cause?.code == .queryFailed)
    #expect(count < 2500)
  }

  @Test(arguments: ["SELECT 1 AS one", "UPDATE people SET password = password", "SHOW search_path", "SELECT"])
  func whatIsNoListIsAnError(_ query: String) throws {
    let directory = try directory(query)
    defer { directory.shutDown() }
    let outcome = directory.enumerate(deadline: .now + .seconds(60)) { _ in true }
    #expect(outcome.cause?.code == .queryFailed, "\(outcome)")
  }

  @Test(arguments: [" ;", " -- all", "/* all */;"]) func whatFollowsTheQueryDoesNoHarm(_ end: String) throws {
    let directory = try directory(Self.rows(3) + end)
    defer { directory.shutDown() }
    #expect(directory.enumerate(deadline: .now + .seconds(60)) { _ in true }.value != nil)
  }

  @Test func aDeadlineHalfWayIsNoEnd() throws {
    let directory = try directory(Self.rows(3, "WHERE i < 3 OR pg_sleep(30) IS NULL"))
    defer { directory.shutDown() }
    let took = ContinuousClock().measure {
      let outcome = directory.enumerate(deadline: .now + .milliseconds(700)) { _ in true }
      #expect(outcome.cause?.code == .timedOut)
    }
    #expect(took < .seconds(3))
  }
}
