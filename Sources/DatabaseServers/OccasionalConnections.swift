package import Accounts
internal import Glibc
internal import Threads

/// New connections for what is asked now and then: lists, and changes of passwords. Each has one to itself; a
/// connection that has lain idle may be dead without knowing.
///
/// In an outage all who ask share its timing: at most one attempt a second, each waits for as long as a look-up would,
/// and in a long outage all are answered at once.
package final class OccasionalConnections<Connection: Sendable>: Sendable {
  /// Opens a connection, by a deadline.
  package typealias Opening = @Sendable (_ deadline: Deadline) throws(DatabaseFault) -> Connection

  private struct State {
    var policy: ReconnectPolicy
    var lastFault = DatabaseFault(.connection, "the server was not reached a moment ago")
  }

  private enum Turn {
    case now
    case wait(Duration)
    case giveUp(DatabaseFault)
  }

  private let connect: Opening
  private let stop: StopFlag
  private let state: Lock<State>

  /// - Parameter policy: one that has met no outage yet.
  package init(policy: ReconnectPolicy, stop: StopFlag, connect: @escaping Opening) {
    self.connect = connect
    self.stop = stop
    state = Lock(State(policy: policy))
  }

  /// Tries until there is a connection. Nothing has been asked yet, so nothing is repeated.
  package func open(until deadline: Deadline) throws(DatabaseFault) -> Connection {
    while true {
      switch turn(until: deadline) {
      case .giveUp(let fault): throw fault
      case .wait(let time):
        if stop.isSet { throw .stopping }
        usleep(UInt32(min(time, StopFlag.interval).pollMilliseconds) * 1_000)
      case .now:
        do throws(DatabaseFault) {
          let connection = try connect(deadline)
          state.withLock { $0.policy.connected() }
          return connection
        } catch {
          // The server has spoken: that it refuses does not pass by waiting.
          guard error.kind == .connection else { throw error }
          state.withLock { state in
            state.policy.lost(at: .now)
            state.lastFault = error
          }
        }
      }
    }
  }

  /// Without an outage everybody connects at once.
  private func turn(until deadline: Deadline) -> Turn {
    state.withLock { state in
      let now = Deadline.now
      if state.policy.givesUpAt != nil, let next = state.policy.nextAttempt, next > now {
        guard next < deadline, !state.policy.isLongOutage(at: next) else { return .giveUp(state.lastFault) }
        return .wait(next - now)
      }
      state.policy.attemptBeside(at: now, chance: .random(in: 0..<1))
      return .now
    }
  }
}
