internal import Glibc

/// A moment, counted from the start of the system; the time that it was suspended counts.
///
/// What `ContinuousClock.Instant` is too. But the compiler must not know how that is made, so that everything which holds one is copied,
/// compared and put into an optional by the runtime, after a look into its tables.
@frozen public struct Instant: Sendable, Hashable, Comparable {
  /// Since the start of the system.
  public let age: Duration

  /// The moment that is `age` after the start of the system.
  @inlinable
  public init(age: Duration) { self.age = age }

  /// This moment.
  public static var now: Instant {
    var time = timespec()
    // Never fails for a clock that the kernel has.
    clock_gettime(CLOCK_BOOTTIME, &time)
    let nanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    // One multiplication; by seconds and attoseconds it would be two, of 128 bits.
    let attoseconds = nanoseconds.multipliedFullWidth(by: 1_000_000_000)
    return Instant(age: Duration(attoseconds: Int128(attoseconds.high) << 64 | Int128(attoseconds.low)))
  }

  /// Whether the first comes before the second.
  @inlinable
  public static func < (first: Instant, second: Instant) -> Bool { first.age < second.age }

  /// The moment so much later.
  @inlinable
  public static func + (instant: Instant, duration: Duration) -> Instant { Instant(age: instant.age + duration) }

  /// The moment so much earlier.
  @inlinable
  public static func - (instant: Instant, duration: Duration) -> Instant { Instant(age: instant.age - duration) }

  /// The time from the second to the first.
  @inlinable
  public static func - (end: Instant, start: Instant) -> Duration { end.age - start.age }

  /// Moves it.
  @inlinable
  public static func += (instant: inout Instant, duration: Duration) { instant = instant + duration }
}
