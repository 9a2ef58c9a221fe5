import Passwords
import Testing
import Threads

/// Holds the only thread of a pool while a test fills the queue, so that what runs in which order depends on no clock.
struct HashGate {
  private static let patience = Duration.seconds(60)

  private enum State { case closing, turnedAway, held, open }

  private let state = Lock(State.closing)

  /// Holds the thread until `open`; counts as one job that was started.
  func close(_ pool: HashPool) {
    // Turned away, it would hold the test itself.
    repeat { ask(pool) } while state.wait(Self.patience) { $0 == .closing ? nil : $0 } == .turnedAway
    #expect(state.withLock { $0 } == .held)
  }

  private func ask(_ pool: HashPool) {
    let state = self.state
    state.withLock { $0 = .closing }
    pool.submit(
      HashJob(
        account: HashJob.Account(directory: "", username: []), rank: .familiar, deadline: .now + .seconds(3600),
        isAbandoned: { false }
      ) { turn in
        guard case .run = turn else {
          state.withLock { $0 = .turnedAway }
          return state.broadcast()
        }
        state.withLock { $0 = .held }
        state.broadcast()
        _ = state.wait(Self.patience) { $0 == .open ? true : nil }
      })
  }

  func open() {
    state.withLock { $0 = .open }
    state.broadcast()
  }
}
