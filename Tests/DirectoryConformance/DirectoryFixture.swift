public import Accounts

/// An empty database of one kind, for one case of the suite. The suite makes its tables, opens directories on it, and shuts
/// them down; whoever made the fixture removes the database.
public struct DirectoryFixture: Sendable {
  /// Whose SQL `execute` and the queries are.
  public let dialect: SQLDialect
  /// Runs one or more statements on a connection of its own, as the tables' owner. `||` joins texts there, backslashes in them are
  /// themselves, and recursive queries go on for 10,000 rows: MariaDB's session is set so.
  public let execute: @Sendable (String) throws -> Void
  /// Makes a directory on the database, with these queries.
  public let open: @Sendable (QuerySet) throws -> any AccountDirectory

  /// A fixture for one database.
  public init(
    dialect: SQLDialect, execute: @escaping @Sendable (String) throws -> Void,
    open: @escaping @Sendable (QuerySet) throws -> any AccountDirectory
  ) {
    self.dialect = dialect
    self.execute = execute
    self.open = open
  }
}

extension DirectoryFixture {
  /// The table of most cases. Every column is text and may be NULL, so that any row can be bad in any way; `n` orders.
  static let table = """
    CREATE TABLE accounts (n INTEGER, login TEXT, hash TEXT, clear TEXT, uid TEXT, gid TEXT, home TEXT, maildir TEXT,
      quota TEXT, full_name TEXT, options TEXT, delivery TEXT, active TEXT)
    """
  /// Every known column.
  static let everyColumn = """
    login AS username, hash AS password, clear AS clear_password, uid, gid, home, maildir, quota, full_name AS name,
      options, delivery, active
    """
  /// The `account` query of most cases.
  static let account = "SELECT \(everyColumn) FROM accounts WHERE login = :username"
  /// The `enumerate` query of most cases.
  static let enumerate = "SELECT login AS username, uid, gid, home, maildir, options FROM accounts ORDER BY n"
  /// The `set-password` query of most cases.
  static let setPassword = "UPDATE accounts SET hash = :new_hash, clear = :new_password WHERE login = :username"

  /// Makes the table.
  func makeTable() throws { try execute(Self.table) }

  /// Puts a row into the table: alice's, with the columns in `changes` replaced; a nil is NULL.
  func insert(_ changes: [String: String?] = [:]) throws {
    var values: [(String, String?)] = [
      ("n", "1"), ("login", "alice@example.com"), ("hash", "$1$abc$hash"), ("clear", "clear"), ("uid", "5000"),
      ("gid", "5001"), ("home", "/var/vmail/alice"), ("maildir", "Maildir"), ("quota", "1000S"),
      ("full_name", "Alice A."), ("options", "disableimap=1"), ("delivery", "./Mail"), ("active", "1"),
    ]
    for (index, (column, _)) in values.enumerated() {
      if let change = changes[column] { values[index].1 = change }
    }
    let texts = values.map { $0.1.map(Self.literal) ?? "NULL" }
    try execute(
      "INSERT INTO accounts (\(values.map(\.0).joined(separator: ", "))) VALUES (\(texts.joined(separator: ", ")))")
  }

  /// `count` rows, `user1` … in order.
  func insertMany(_ count: Int) throws {
    try execute(
      """
      INSERT INTO accounts (n, login, uid, gid, home, maildir, options)
      WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < \(count))
      SELECT i, 'user' || i, '5000', '5001', '/home/' || i, '', '' FROM numbers
      """)
  }

  /// A condition that is an error of the database where `condition` holds, and true elsewhere.
  func failing(where condition: String) -> String {
    switch dialect {
    case .sqlite: "CASE WHEN \(condition) THEN abs(-9223372036854775807 - length(login) / length(login)) ELSE 0 END = 0"
    case .postgresql: "CASE WHEN \(condition) THEN 1 / (length(login) - length(login)) ELSE 0 END = 0"
    // Division by zero is NULL there.
    case .mariadb: "CASE WHEN \(condition) THEN -9223372036854775807 - length(login) ELSE 0 END = 0"
    }
  }

  /// Two texts joined, in a query.
  func joined(_ one: String, _ other: String) -> String {
    dialect == .mariadb ? "CONCAT(\(one), \(other))" : "\(one) || \(other)"
  }

  /// Opens a directory, hands it to `body`, and shuts it down.
  func withDirectory(
    account: String = account, enumerate: String? = enumerate, setPassword: String? = nil,
    appPasswords: String? = nil, _ body: (any AccountDirectory) throws -> Void
  ) throws {
    let queries = QuerySet(
      account: try QueryTemplate(account, dialect: dialect, allowing: Placeholder.lookUp),
      enumerate: try enumerate.map {
        try QueryTemplate($0, dialect: dialect, allowing: Placeholder.enumeration)
      },
      setPassword: try setPassword.map {
        try QueryTemplate($0, dialect: dialect, allowing: Placeholder.passwordChange)
      },
      appPasswords: try appPasswords.map {
        try QueryTemplate($0, dialect: dialect, allowing: Placeholder.lookUp)
      })
    try withDirectory(queries, body)
  }

  /// Opens a directory, hands it to `body`, and shuts it down.
  func withDirectory(_ queries: QuerySet, _ body: (any AccountDirectory) throws -> Void) throws {
    let directory = try open(queries)
    defer { directory.shutDown() }
    try body(directory)
  }

  /// `text` as a literal of SQL.
  static func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
