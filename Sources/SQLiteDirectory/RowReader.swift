internal import Accounts
internal import Threads

/// Runs a query of Gatepost's own, on the caller's thread and a connection of its own; see `AccountDirectory.read`.
struct RowReader {
  let file: DatabaseFile
  let stop: StopFlag

  func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
    guard !stop.isSet else { return .unavailable(Unavailability(.stopping)) }
    do {
      _ = try file.state()
      let patience = Patience(stop: stop)
      patience.begin(deadline: deadline, asked: .now)
      let connection = try SQLiteConnection(path: file.path, mode: .listing, patience: patience)
      try connection.readHeader()
      let statement = try SQLiteStatement(connection, sql: sql)
      while try statement.step() {
        let values = statement.columnNames.indices.map { index in
          statement.value(index).map { String(decoding: $0, as: UTF8.self) }
        }
        if statement.ranOutOfMemory { throw SQLiteFault(code: SQLiteFault.outOfMemory, message: "out of memory") }
        if !row(values) { break }
      }
      return .accepted(())
    } catch let fault as SQLiteFault {
      return .unavailable(fault.unavailability(stopping: stop.isSet))
    } catch let cause as Unavailability {
      return .unavailable(cause)
    } catch {
      return .unavailable(Unavailability(.queryFailed, "\(error)"))
    }
  }
}
