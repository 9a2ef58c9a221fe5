internal import Threads

#if MariaDB
  internal import CMariaDB
  internal import DatabaseServers
  internal import Glibc

  /// Owns one connection of libmariadb, and the statements made on it. Every wait has a deadline; nothing here blocks without one,
  /// but for the look-up of a host's name.
  ///
  /// Not for two threads at once: it is made on one thread, handed over once, and used by its new owner only.
  final class Connection: @unchecked Sendable {
    // Unchecked: see above. It crosses threads inside a `Lock` (the connector's slot), whose maker keeps no reference.

    /// In bytes: of the stack on which the library runs a call. TLS and the look-up of a name take place there; the library's own
    /// choice, 60 KiB, is little for some name services.
    private static let stackSize = 512 * 1_024
    /// More resumptions than it can take to give a call up.
    private static let maximumResumptions = 1_000

    /// The library prepares itself at the first connection, without a thought of other threads.
    private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

    let handle: UnsafeMutablePointer<MYSQL>
    /// Where it goes.
    let host: Host
    /// Where it goes, for the log: "host db1 port 3306, database mail".
    let place: String
    /// What calls point to: it lasts until none of them can be under way.
    let texts = CTexts()
    private var statements: [UnsafeMutablePointer<MYSQL_STMT>] = []
    /// A call that has not come to its end.
    private var suspended: Call?
    /// What the suspended call waits for.
    private var mask: Int32 = 0
    /// Whether rows are on their way that nobody has read.
    private var isStreaming = false
    private var isBroken = false

    /// - Throws: when there is no memory.
    init(to host: Host, database: String?) throws(DatabaseFault) {
      guard Self.isLibraryReady, let handle = mysql_init(nil) else {
        throw DatabaseFault(.connection, "libmariadb: out of memory")
      }
      self.handle = handle
      self.host = host
      place = database.map { "\(host), database \($0)" } ?? "\(host)"
      var stackSize = Self.stackSize
      mysql_options(handle, MYSQL_OPT_NONBLOCK, &stackSize)
    }

    /// Says goodbye without waiting for anybody.
    deinit {
      if suspended != nil || isStreaming || isBroken { sever() }
      if suspended != nil { return }
      // The connection first: closing a statement of one that is open would talk to the server.
      mysql_close(handle)
      for statement in statements { mysql_stmt_close(statement) }
    }

    /// For poll(); -1 when there is none.
    var descriptor: Int32 { mysql_get_socket(handle) }

    /// What poll() is to wait for.
    var pollEvents: Int16 {
      guard suspended != nil else { return Int16(POLLIN) }
      var events: Int32 = 0
      if mask & MYSQL_WAIT_READ != 0 { events |= POLLIN }
      if mask & MYSQL_WAIT_WRITE != 0 { events |= POLLOUT }
      if mask & MYSQL_WAIT_EXCEPT != 0 { events |= POLLPRI }
      return Int16(events)
    }

    /// A new statement, which lives as long as the connection.
    func makeStatement() throws(DatabaseFault) -> UnsafeMutablePointer<MYSQL_STMT> {
      guard let statement = mysql_stmt_init(handle) else { throw lastFault(of: nil, .preparing) }
      statements.append(statement)
      return statement
    }

    // MARK: - Calls

    /// Begins a call; the one before it has come to its end.
    func start(_ call: Call) -> Call.Progress { note(call, call.start(on: handle)) }

    /// Goes on with the call that waits.
    /// - Parameter events: of poll().
    /// - Returns: nil when nothing of it is what the call waits for.
    func resume(_ events: Int16) -> Call.Progress? {
      guard let call = suspended else { return nil }
      var occurred: Int32 = 0
      let failed = Int32(events) & (POLLERR | POLLHUP | POLLNVAL) != 0
      if failed || Int32(events) & POLLIN != 0 { occurred |= MYSQL_WAIT_READ }
      if failed || Int32(events) & POLLOUT != 0 { occurred |= MYSQL_WAIT_WRITE }
      if failed || Int32(events) & POLLPRI != 0 { occurred |= MYSQL_WAIT_EXCEPT }
      occurred &= mask
      return occurred == 0 ? nil : note(call, call.resume(on: handle, occurred))
    }

    /// Does a call to its end.
    /// - Returns: what it returned.
    func run(_ call: Call, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> Int32 {
      try finish(start(call), until: deadline, stop: stop)
    }

    /// Does the call that has come so far to its end.
    /// - Returns: what it returned.
    func finish(_ begun: Call.Progress, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) -> Int32 {
      var progress = begun
      while true {
        if case .done(let result) = progress { return result }
        let events = try SocketWait.wait(descriptor, for: pollEvents, until: deadline, stop: stop)
        progress = resume(events) ?? progress
      }
    }

    /// Runs a statement of ours that yields no rows, such as `BEGIN`. Holds no value that nobody may see.
    func query(_ sql: String, until deadline: Instant, stop: StopFlag) throws(DatabaseFault) {
      let text = texts.own(text: sql)
      guard try run(.query(text, count: sql.utf8.count), until: deadline, stop: stop) == 0 else {
        throw lastFault(of: nil, .running)
      }
    }

    private func note(_ call: Call, _ progress: Call.Progress) -> Call.Progress {
      switch progress {
      case .waiting(let events):
        suspended = call
        mask = events
      case .done(let result):
        suspended = nil
        switch call {
        case .execute(let statement): isStreaming = result == 0 && statement.pointee.field_count > 0
        case .fetch: isStreaming = result == 0 || result == MYSQL_DATA_TRUNCATED
        case .connect, .query, .prepare: break
        }
      }
      return progress
    }

    /// What went wrong last.
    /// - Parameter statement: on which; nil: on none.
    func lastFault(of statement: UnsafeMutablePointer<MYSQL_STMT>?, _ phase: ServerError.Phase) -> DatabaseFault {
      let number: UInt32
      let text: String
      let state: String
      // What ends a result half-way is noted with the connection only.
      if let statement, mysql_stmt_errno(statement) != 0 {
        number = mysql_stmt_errno(statement)
        text = String(cString: mysql_stmt_error(statement))
        state = String(cString: mysql_stmt_sqlstate(statement))
      } else {
        number = mysql_errno(handle)
        text = String(cString: mysql_error(handle))
        state = String(cString: mysql_sqlstate(handle))
      }
      let fault = ServerError(number: number, state: state).fault(text, phase)
      if fault.kind == .connection { isBroken = true }
      return fault
    }

    /// Whether the server has gone, though nothing was asked. It says nothing unasked, but that it goes.
    func looksOver() -> Bool {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 0) != 0 else { return false }
      isBroken = true
      return true
    }

    /// Ends the connection at once, and with it the call that waits.
    private func sever() {
      for _ in 0..<Self.maximumResumptions {
        // Each time: a host with several addresses is tried at the next one.
        if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
        guard let call = suspended else { return }
        _ = note(call, call.resume(on: handle, MYSQL_WAIT_TIMEOUT))
      }
    }
  }
#endif
