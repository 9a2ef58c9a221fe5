internal import Threads

#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// One reading of all accounts, row by row as the server sends them, on a connection of its own.
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

    /// Hands each account to `row`. Leaving early closes the connection, at which the server gives up.
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
        let statement = try Statement(
          sql, parameterCount: placeholders.count, on: connection, until: deadline, stop: stop)
        let columns: AccountColumns
        do throws(ColumnError) {
          columns = try AccountColumns(enumerate: statement.columnNames)
        } catch {
          return .unavailable(Unavailability(.queryFailed, "the enumerate query: \(error)"))
        }
        try statement.execute(parameters, until: deadline, stop: stop)
        guard !statement.hasOtherColumns else {
          return .unavailable(Unavailability(.queryFailed, "the enumerate query's columns have changed"))
        }
        return try read(statement, columns, until: deadline, row)
      } catch {
        return .unavailable(error.unavailability)
      }
    }

    /// Rows that were received together are read without waiting: the clock is looked at now and then.
    private static let rowsBetweenLooks = 256

    private func read(
      _ statement: Statement, _ columns: AccountColumns, until deadline: Deadline,
      _ row: (EnumeratedAccount.View) -> Bool
    ) throws(DatabaseFault) -> Outcome<Void> {
      var count = 0
      while try statement.fetch(until: deadline, stop: stop) {
        count += 1
        if count.isMultiple(of: Self.rowsBetweenLooks) {
          if deadline <= .now { throw DatabaseFault(.timeLimit, "the enumeration took too long") }
          if stop.isSet { throw .stopping }
        }
        switch columns.enumerated({ statement.value($0) }) {
        case .account(let account): if !row(account) { return .unavailable(Unavailability(.clientGone)) }
        case .skip: break
        case .bad(let cause): return .unavailable(cause)
        }
      }
      return .accepted(())
    }
  }
#endif
