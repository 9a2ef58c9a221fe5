import Foundation
import TestSupport
import Testing

/// One server for all tests of a suite, stopped at the suite's end. Tests that stop or freeze a server make their own.
struct ServerScope: SuiteTrait, TestScoping {
  /// `pg_hba.conf`: role `peered` needs a system user of their name, role `scrammed` a password on the loopback interface.
  private static let access = [
    "local all peered peer", "local all all trust", "host all scrammed 127.0.0.1/32 scram-sha-256",
    "host all all 127.0.0.1/32 trust",
  ]

  @TaskLocal static var current: PostgreSQLServer?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let server = try PostgreSQLServer(loopback: true, access: Self.access)
    defer { server.stop() }
    try await Self.$current.withValue(server, operation: function)
  }

  /// The suite's server.
  static func server() throws -> PostgreSQLServer { try #require(current) }

  /// An empty database on it, by name.
  static func makeDatabase(_ options: String = "") throws -> String {
    let name = newName()
    try server().sql("CREATE DATABASE \(name) \(options)")
    return name
  }

  /// An empty schema in the server's database `postgres`, by name.
  static func makeSchema() throws -> String {
    let name = newName()
    try server().sql("CREATE SCHEMA \(name)")
    return name
  }

  /// A connection string to a schema that holds `People.table` and what `more` puts there.
  static func makePeople(_ more: String = "") throws -> String {
    let schema = try makeSchema()
    try server().sql("SET search_path = \(schema); \(People.table) \(more)")
    return try server().conninfo() + " options='-c search_path=\(schema)'"
  }

  private static func newName() -> String { "t" + UUID().uuidString.lowercased().filter { $0 != "-" } }
}

extension Trait where Self == ServerScope {
  /// See `ServerScope`.
  static var server: ServerScope { ServerScope() }
}
