internal import Accounts
internal import DatabaseServers

/// One change of a password: `BEGIN`, the query, `COMMIT` when exactly one row changed. Never repeated by itself: an
/// answer lost behind `COMMIT` leaves open what became of it.
struct PasswordUpdate {
  private let query: QueryTemplate
  private let constants: [Placeholder: [UInt8]]
  private let connections: OccasionalConnections<Connection>
  private let stop: StopFlag

  init(
    _ query: QueryTemplate, constants: [Placeholder: [UInt8]], connections: OccasionalConnections<Connection>,
    stop: StopFlag
  ) {
    self.query = query
    self.constants = constants
    self.connections = connections
    self.stop = stop
  }

  /// Does it, or says why not.
  func run(_ change: PasswordChange, until deadline: Deadline) -> Outcome<Void> {
    if stop.isSet { return .unavailable(Unavailability(.stopping)) }
    if deadline <= .now { return .unavailable(Unavailability(.timedOut)) }
    let connection: Connection
    do throws(DatabaseFault) {
      connection = try connections.open(until: deadline)
    } catch {
      return .unavailable(error.unavailability)
    }
    let (sql, placeholders) = query.rendered()
    var parameters = BoundParameters(placeholders, constants: constants)
    defer { parameters.wipe() }
    guard connection.encoding.canHold(change.key.name.username) else { return .refused(.unknownUser) }
    guard parameters.bind(change.key, change) else {
      return .unavailable(Unavailability(.queryFailed, "a value of the password change holds a NUL byte"))
    }
    do throws(DatabaseFault) {
      // The server gives up with us: a change that waits for a lock does not wait on after its asker is gone.
      try connection.run("BEGIN", until: deadline, stop: stop)
      let left = max(1, (deadline - .now).pollMilliseconds)
      try connection.run("SET LOCAL statement_timeout = \(left)", until: deadline, stop: stop)
      try connection.begin(sql, parameters, until: deadline, stop: stop)
      let rows = try connection.finish(until: deadline, stop: stop).affectedRows
      guard rows == 1 else {
        _ = try? connection.run("ROLLBACK", until: deadline, stop: stop)
        switch rows {
        case 0: return .refused(.unknownUser)
        case let rows?: return .unavailable(Unavailability(.ambiguous, "\(rows) rows would change"))
        case nil: return .unavailable(Unavailability(.queryFailed, "set-password is no statement that changes rows"))
        }
      }
    } catch {
      return .unavailable(Self.discreet(error))
    }
    do throws(DatabaseFault) {
      let command = try connection.run("COMMIT", until: deadline, stop: stop).command
      guard command == "COMMIT" else {
        return .unavailable(Unavailability(.queryFailed, "the server answered COMMIT with \(command)"))
      }
      return .accepted(())
    } catch {
      let cause = Self.discreet(error)
      return .unavailable(
        Unavailability(cause.code, "at COMMIT, the password may be stored or not: \(cause.detail)"))
    }
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
