internal import Accounts
internal import DatabaseServers
internal import Threads

/// One reading of all accounts, as the server sends them, on a connection of its own: by COPY, which costs the server and us least, or
/// else by a cursor.
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
      if var copy = try CopyOut.begin(query, constants: constants, on: connection, until: deadline, stop: stop) {
        return try read(&copy, row)
      }
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
    _ copy: inout CopyOut, _ row: (EnumeratedAccount.View) -> Bool
  ) throws(DatabaseFault) -> Outcome<Void> {
    let columns: AccountColumns
    do throws(ColumnError) {
      columns = try AccountColumns(enumerate: copy.columnNames)
    } catch {
      return .unavailable(Self.unfit(error))
    }
    while try copy.next() {
      if let end = Self.take(columns.enumerated { copy.value(column: $0) }, row) { return end }
    }
    return .accepted(())
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
          return .unavailable(Self.unfit(error))
        }
        columns = known
      }
      if deadline <= .now { throw .listTooLong }
      if stop.isSet { throw .stopping }
      for index in 0..<piece.rowCount {
        if let end = Self.take(known.enumerated { piece.value(row: index, column: $0) }, row) { return end }
      }
    }
    return .accepted(())
  }

  /// - Returns: what ends the list here; nil to go on.
  private static func take(
    _ found: AccountColumns.EnumeratedRow, _ row: (EnumeratedAccount.View) -> Bool
  ) -> Outcome<Void>? {
    switch found {
    case .account(let account): row(account) ? nil : .unavailable(Unavailability(.clientGone))
    case .skip: nil
    case .bad(let cause): .unavailable(cause)
    }
  }

  private static func unfit(_ error: ColumnError) -> Unavailability {
    Unavailability(.queryFailed, "the enumerate query: \(error)")
  }
}

extension DatabaseFault {
  static let listTooLong = DatabaseFault(.timeLimit, "the enumeration took too long")
}
