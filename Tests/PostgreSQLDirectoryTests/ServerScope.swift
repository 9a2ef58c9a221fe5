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
    let name = "t" + UUID().uuidString.lowercased().filter { $0 != "-" }
    try server().sql("CREATE DATABASE \(name) \(options)")
    return name
  }
}

extension Trait where Self == ServerScope {
  /// See `ServerScope`.
  static var server: ServerScope { ServerScope() }
}
