internal import Accounts
internal import Glibc

/// One change of a password: `BEGIN`, the query, `COMMIT` when exactly one row changed. Never repeated by itself: an
/// answer lost behind `COMMIT` leaves open what became of it.
struct PasswordUpdate {
  private let query: QueryTemplate
  private let constants: [Placeholder: [UInt8]]
  private let settings: ConnectionSettings
  private let stop: StopFlag

  init(_ query: QueryTemplate, constants: [Placeholder: [UInt8]], settings: ConnectionSettings, stop: StopFlag) {
    self.query = query
    self.constants = constants
    self.settings = settings
    self.stop = stop
  }

  /// Does it, or says why not.
  /// - Parameter policy: what is known of outages; kept from one change to the next.
  func run(_ change: PasswordChange, until deadline: Deadline, policy: inout ReconnectPolicy) -> Outcome<Void> {
    if stop.isSet { return .unavailable(Unavailability(.stopping)) }
    if deadline <= .now { return .unavailable(Unavailability(.timedOut)) }
    let connection: Connection
    do throws(DatabaseFault) {
      connection = try connect(until: deadline, policy: &policy)
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

  /// Tries until there is a connection, for as long as a look-up would wait for one. Nothing has been asked yet, so
  /// nothing is repeated.
  private func connect(until deadline: Deadline, policy: inout ReconnectPolicy) throws(DatabaseFault) -> Connection {
    var random = SystemRandomNumberGenerator()
    var fault = DatabaseFault(.connection, "no server that takes writes was reached a moment ago")
    while true {
      // Without an outage every change connects at once.
      if policy.givesUpAt != nil, let next = policy.nextAttempt, next > .now {
        guard next < deadline, !policy.isLongOutage(at: next) else { throw fault }
        while next > .now {
          if stop.isSet { throw .stopping }
          usleep(UInt32(min(next - .now, StopFlag.interval).pollMilliseconds) * 1_000)
        }
      }
      policy.attempt(at: .now, using: &random)
      do throws(DatabaseFault) {
        let connection = try settings.open(until: deadline, stop: stop)
        policy.connected()
        return connection
      } catch {
        guard error.kind == .connection else { throw error }
        fault = error
      }
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
