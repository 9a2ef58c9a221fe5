import Accounts
import DatabaseServers
import DirectoryAsking
import Foundation
import TestSupport
import TestTraits
import Testing

@testable import PostgreSQLDirectory

/// The server's disk has no room left.
@Suite(.waiting, .serialized, .server, .enabled(if: getuid() == 0, "mounts a small disk")) struct FullDiskTests {
  @Test func aFullDiskMisleadsNobody() throws {
    let server = try ServerScope.server()
    let disk = try SmallDisk(kibibytes: 1024)
    let place = disk.file("pg")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    #expect(try ChildProcess.run(["chown", "postgres:", place]).status == 0)
    let space = "small\(getpid())"
    try server.sql("CREATE TABLESPACE \(space) LOCATION '\(place)'")
    let database = try ServerScope.makeDatabase()
    // One row a page: a changed row needs a new page.
    try server.sql(
      """
      CREATE TABLE people (username text PRIMARY KEY, password text, filler char(6000)) TABLESPACE \(space);
      ALTER TABLE people ALTER COLUMN filler SET STORAGE PLAIN;
      INSERT INTO people SELECT 'user' || i, 'hash' || i, '' FROM generate_series(0, 9) i;
      """, database: database)
    defer { _ = try? server.sql("DROP DATABASE \(database) WITH (FORCE)") }
    let (directory, _) = try People.open(server.conninfo(database: database))
    // A query that sorts more than fits in memory needs a file for it.
    let sorting = """
      SELECT \(People.columns) FROM people, (SELECT count(*) AS n FROM
        (SELECT i FROM generate_series(1, 200000) i ORDER BY -i OFFSET 0) s) t
      WHERE username = :username AND n > 0
      """
    let (large, _) = try People.open(
      server.conninfo(database: database) + " options='-c temp_tablespaces=\(space) -c work_mem=64kB'",
      queries: People.queries(sorting))
    defer {
      directory.shutDown()
      large.shutDown()
    }
    #expect(directory.ask("user1").value != nil)
    for _ in 0..<3 {
      try disk.fill()
      #expect(directory.ask("user1").value != nil, "reading needs no room")
      #expect(directory.ask("nobody").refusal == .unknownUser)
      var changes: [Outcome<Void>] = []
      for number in 0..<10 { changes.append(directory.change("user\(number)", to: "hash")) }
      #expect(changes.allSatisfy { $0.refusal == nil })
      #expect(changes.contains { $0.cause?.detail.hasPrefix("53100") == true }, "\(changes)")
      let cause = large.ask("user1").cause
      #expect(cause?.code == .queryFailed && cause?.detail.contains("53100") == true, "\(String(describing: cause))")
      // Nobody's row is joined: nothing is sorted.
      #expect(large.ask("nobody").value == nil)
      disk.makeRoom()
      #expect(directory.change("user1", to: "hash").value != nil)
      #expect(directory.ask("user1").value != nil)
    }
  }
}
