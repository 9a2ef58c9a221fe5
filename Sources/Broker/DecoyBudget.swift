internal import Passwords
internal import Threads

/// How much hashing decoys may cost: a quarter of what the threads can do, and a second of theirs at once. A value without a clock: time
/// comes in with each call.
///
/// It counts the time that decoys take of the threads, and what those that wait will take by the mean of the last ones.
struct DecoyBudget {
  /// The part of the threads' time that decoys may take for long: a quarter.
  static let share = 4
  /// What may be spent at once when nothing was for a while: a second of each thread.
  static let burst = Duration.seconds(1)
  /// What the first ones are taken for, before one was measured: 100 ms.
  static let guess = Duration.milliseconds(100)

  private let threads: Int
  private var balance: Duration
  private var reserved = Duration.zero
  private var last: Instant?
  private var pace = HashPace()

  init(threads: Int) {
    self.threads = max(1, threads)
    balance = Self.burst * self.threads
  }

  /// What one takes, as far as is known.
  var estimate: Duration { pace.mean ?? Self.guess }

  /// Sets aside what one more takes.
  /// - Returns: what has to be given back by `release` when it was done, or was not; nil when there is nothing left.
  mutating func reserve(at now: Instant) -> Duration? {
    refill(now)
    guard balance - reserved > .zero else { return nil }
    let estimate = estimate
    reserved += estimate
    return estimate
  }

  /// Gives back what was set aside.
  mutating func release(_ reservation: Duration) { reserved -= reservation }

  /// One was computed, and took a thread for so long.
  mutating func spend(_ duration: Duration, at now: Instant) {
    refill(now)
    pace.record(duration)
    balance -= duration
  }

  /// Those that come take another time.
  mutating func forgetPace() { pace = HashPace() }

  private mutating func refill(_ now: Instant) {
    let passed = last.map { max(.zero, now - $0) } ?? .zero
    last = max(now, last ?? now)
    let full = Self.burst * threads
    // Not more than it takes to fill it: nothing to multiply that could overflow.
    balance = min(full, balance + min(passed, .seconds(3600)) * threads / Self.share)
  }
}
