import Foundation
import TestSupport
import TestTraits
import Testing

@Suite(.waiting) struct PostgreSQLServerTests {
  @Test func startsStopsCrashesAndComesBack() throws {
    let server = try PostgreSQLServer(loopback: true)
    try server.sql("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    #expect(try server.sql("SELECT a, 'x' FROM t") == "1|x")
    try server.restart()
    #expect(try server.sql("SELECT a FROM t") == "1")
    server.crash()
    #expect(throws: PostgreSQLServer.Failure.self) { try server.sql("SELECT 1") }
    try server.start()
    #expect(try server.sql("SELECT a FROM t") == "1")
    server.freeze()
    server.thaw()
    #expect(try server.sql("SELECT a FROM t") == "1")
  }
}
