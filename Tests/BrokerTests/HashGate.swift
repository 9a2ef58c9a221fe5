import Passwords
import Testing
import Threads

/// Holds the only thread of a pool while a test fills the queue, so that what runs in which order depends on no clock.
struct HashGate {
  private static let patience = Duration.seconds(60)
  private let state = Lock((isOpen: false, isHeld: false))

  /// Holds the thread until `open`; counts as one job that was started.
  func close(_ pool: HashPool) {
    let state = self.state
    state.withLock { $0 = (false, false) }
    pool.submit(
      HashJob(
        account: HashJob.Account(directory: "", username: []), rank: .familiar, deadline: .now + .seconds(3600),
        isAbandoned: { false }
      ) { _ in
        state.withLock { $0.isHeld = true }
        state.broadcast()
        _ = state.wait(Self.patience) { $0.isOpen ? true : nil }
      })
    #expect(state.wait(Self.patience) { $0.isHeld ? true : nil } == true)
  }

  func open() {
    state.withLock { $0.isOpen = true }
    state.broadcast()
  }
}
