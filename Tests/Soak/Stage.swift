import Foundation

/// Whether the load runs, pauses (while memory is measured) or is over; and which databases are being disturbed.
final class Stage: @unchecked Sendable {
  // Unchecked: everything mutable is reached under `condition` only.

  /// After a disturbance: what waited for the database may end now.
  static let aftermath: TimeInterval = 7

  private let condition = NSCondition()
  private var isPaused = false
  private var isOver = false
  private var atWork = 0
  private var disturbedUntil: [String: Date] = [:]
  private let group = DispatchGroup()

  /// Runs `body` again and again on a thread of its own, until the end; not while paused.
  func run(_ body: @escaping @Sendable () -> Void) {
    group.enter()
    Thread.detachNewThread { [self] in
      while enter() {
        body()
        leave()
      }
      group.leave()
    }
  }

  private func enter() -> Bool {
    condition.withLock {
      while isPaused && !isOver { condition.wait() }
      if isOver { return false }
      atWork += 1
      return true
    }
  }

  private func leave() {
    condition.withLock {
      atWork -= 1
      condition.broadcast()
    }
  }

  /// Whether those who work in long turns should come to an end.
  var shouldRest: Bool { condition.withLock { isPaused || isOver } }

  /// Sleeps up to `seconds`, shorter when it is time to rest.
  func sleep(_ seconds: Double) {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end && !shouldRest { usleep(20_000) }
  }

  /// Waits until nobody is at work.
  func pause() {
    condition.withLock {
      isPaused = true
      while atWork > 0 { condition.wait() }
    }
  }

  /// Lets everybody go on.
  func resume() {
    condition.withLock {
      isPaused = false
      condition.broadcast()
    }
  }

  /// Ends it all.
  func finish() {
    condition.withLock {
      isOver = true
      condition.broadcast()
    }
    group.wait()
  }

  /// Runs `body`, during which, and a while after, requests to `database` may be answered "try again later".
  func disturb(_ database: String, _ body: () -> Void) {
    condition.withLock { disturbedUntil[database] = .distantFuture }
    body()
    condition.withLock { disturbedUntil[database] = Date(timeIntervalSinceNow: Self.aftermath) }
  }

  /// Whether `database` was disturbed at any time since `start`.
  func wasDisturbed(_ database: String, since start: Date) -> Bool {
    condition.withLock { disturbedUntil[database].map { $0 > start } ?? false }
  }
}
