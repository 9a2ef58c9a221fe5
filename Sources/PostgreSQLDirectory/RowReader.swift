internal import Accounts
internal import DatabaseServers

/// Runs a query of Gatepost's own, on a connection of its own; see `AccountDirectory.read`.
struct RowReader {
  let connections: OccasionalConnections<Connection>
  let stop: StopFlag

  func read(_ sql: String, until deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
    do throws(DatabaseFault) {
      let connection = try connections.open(until: deadline)
      var parameters = BoundParameters([], constants: [:])
      guard parameters.bind() else { return .unavailable(Unavailability(.defect, "no parameters cannot be bound")) }
      var cursor = try Cursor(sql, parameters, on: connection, until: deadline, stop: stop)
      while let piece = try cursor.next() {
        let columns = piece.columnNames.indices
        for index in 0..<piece.rowCount {
          var values: [String?] = []
          for column in columns {
            values.append(piece.value(row: index, column: column).map { String(decoding: $0, as: UTF8.self) })
          }
          if !row(values) { return .accepted(()) }
        }
      }
      return .accepted(())
    } catch {
      return .unavailable(error.unavailability)
    }
  }
}
