internal import Threads

/// Writes the log lines for which files must be read, on a thread of its own: the threads that answer clients may not be allowed to.
///
/// Bounded: what finds no room is the caller's again.
final class AuditClerk: Sendable {
  /// Lines that may wait. There are never many: a flood is cut to its allowance before (`LineBudget`).
  static let capacity = 1024

  private let queue = BoundedQueue<@Sendable () -> Void>(capacity: capacity)
  private let outstanding = Lock(0)

  /// Starts the thread.
  /// - Throws: `SystemError` when the system gives none.
  init() throws(SystemError) {
    let (queue, outstanding) = (queue, outstanding)
    _ = try Worker(name: "audit") {
      while let jobs = queue.pop() {
        for job in jobs { job() }
        outstanding.withLock { $0 -= jobs.count }
        outstanding.broadcast()
      }
    }
  }

  deinit { queue.close() }

  /// - Returns: false when there is no room; `job` was not taken.
  func take(_ job: @escaping @Sendable () -> Void) -> Bool {
    outstanding.withLock { $0 += 1 }
    if queue.push(job) { return true }
    outstanding.withLock { $0 -= 1 }
    outstanding.broadcast()
    return false
  }

  /// Waits until all that was taken is done, for `patience` at the most.
  func finish(_ patience: Duration) { _ = outstanding.wait(patience) { $0 <= 0 ? true : nil } }
}
