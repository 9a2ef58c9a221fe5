internal import CPostgreSQL
internal import DatabaseServers
internal import Threads

/// The rows of one query, in pieces, on a connection of its own: a cursor, whose next piece the server makes while the one
/// before is being read. libpq's single-row mode costs a result for each row, twice as much in all. For our own queries, and for lists
/// that cannot be read by `CopyOut`.
///
/// ```
/// BEGIN · DECLARE gatepost NO SCROLL CURSOR FOR … · then as a pipeline: FETCH · FETCH · … · COMMIT · Sync
/// ```
struct Cursor {
  /// Rows in the first piece: few, so that the list begins at once.
  static let firstCount = 64
  /// Rows in each of the others: some 50 KB of usual rows.
  static let count = 512
  /// Pieces that are asked for before they are needed.
  private static let ahead = 2

  private let connection: Connection
  private let deadline: Instant
  private let stop: StopFlag
  /// How many rows were asked for, of each piece that is under way.
  private var underWay: [Int] = []
  private var isAtEnd = false

  /// Declares the cursor and asks for the first pieces.
  init(
    _ sql: String, _ parameters: borrowing BoundParameters, on connection: Connection,
    until deadline: Instant, stop: StopFlag
  ) throws(DatabaseFault) {
    self.connection = connection
    self.deadline = deadline
    self.stop = stop
    try connection.run("BEGIN", until: deadline, stop: stop)
    try connection.begin("DECLARE gatepost NO SCROLL CURSOR FOR \(sql)", parameters, until: deadline, stop: stop)
    _ = try connection.finish(until: deadline, stop: stop)
    guard PQenterPipelineMode(connection.handle) == 1 else { throw connection.lastFault }
    try ask(for: Self.firstCount)
    while underWay.count < Self.ahead { try ask(for: Self.count) }
  }

  /// The next piece.
  /// - Returns: nil when all rows were read, and the server has said so.
  mutating func next() throws(DatabaseFault) -> QueryResult? {
    guard !isAtEnd else { return nil }
    let wanted = underWay.removeFirst()
    let piece = try result()
    guard piece.status == PGRES_TUPLES_OK else { throw piece.fault(on: connection) }
    if piece.rowCount < wanted {
      isAtEnd = true
      try end()
    } else {
      try ask(for: Self.count)
    }
    return piece
  }

  private mutating func ask(for rows: Int) throws(DatabaseFault) {
    let handle = connection.handle
    guard PQsendQueryParams(handle, "FETCH FORWARD \(rows) FROM gatepost", 0, nil, nil, nil, nil, 0) == 1,
      PQsendFlushRequest(handle) == 1
    else { throw connection.lastFault }
    try connection.flush(until: deadline, stop: stop)
    underWay.append(rows)
  }

  /// A statement's result, and the mark behind it.
  private func result() throws(DatabaseFault) -> QueryResult {
    guard let result = try connection.nextResult(until: deadline, stop: stop) else { throw connection.lastFault }
    if result.status != PGRES_PIPELINE_SYNC, try connection.nextResult(until: deadline, stop: stop) != nil {
      throw connection.lastFault
    }
    return result
  }

  /// Reads what was asked for too much, and ends the transaction: what it did counts only then.
  private mutating func end() throws(DatabaseFault) {
    let handle = connection.handle
    guard PQsendQueryParams(handle, "COMMIT", 0, nil, nil, nil, nil, 0) == 1, PQpipelineSync(handle) == 1 else {
      throw connection.lastFault
    }
    try connection.flush(until: deadline, stop: stop)
    for _ in underWay {
      let rest = try result()
      guard rest.status == PGRES_TUPLES_OK else { throw rest.fault(on: connection) }
    }
    underWay = []
    let commit = try result()
    guard commit.status == PGRES_COMMAND_OK else { throw commit.fault(on: connection) }
    _ = try result()
  }
}
