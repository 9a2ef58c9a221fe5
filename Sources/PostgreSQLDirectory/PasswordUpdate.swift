internal import Accounts
internal import DatabaseServers
internal import Threads

/// One change of a password: `BEGIN`, the query, `COMMIT` when exactly one row changed. Never repeated by itself: an
/// answer lost behind `COMMIT` leaves open what became of it.
///
/// One that replaces a certain hash reads the account first, on a snapshot of its own (`REPEATABLE READ`): whatever somebody else commits
/// to the row after that keeps the query from changing it (`serialization_failure`).
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
    let (sql, placeholders) = query.rendered()
    var parameters = BoundParameters(placeholders, constants: queries.constants)
    defer { parameters.wipe() }
    let encoding = connection.encoding
    guard encoding.canHold(change.key.name.username) else { return .refused(.unknownUser) }
    if parameters.lacksService(of: change.key, encoding.canHold) { return .unavailable(.serviceIsNoText) }
    guard parameters.bind(change.key, change) else {
      return .unavailable(Unavailability(.queryFailed, "a value of the password change holds a NUL byte"))
    }
    do throws(DatabaseFault) {
      // The server gives up with us: a change that waits for a lock does not wait on after its asker is gone.
      let isolation = change.replacing == nil ? "" : " ISOLATION LEVEL REPEATABLE READ"
      try connection.run("BEGIN\(isolation)", until: deadline, stop: stop)
      let left = (deadline - .now).statementMilliseconds
      try connection.run("SET LOCAL statement_timeout = \(left)", until: deadline, stop: stop)
      if change.replacing != nil {
        let found = change.mayReplace(try stored(change.key, on: connection, until: deadline))
        guard case .accepted = found else { return found }
      }
      try connection.begin(sql, parameters, until: deadline, stop: stop)
      let rows = try connection.finish(until: deadline, stop: stop).changedRows
      guard rows == 1 else {
        _ = try? connection.run("ROLLBACK", until: deadline, stop: stop)
        switch rows {
        case 0: return .refused(.unknownUser)
        case let rows?: return .unavailable(Unavailability(.ambiguous, "\(rows) rows would change"))
        case nil: return .unavailable(NoChange.unavailability)
        }
      }
      if change.replacing != nil {
        let done = change.hasReplaced(try stored(change.key, on: connection, until: deadline))
        guard case .accepted = done else {
          _ = try? connection.run("ROLLBACK", until: deadline, stop: stop)
          return done
        }
      }
    } catch {
      return Self.hasLost(error, change) ? .refused(.passwordChanged) : .unavailable(Self.discreet(error))
    }
    do throws(DatabaseFault) {
      let command = try connection.run("COMMIT", until: deadline, stop: stop).command
      guard command == "COMMIT" else {
        return .unavailable(Unavailability(.queryFailed, "the server answered COMMIT with \(command)"))
      }
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
    let (sql, placeholders) = queries.account.rendered()
    var parameters = BoundParameters(placeholders, constants: queries.constants)
    if parameters.lacksService(of: key, connection.encoding.canHold) { return .unavailable(.serviceIsNoText) }
    guard parameters.bind(key) else { return .refused(.unknownUser) }
    try connection.begin(sql, parameters, until: deadline, stop: stop)
    let result = try connection.finish(until: deadline, stop: stop)
    do throws(ColumnError) {
      return result.account(try AccountColumns(account: result.columnNames))
    } catch {
      return .unavailable(Unavailability(.queryFailed, "the account query: \(error)"))
    }
  }

  /// Whether somebody else was quicker: nothing was stored.
  private static func hasLost(_ fault: DatabaseFault, _ change: PasswordChange) -> Bool {
    change.replacing != nil && fault.state == SQLState.serializationFailure
  }

  /// Without the server's message, which may quote a parameter: the code says enough.
  private static func discreet(_ fault: DatabaseFault) -> Unavailability {
    switch fault.state {
    case nil: fault.unavailability
    case SQLState.queryCanceled?: Unavailability(.timedOut, "the change waited for the database for too long")
    case SQLState.readOnlyTransaction?:
      Unavailability(
        .queryFailed, "\(SQLState.readOnlyTransaction): passwords can be changed on the primary server only")
    case let state?:
      Unavailability(fault.kind == .connection ? .unreachable : .queryFailed, state.description)
    }
  }
}
