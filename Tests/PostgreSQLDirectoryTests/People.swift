import Accounts
import DatabaseServers
import DirectoryAsking
import TestSupport

@testable import PostgreSQLDirectory

/// The table of these tests and its queries.
enum People {
  static let table = """
    CREATE TABLE people (username text PRIMARY KEY, password text);
    INSERT INTO people SELECT 'user' || i, 'hash' || i FROM generate_series(0, 999) i;
    """
  static let columns = "username, password, 5000 AS uid, 5000 AS gid, '/home' AS home"
  static let account = "SELECT \(columns) FROM people WHERE username = :username"
  static let enumerate = "SELECT username, 5000 AS uid, 5000 AS gid, '/home' AS home FROM people"
  static let setPassword = "UPDATE people SET password = :new_hash WHERE username = :username"

  static func queries(
    _ account: String = account, enumerate: String? = enumerate, setPassword: String = setPassword
  ) throws -> QuerySet {
    func read(_ sql: String, _ allowing: Set<Placeholder>) throws -> QueryTemplate {
      try QueryTemplate(sql, dialect: .postgresql, allowing: allowing)
    }
    return QuerySet(
      account: try read(account, Placeholder.lookUp),
      enumerate: try enumerate.map { try read($0, Placeholder.enumeration) },
      setPassword: try read(setPassword, Placeholder.passwordChange))
  }

  /// A directory, and what it reports.
  static func open(
    _ location: String, passwordFile: String? = nil, queries: QuerySet? = nil, timing: OutageTiming = OutageTiming(),
    slowness: Duration = CombinedQuery.slowness
  ) throws -> (directory: PostgreSQLDirectory, events: Collected<DirectoryEvent>) {
    let events = Collected<DirectoryEvent>()
    let directory = try PostgreSQLDirectory(
      DirectoryParameters(
        name: "main", location: location, passwordFile: passwordFile, queries: try queries ?? Self.queries(),
        report: { events.add($0) }), timing: timing, slowness: slowness)
    return (directory, events)
  }
}
