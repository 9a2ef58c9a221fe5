internal import Threads

/// So many at once, and then so many a second: what is not used is saved up to `burst`. A value without a clock.
struct TokenBucket: Sendable {
  /// How fast a bucket fills, and how much it holds.
  struct Rate: Sendable, Equatable {
    /// At once, after a quiet time.
    let burst: Int
    /// In the long run.
    let perSecond: Int

    /// One, at this rate.
    fileprivate var interval: Duration { .seconds(1) / perSecond }
  }

  /// When it will be full again (the generic cell rate algorithm keeps no more than this).
  private var fullAgain: Instant

  /// A full one.
  init(at now: Instant) { fullAgain = now }

  /// Whether it is as a new one would be.
  func isFull(at now: Instant) -> Bool { fullAgain <= now }

  /// Whether there is one to take.
  func hasOne(_ rate: Rate, at now: Instant) -> Bool {
    max(fullAgain, now) + rate.interval - now <= rate.interval * rate.burst
  }

  /// Takes one; only after `hasOne`.
  mutating func takeOne(_ rate: Rate, at now: Instant) {
    fullAgain = max(fullAgain, now) + rate.interval
  }
}
