internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers
internal import Threads

/// The rows of one query, as the server makes them, on a connection of its own. Beside a cursor the server keeps no piece of them, and
/// libpq makes no result of it.
///
/// ```
/// BEGIN · SET LOCAL statement_timeout · Parse, Describe: the columns' names · COPY (SELECT * FROM (…)) TO STDOUT · COMMIT
/// ```
struct CopyOut: ~Copyable {
  /// Of the query's columns.
  let columnNames: [String]
  private let connection: Connection
  private let deadline: Instant
  private let stop: StopFlag
  private var row: CopyRow
  /// libpq's, for the row that `row` looks at.
  private var bytes: UnsafeMutablePointer<CChar>?

  private init(_ columnNames: [String], on connection: Connection, until deadline: Instant, stop: StopFlag) {
    self.columnNames = columnNames
    self.connection = connection
    self.deadline = deadline
    self.stop = stop
    row = CopyRow(columns: columnNames.count)
  }

  /// Begins to read.
  /// - Parameter constants: the values of the query's placeholders.
  /// - Returns: nil when it has to be a cursor, and `connection` can go on with one: the connection's encoding is none that `CopyRow` can
  ///   read, or the server does not take the query in this place.
  static func begin(
    _ query: QueryTemplate, constants: [Placeholder: [UInt8]], on connection: Connection, until deadline: Instant,
    stop: StopFlag
  ) throws(DatabaseFault) -> CopyOut? {
    guard connection.encoding.isReadByteByByte else { return nil }
    let sql = try query.embedded { placeholder throws(DatabaseFault) in
      try connection.literal(constants[placeholder] ?? [])
    }
    // Only what a cursor takes too can stand as a table: no `DELETE … RETURNING`.
    let list = "SELECT * FROM (\(sql)\n) AS list"
    // The list has a time limit of its own, which comes first; one of the role's, for each statement, is not meant for all of it.
    let limit = (deadline - .now + .seconds(1)).statementMilliseconds
    try connection.run("BEGIN; SET LOCAL statement_timeout = \(limit)", until: deadline, stop: stop)
    do throws(DatabaseFault) {
      let names = try connection.prepare("", list, until: deadline, stop: stop).columnNames
      try connection.beginCopy("COPY (\(list)) TO STDOUT", until: deadline, stop: stop)
      return CopyOut(names, on: connection, until: deadline, stop: stop)
    } catch {
      guard error.state == .syntaxError || error.state == .featureNotSupported else { throw error }
      try connection.run("ROLLBACK", until: deadline, stop: stop)
      return nil
    }
  }

  deinit { PQfreemem(bytes) }

  /// Goes to the next row.
  /// - Returns: false when all rows were read, and the server has said so.
  mutating func next() throws(DatabaseFault) -> Bool {
    PQfreemem(bytes)
    bytes = nil
    let handle = connection.handle
    while true {
      let count = PQgetCopyData(handle, &bytes, 1)
      switch count {
      case 1...:
        guard row.take(UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))) else {
          throw DatabaseFault(.query, "the server has sent what is no row of COPY")
        }
        return true
      case 0:
        // Once in some hundred rows, however fast they come.
        guard !connection.isBroken else { throw connection.lastFault }
        if deadline <= .now { throw .listTooLong }
        if stop.isSet { throw .stopping }
        try connection.wait(until: deadline, stop: stop)
        // A failure shows as a broken connection above.
        PQconsumeInput(handle)
      case -1:
        // What it did counts only when it is committed.
        _ = try connection.finish(until: deadline, stop: stop)
        try connection.run("COMMIT", until: deadline, stop: stop)
        return false
      default: throw connection.lastFault
      }
    }
  }

  /// The bytes of one value, nil for NULL. They live until `next`.
  func value(column: Int) -> UnsafeRawBufferPointer? { row[column] }
}
