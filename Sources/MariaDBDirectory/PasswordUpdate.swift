internal import Threads

#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// One change of a password: `BEGIN`, the query, `COMMIT` when exactly one row matched. Never repeated by itself: an
  /// answer lost behind `COMMIT` leaves open what became of it.
  ///
  /// One that replaces a certain hash reads the account first, in a `SERIALIZABLE` transaction: what it has read nobody else changes before its
  /// end, in tables that know transactions. Of two that have read the same, one loses (`deadlock`).
  struct PasswordUpdate {
    private let queries: QuerySet
    private let connections: OccasionalConnections<Connection>
    private let stop: StopFlag

    init(
      _ queries: QuerySet, connections: OccasionalConnections<Connection>, stop: StopFlag
    ) {
      self.queries = queries
      self.connections = connections
      self.stop = stop
    }

    /// Does it, or says why not.
    func run(_ change: PasswordChange, until deadline: Deadline) -> Outcome<Void> {
      guard let query = queries.storing(change) else { return .refused(.passwordChangeNotOffered) }
      if stop.isSet { return .unavailable(Unavailability(.stopping)) }
      if deadline <= .now { return .unavailable(Unavailability(.timedOut)) }
      let connection: Connection
      do throws(DatabaseFault) {
        connection = try connections.open(until: deadline)
      } catch {
        return .unavailable(error.unavailability)
      }
      var parameters = BoundParameters(query.rendered().parameters, constants: queries.constants)
      defer { parameters.wipe() }
      guard PreparedConnection.isText(change.key.name.username) else { return .refused(.unknownUser) }
      if parameters.lacksService(of: change.key, PreparedConnection.isText) { return .unavailable(.serviceIsNoText) }
      guard parameters.bind(change.key, change) else {
        return .unavailable(Unavailability(.queryFailed, "a value of the password change holds a NUL byte"))
      }
      do throws(DatabaseFault) {
        try limitServer(connection, until: deadline)
        if change.replacing != nil {
          try connection.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", until: deadline, stop: stop)
        }
        try connection.query("BEGIN", until: deadline, stop: stop)
        if change.replacing != nil {
          let found = change.mayReplace(try stored(change.key, on: connection, until: deadline))
          guard case .accepted = found else { return found }
        }
        let statement = try Statement(query, on: connection, until: deadline, stop: stop)
        guard statement.columnNames.isEmpty else {
          return .unavailable(NoChange.unavailability)
        }
        try statement.execute(parameters, until: deadline, stop: stop)
        let rows = statement.affectedRows
        guard rows == 1 else {
          do throws(DatabaseFault) { try connection.query("ROLLBACK", until: deadline, stop: stop) } catch {}
          if rows == 0 { return .refused(.unknownUser) }
          return .unavailable(Unavailability(.ambiguous, "\(rows) rows would change"))
        }
        if change.replacing != nil {
          let done = change.hasReplaced(try stored(change.key, on: connection, until: deadline))
          guard case .accepted = done else {
            do throws(DatabaseFault) { try connection.query("ROLLBACK", until: deadline, stop: stop) } catch {}
            return done
          }
        }
      } catch {
        return Self.hasLost(error, change) ? .refused(.passwordChanged) : .unavailable(Self.discreet(error))
      }
      do throws(DatabaseFault) {
        try connection.query("COMMIT", until: deadline, stop: stop)
        return .accepted(())
      } catch {
        if Self.hasLost(error, change) { return .refused(.passwordChanged) }
        let cause = Self.discreet(error)
        return .unavailable(
          Unavailability(cause.code, "at COMMIT, the password may be stored or not: \(cause.detail)"))
      }
    }

    /// The account as it is now.
    private func stored(
      _ key: AccountKey, on connection: Connection, until deadline: Deadline
    ) throws(DatabaseFault) -> Outcome<Account> {
      var parameters = BoundParameters(queries.account.rendered().parameters, constants: queries.constants)
      if parameters.lacksService(of: key, PreparedConnection.isText) { return .unavailable(.serviceIsNoText) }
      guard parameters.bind(key) else { return .refused(.unknownUser) }
      let statement = try Statement(queries.account, on: connection, until: deadline, stop: stop)
      let columns: AccountColumns
      do throws(ColumnError) {
        columns = try AccountColumns(account: statement.columnNames)
      } catch {
        return .unavailable(Unavailability(.queryFailed, "the account query: \(error)"))
      }
      try statement.execute(parameters, until: deadline, stop: stop)
      var rows = 0
      var found = Outcome<Account>.refused(.unknownUser)
      while try statement.fetch(until: deadline, stop: stop) {
        rows += 1
        if rows == 1 { found = columns.account { statement.value($0) } }
      }
      if rows > 1 { return .unavailable(Unavailability(.ambiguous, "\(rows) rows for one name")) }
      return found
    }

    /// Whether somebody else was quicker: nothing was stored.
    private static func hasLost(_ fault: DatabaseFault, _ change: PasswordChange) -> Bool {
      change.replacing != nil && ServerError(behind: fault)?.hasLost == true
    }

    /// The server gives up with us: a change that waits for a lock does not wait on after its asker is gone. MySQL does not know the
    /// second variable, and passes over what stands in such a comment.
    private func limitServer(_ connection: Connection, until deadline: Deadline) throws(DatabaseFault) {
      let milliseconds = Int((deadline - .now).statementMilliseconds)
      let thousandths = "\(1_000 + milliseconds % 1_000)".dropFirst()
      try connection.query(
        "SET innodb_lock_wait_timeout = \(max(1, (milliseconds + 999) / 1_000))"
          + " /*M! , max_statement_time = \(milliseconds / 1_000).\(thousandths) */", until: deadline, stop: stop)
    }

    /// Without the server's message, which may quote a parameter: the number says enough.
    private static func discreet(_ fault: DatabaseFault) -> Unavailability {
      guard let error = ServerError(behind: fault) else { return fault.unavailability }
      if error.isTimeout {
        return Unavailability(.timedOut, "the change waited for the database for too long (\(error.number))")
      }
      if error.isReadOnly {
        return Unavailability(.queryFailed, "\(error): passwords can be changed on the primary server only")
      }
      return Unavailability(fault.kind == .connection ? .unreachable : .queryFailed, error.description)
    }
  }
#endif
