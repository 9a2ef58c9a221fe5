internal import Accounts

/// Something the database, or the way to it, did wrong. Holds no parameter, row, password or connection string.
struct DatabaseFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where it happened, which decides what may be done about it.
  enum Kind: Sendable, Equatable {
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
  let kind: Kind
  /// As the server gave it; nil when the trouble did not come from the server.
  let state: SQLState?
  /// One line.
  let message: String

  /// The prepared statement is of no use any more, as after `DISCARD ALL` or when a table's columns changed: a new
  /// connection prepares it anew.
  let spoilsStatement: Bool

  init(_ kind: Kind, state: SQLState? = nil, spoilsStatement: Bool = false, _ message: String) {
    self.kind = kind
    self.state = state
    self.spoilsStatement = spoilsStatement
    self.message = message
  }

  static let stopping = DatabaseFault(.stopping, "")

  /// The message and the code.
  var description: String {
    guard let state else { return message }
    return message.isEmpty ? state.description : "\(message) (\(state.code))"
  }

  /// For the asker.
  var unavailability: Unavailability {
    switch kind {
    case .connection: Unavailability(.unreachable, description)
    case .query: Unavailability(.queryFailed, description)
    case .timeLimit: Unavailability(.timedOut, description)
    case .stopping: Unavailability(.stopping)
    }
  }
}
