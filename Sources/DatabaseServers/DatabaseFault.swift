package import Accounts

/// Something the database, or the way to it, did wrong. Holds no parameter, row, password or connection string.
package struct DatabaseFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where it happened, which decides what may be done about it.
  package enum Kind: Sendable, Equatable {
    /// No connection came about, or it is gone.
    case connection
    /// The server answered with an error; the connection lives.
    case query
    /// Nothing came within the time there was.
    case timeLimit
    /// The directory is being shut down.
    case stopping
  }

  /// Where.
  package let kind: Kind
  /// The server's name for it: PostgreSQL's SQLSTATE, MariaDB's number. Nil when the trouble did not come from the server.
  package let code: String?
  /// One line.
  package let message: String
  /// The prepared statement is of no use any more, as after `DISCARD ALL` or when a table's columns changed: a new
  /// connection prepares it anew.
  package let spoilsStatement: Bool
  /// The query lost against another one; the same succeeds the next time.
  package let isPassing: Bool

  /// A fault.
  package init(
    _ kind: Kind, code: String? = nil, spoilsStatement: Bool = false, isPassing: Bool = false, _ message: String
  ) {
    self.kind = kind
    self.code = code
    self.spoilsStatement = spoilsStatement
    self.isPassing = isPassing
    self.message = message
  }

  /// Nobody is to blame.
  package static let stopping = DatabaseFault(.stopping, "")

  /// The message and the code.
  package var description: String { code.map { "\(message) (\($0))" } ?? message }

  /// For the asker.
  package var unavailability: Unavailability {
    switch kind {
    case .connection: Unavailability(.unreachable, description)
    case .query: Unavailability(.queryFailed, description)
    case .timeLimit: Unavailability(.timedOut, description)
    case .stopping: Unavailability(.stopping)
    }
  }
}
