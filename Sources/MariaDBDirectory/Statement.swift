internal import Threads

#if MariaDB
  internal import Accounts
  internal import CMariaDB
  internal import DatabaseServers
  internal import Glibc

  /// A prepared statement on a connection, and the row it is at.
  ///
  /// Not for two threads at once, like its connection.
  final class Statement: @unchecked Sendable {
    // Unchecked: see Connection.

    let connection: Connection
    /// Of its result; empty when it yields no rows.
    let columnNames: [String]
    /// The same, each with a NUL at its end: they are compared for every answer, and a `String` would be made a C text each time.
    private let columnTexts: [[CChar]]
    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    private let row: RowBuffer
    private let binds: UnsafeMutableBufferPointer<MYSQL_BIND>

    /// Prepares a query with its placeholders.
    convenience init(
      _ query: QueryTemplate, on connection: Connection, until deadline: Instant, stop: StopFlag
    ) throws(DatabaseFault) {
      let (sql, placeholders) = query.rendered()
      try self.init(sql, parameterCount: placeholders.count, on: connection, until: deadline, stop: stop)
    }

    /// Prepares `sql`.
    /// - Parameter parameterCount: how many values will be bound: what the server takes for a parameter must be one of ours.
    convenience init(
      _ sql: String, parameterCount: Int, on connection: Connection, until deadline: Instant, stop: StopFlag
    ) throws(DatabaseFault) {
      let handle = try connection.makeStatement()
      let call = Call.prepare(handle, connection.texts.own(text: sql), count: sql.utf8.count)
      let result = try connection.run(call, until: deadline, stop: stop)
      try self.init(prepared: handle, result, parameterCount: parameterCount, on: connection)
    }

    /// What a preparation has come to.
    /// - Parameters:
    ///   - handle: of the connection; of no other `Statement`.
    ///   - result: what the call returned.
    init(
      prepared handle: UnsafeMutablePointer<MYSQL_STMT>, _ result: Int32, parameterCount: Int,
      on connection: Connection
    ) throws(DatabaseFault) {
      guard result == 0 else { throw connection.lastFault(of: handle, .preparing) }
      let found = Int(mysql_stmt_param_count(handle))
      guard found == parameterCount else {
        throw DatabaseFault(
          .query,
          "the server finds \(found) parameters where there are \(parameterCount) placeholders: is one in a comment?")
      }
      self.connection = connection
      self.handle = handle
      binds = .allocate(capacity: parameterCount)
      binds.initialize(repeating: MYSQL_BIND())
      let row = RowBuffer(of: handle)
      self.row = row
      let names = (0..<row.count).map { handle.pointee.fields?[$0].name.map { String(cString: $0) } ?? "" }
      columnNames = names
      columnTexts = names.map { Array($0.utf8CString) }
      guard row.bind() else { throw fault(.preparing) }
    }

    deinit { binds.deallocate() }

    // MARK: - Step by step

    /// Begins to run it.
    /// - Parameter parameters: as many as it was prepared for; nil: none. They need not outlive the call.
    func start(_ parameters: BoundParameters? = nil) -> Call.Progress {
      guard let parameters else { return connection.start(.execute(handle)) }
      var progress = Call.Progress.done(1)
      _ = parameters.withPointers { pointers in
        for index in binds.indices {
          binds[index] = MYSQL_BIND()
          binds[index].buffer_type = MYSQL_TYPE_STRING
          binds[index].buffer = UnsafeMutableRawPointer(mutating: pointers?[index])
          binds[index].buffer_length = UInt(parameters.length(of: index))
        }
        // The library makes its packet of them before it waits for anything.
        if binds.isEmpty || mysql_stmt_bind_param(handle, binds.baseAddress) == 0 {
          progress = connection.start(.execute(handle))
        }
        return 0
      }
      return progress
    }

    /// Begins to fetch a row.
    func startFetch() -> Call.Progress { connection.start(.fetch(handle)) }

    /// What a fetch has come to.
    enum Fetched {
      case row
      case end
      case fault(DatabaseFault)
    }

    /// - Parameter result: what the fetch returned.
    func fetched(_ result: Int32) -> Fetched {
      switch result {
      case 0, MYSQL_DATA_TRUNCATED: row.complete() ? .row : .fault(fault(.running))
      case MYSQL_NO_DATA: end()
      default: .fault(fault(.running))
      }
    }

    private func end() -> Fetched {
      row.wipe()
      return .end
    }

    /// Whether the result's columns are not those it was prepared with. The server prepares by itself anew when a table has changed; the
    /// library then knows of other types, and not of other names.
    var hasOtherColumns: Bool {
      let connection = self.connection.handle
      guard Int(connection.pointee.field_count) == columnTexts.count else { return true }
      guard let fields = connection.pointee.fields else { return false }
      return columnTexts.indices.contains { index in
        fields[index].name.map { strcmp($0, columnTexts[index]) != 0 } ?? true
      }
    }

    /// What went wrong last.
    func fault(_ phase: ServerError.Phase) -> DatabaseFault { connection.lastFault(of: handle, phase) }

    /// Rows that a statement changed, or found to be as they should be.
    var affectedRows: UInt64 { mysql_stmt_affected_rows(handle) }

    /// One value of the row it is at, nil for NULL. It lasts until the next row.
    func value(_ column: Int) -> UnsafeRawBufferPointer? { row.value(column) }

    // MARK: - To the end

    /// Runs it.
    func execute(_ parameters: BoundParameters? = nil, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) {
      guard try connection.finish(start(parameters), until: deadline, stop: stop) == 0 else { throw fault(.running) }
    }

    /// Goes to the next row.
    /// - Returns: false behind the last one.
    func fetch(until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> Bool {
      switch fetched(try connection.finish(startFetch(), until: deadline, stop: stop)) {
      case .row: return true
      case .end: return false
      case .fault(let fault): throw fault
      }
    }
  }
#endif
