internal import Accounts
internal import CPostgreSQL

/// One reading of all accounts, row by row as the server sends them, on a connection of its own.
struct Enumeration {
  private let query: QueryTemplate
  private let constants: [Placeholder: [UInt8]]
  private let connections: OccasionalConnections
  private let stop: StopFlag

  init(
    _ query: QueryTemplate, constants: [Placeholder: [UInt8]], connections: OccasionalConnections, stop: StopFlag
  ) {
    self.query = query
    self.constants = constants
    self.connections = connections
    self.stop = stop
  }

  /// Hands each account to `row`. Leaving early closes the connection, at which the server gives up: PQcancel would
  /// block, and need a second connection.
  func run(until deadline: Deadline, _ row: (EnumeratedAccount) -> Bool) -> Outcome<Void> {
    if stop.isSet { return .unavailable(Unavailability(.stopping)) }
    if deadline <= .now { return .unavailable(Unavailability(.timedOut)) }
    do throws(DatabaseFault) {
      let connection = try connections.open(until: deadline)
      let (sql, placeholders) = query.rendered()
      var parameters = BoundParameters(placeholders, constants: constants)
      guard parameters.bind() else {
        return .unavailable(Unavailability(.queryFailed, "a parameter of the preset holds a NUL byte"))
      }
      try connection.begin(sql, parameters, until: deadline, stop: stop)
      guard PQsetSingleRowMode(connection.handle) == 1 else { throw connection.lastFault }
      return try read(connection, until: deadline, row)
    } catch {
      return .unavailable(error.unavailability)
    }
  }

  private func read(
    _ connection: Connection, until deadline: Deadline, _ row: (EnumeratedAccount) -> Bool
  ) throws(DatabaseFault) -> Outcome<Void> {
    var columns: AccountColumns?
    var isComplete = false
    while let result = try connection.nextResult(until: deadline, stop: stop) {
      let status = result.status
      guard status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK else {
        if status == PGRES_FATAL_ERROR { throw result.fault(on: connection) }
        return .unavailable(Unavailability(.queryFailed, "the enumerate query yields no rows: it must be a SELECT"))
      }
      let known: AccountColumns
      if let columns {
        known = columns
      } else {
        do throws(ColumnError) {
          known = try AccountColumns(enumerate: result.columnNames)
        } catch {
          return .unavailable(Unavailability(.queryFailed, "the enumerate query: \(error)"))
        }
        columns = known
      }
      if status == PGRES_TUPLES_OK {
        isComplete = true
        continue
      }
      if deadline <= .now { throw DatabaseFault(.timeLimit, "the enumeration took too long") }
      if stop.isSet { throw .stopping }
      switch known.enumerated({ result.value(row: 0, column: $0) }) {
      case .account(let account): if !row(account) { return .unavailable(Unavailability(.clientGone)) }
      case .skip: break
      case .bad(let cause): return .unavailable(cause)
      }
    }
    guard isComplete else { throw connection.lastFault }
    return .accepted(())
  }
}
