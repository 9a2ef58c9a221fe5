#if MariaDB
  import Foundation
  import TestSupport
  import Testing

  /// One server for all tests of a suite, stopped at the suite's end. Tests that stop or freeze a server make their own.
  struct ServerScope: SuiteTrait, TestScoping {
    @TaskLocal static var current: MariaDBServer?

    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
      let server = try MariaDBServer(loopback: true, tls: true)
      defer { server.stop() }
      try await Self.$current.withValue(server, operation: function)
    }

    /// The suite's server.
    static func server() throws -> MariaDBServer { try #require(current) }

    /// An empty database on it, by name.
    static func makeDatabase(_ options: String = "") throws -> String {
      let name = "t" + UUID().uuidString.lowercased().filter { $0 != "-" }
      try server().sql("CREATE DATABASE \(name) \(options)")
      return name
    }

    /// A connection string to a database that holds `People.table` and what `more` puts there.
    static func makePeople(_ more: String = "", user: String = "root") throws -> String {
      let database = try makeDatabase()
      try server().sql(People.table + more, database: database)
      return try server().connection(database: database, user: user)
    }
  }

  extension Trait where Self == ServerScope {
    /// See `ServerScope`.
    static var server: ServerScope { ServerScope() }
  }
#endif
