#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// Runs a query of Gatepost's own, on a connection of its own; see `AccountDirectory.read`.
  struct RowReader {
    let connections: OccasionalConnections<Connection>
    let stop: StopFlag

    func read(_ sql: String, until deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
      do throws(DatabaseFault) {
        let connection = try connections.open(until: deadline)
        let statement = try Statement(sql, parameterCount: 0, on: connection, until: deadline, stop: stop)
        try statement.execute(until: deadline, stop: stop)
        let columns = statement.columnNames.indices
        while try statement.fetch(until: deadline, stop: stop) {
          let values = columns.map { statement.value($0).map { String(decoding: $0, as: UTF8.self) } }
          if !row(values) { break }
        }
        return .accepted(())
      } catch {
        return .unavailable(error.unavailability)
      }
    }
  }
#endif
