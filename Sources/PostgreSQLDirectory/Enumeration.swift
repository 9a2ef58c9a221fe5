internal import Accounts
internal import DatabaseServers
internal import Threads

/// One reading of all accounts, piece by piece as the server sends them, on a connection of its own.
struct Enumeration {
  private let query: QueryTemplate
  private let constants: [Placeholder: [UInt8]]
  private let connections: OccasionalConnections<Connection>
  private let stop: StopFlag

  init(
    _ query: QueryTemplate, constants: [Placeholder: [UInt8]], connections: OccasionalConnections<Connection>,
    stop: StopFlag
  ) {
    self.query = query
    self.constants = constants
    self.connections = connections
    self.stop = stop
  }

  /// Hands each account to `row`. Leaving early closes the connection, at which the server gives up: PQcancel would
  /// block, and need a second connection.
  func run(until deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    if stop.isSet { return .unavailable(Unavailability(.stopping)) }
    if deadline <= .now { return .unavailable(Unavailability(.timedOut)) }
    do throws(DatabaseFault) {
      let connection = try connections.open(until: deadline)
      let (sql, placeholders) = query.rendered()
      var parameters = BoundParameters(placeholders, constants: constants)
      guard parameters.bind() else {
        return .unavailable(Unavailability(.queryFailed, "a parameter of the preset holds a NUL byte"))
      }
      var cursor = try Cursor(sql, parameters, on: connection, until: deadline, stop: stop)
      return try read(&cursor, until: deadline, row)
    } catch {
      return .unavailable(error.unavailability)
    }
  }

  private func read(
    _ cursor: inout Cursor, until deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool
  ) throws(DatabaseFault) -> Outcome<Void> {
    var columns: AccountColumns?
    while let piece = try cursor.next() {
      let known: AccountColumns
      if let columns {
        known = columns
      } else {
        do throws(ColumnError) {
          known = try AccountColumns(enumerate: piece.columnNames)
        } catch {
          return .unavailable(Unavailability(.queryFailed, "the enumerate query: \(error)"))
        }
        columns = known
      }
      if deadline <= .now { throw DatabaseFault(.timeLimit, "the enumeration took too long") }
      if stop.isSet { throw .stopping }
      for index in 0..<piece.rowCount {
        switch known.enumerated({ piece.value(row: index, column: $0) }) {
        case .account(let account): if !row(account) { return .unavailable(Unavailability(.clientGone)) }
        case .skip: break
        case .bad(let cause): return .unavailable(cause)
        }
      }
    }
    return .accepted(())
  }
}
