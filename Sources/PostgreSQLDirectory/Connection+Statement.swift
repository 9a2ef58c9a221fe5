internal import CPostgreSQL
internal import DatabaseServers
internal import Threads

/// One statement at a time, each step with a deadline: for opening, changing passwords, enumerating and inspecting.
/// Look-ups do not come this way: see `LookUpLoop`.
extension Connection {

  /// Prepares `sql` under `name`, with no types for its parameters: the server infers them, so that a `citext` column
  /// keeps comparing as one.
  /// - Returns: its description: the result's columns and the types of the parameters.
  func prepare(
    _ name: String, _ sql: String, until deadline: Instant, stop: StopFlag
  ) throws(DatabaseFault) -> QueryResult {
    try send(PQsendPrepare(handle, name, sql, 0, nil), until: deadline, stop: stop)
    _ = try finish(until: deadline, stop: stop)
    try send(PQsendDescribePrepared(handle, name), until: deadline, stop: stop)
    return try finish(until: deadline, stop: stop)
  }

  /// Runs a statement of ours without parameters, such as `BEGIN`.
  @discardableResult
  func run(_ sql: String, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> QueryResult {
    try send(PQsendQuery(handle, sql), until: deadline, stop: stop)
    return try finish(until: deadline, stop: stop)
  }

  /// Sends a statement with its parameters.
  func begin(_ sql: String, _ parameters: borrowing BoundParameters, until deadline: Instant, stop: StopFlag)
    throws(DatabaseFault)
  {
    let count = parameters.count
    let sent = parameters.withPointers { PQsendQueryParams(handle, sql, count, nil, $0, nil, nil, 0) }
    try send(sent, until: deadline, stop: stop)
  }

  /// Sends a `COPY … TO STDOUT`, and waits until rows can be read with PQgetCopyData.
  func beginCopy(_ sql: String, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) {
    try send(PQsendQuery(handle, sql), until: deadline, stop: stop)
    guard let result = try nextResult(until: deadline, stop: stop) else { throw lastFault }
    if result.status == PGRES_COPY_OUT { return }
    let fault = result.status == PGRES_FATAL_ERROR ? result.fault(on: self) : DatabaseFault(.query, "COPY gave no rows")
    // Behind it comes nothing, which has to be read before something else can be sent.
    while try nextResult(until: deadline, stop: stop) != nil, !isBroken {}
    throw fault
  }

  /// `value` as SQL text, quoted and escaped.
  func literal(_ value: [UInt8]) throws(DatabaseFault) -> String {
    // libpq would take a NUL for the end.
    let text: UnsafeMutablePointer<CChar>? =
      value.contains(0)
      ? nil
      : value.withUnsafeBytes { bytes in
        PQescapeLiteral(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
      }
    guard let text else {
      throw DatabaseFault(.query, "a parameter of the preset is no text that the connection can carry")
    }
    defer { PQfreemem(text) }
    return String(cString: text)
  }

  /// The next result of what was sent.
  /// - Returns: nil behind the last one.
  func nextResult(until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> QueryResult? {
    while PQisBusy(handle) != 0 {
      guard !isBroken else { throw lastFault }
      try wait(until: deadline, stop: stop)
      // A failure shows as a result, or as a broken connection above.
      PQconsumeInput(handle)
    }
    guard let result = PQgetResult(handle) else { return nil }
    return QueryResult(owning: result)
  }

  /// Reads all results of one statement.
  /// - Returns: the last one.
  /// - Throws: the first error among them.
  func finish(until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> QueryResult {
    var last: QueryResult?
    var fault: DatabaseFault?
    while let result = try nextResult(until: deadline, stop: stop) {
      switch result.status {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK: break
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        throw DatabaseFault(.query, "COPY is no query that can stand here")
      default: if fault == nil { fault = result.fault(on: self) }
      }
      last = consume result
      if isBroken { break }
    }
    if let fault { throw fault }
    guard let last else { throw lastFault }
    return last
  }

  private func send(_ accepted: Int32, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) {
    guard accepted == 1 else { throw lastFault }
    try flush(until: deadline, stop: stop)
  }

  /// Writes what libpq holds back.
  func flush(until deadline: Instant, stop: StopFlag) throws(DatabaseFault) {
    while true {
      let left = PQflush(handle)
      if left == 0 { return }
      if left < 0 { throw lastFault }
      try wait(writing: true, until: deadline, stop: stop)
      PQconsumeInput(handle)
    }
  }
}
