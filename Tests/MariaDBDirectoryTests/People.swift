import Threads

#if MariaDB
  import Accounts
  import DatabaseServers
  import DirectoryAsking
  import TestSupport

  @testable import MariaDBDirectory

  /// The table of these tests and its queries.
  enum People {
    static let table = """
      CREATE TABLE people (username varchar(255) PRIMARY KEY, password varchar(255));
      INSERT INTO people SELECT CONCAT('user', seq), CONCAT('hash', seq) FROM seq_0_to_999;
      """
    static let columns = "username, password, 5000 AS uid, 5000 AS gid, '/home' AS home"
    static let account = "SELECT \(columns) FROM people WHERE username = :username"
    static let enumerate = "SELECT username, 5000 AS uid, 5000 AS gid, '/home' AS home FROM people"
    static let setPassword = "UPDATE people SET password = :new_hash WHERE username = :username"

    static func queries(
      _ account: String = account, enumerate: String? = enumerate, setPassword: String = setPassword
    ) throws -> QuerySet {
      func read(_ sql: String, _ allowing: Set<Placeholder>) throws -> QueryTemplate {
        try QueryTemplate(sql, dialect: .mariadb, allowing: allowing)
      }
      return QuerySet(
        account: try read(account, Placeholder.lookUp),
        enumerate: try enumerate.map { try read($0, Placeholder.enumeration) },
        setPassword: try read(setPassword, Placeholder.passwordChange))
    }

    /// A directory, and what it reports.
    static func open(
      _ location: String, passwordFile: String? = nil, queries: QuerySet? = nil, timing: OutageTiming = OutageTiming()
    ) throws -> (directory: MariaDBDirectory, events: Collected<DirectoryEvent>) {
      let events = Collected<DirectoryEvent>()
      let directory = try MariaDBDirectory(
        DirectoryParameters(
          name: "main", location: location, passwordFile: passwordFile, queries: try queries ?? Self.queries(),
          report: { events.add($0) }), timing: timing)
      return (directory, events)
    }
  }

  /// A connection of a test's own, which says what it is told.
  struct Bystander {
    let connection: Connection
    private let stop = StopFlag()

    init(_ location: String) throws {
      connection = try ConnectionSettings(parameters: ConnectionParameters(location), passwordFile: nil).open(
        stop: stop)
    }

    func say(_ sql: String) throws { try connection.query(sql, until: .now + .seconds(20), stop: stop) }
  }
#endif
