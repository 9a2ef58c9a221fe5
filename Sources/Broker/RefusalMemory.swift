internal import Passwords
internal import Threads

/// Passwords that were hashed and were wrong: the same one for the same stored hash is not hashed again within a minute. A value
/// without a clock.
///
/// Only that a costly hash was computed and differed is remembered; never that one matched, and never a failure. The stored hash is
/// looked up each time and is part of the tag: a changed password counts at once.
struct RefusalMemory {
  /// How long a wrong password is remembered: a minute.
  static let lifetime = Duration.seconds(60)
  /// How many are: 16,384, about 1 MiB. The oldest give way.
  static let capacity = 16_384

  private var wrong: RecentMemory<PasswordTag, Void>

  init(capacity: Int = Self.capacity) {
    wrong = RecentMemory(capacity: capacity, lifetime: Self.lifetime)
  }

  /// How many are remembered.
  var count: Int { wrong.count }

  /// Whether a hash was computed for this less than a minute ago and was another one.
  func knows(_ tag: PasswordTag, at now: Instant) -> Bool {
    wrong.recall(tag, at: now) != nil
  }

  /// Remembers what verifying said, if it was a mismatch.
  mutating func note(_ verdict: Verdict, for tag: PasswordTag, at now: Instant) {
    if verdict == .mismatch { wrong.remember(tag, (), at: now) }
  }
}
