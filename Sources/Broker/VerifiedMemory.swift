internal import Passwords
internal import Threads

/// Passwords that were hashed and were right: the same one for the same stored hash is not hashed again for a while. A value without
/// clock, key or randomness.
///
/// A login is remembered from its verification on; that it was recalled prolongs nothing. The stored hash is looked up each time and is
/// part of the tag: a changed password, or an account that is closed, counts at once.
struct VerifiedMemory {
  /// How many are remembered: 32,768, about 2 MiB, taken as they are needed. The oldest give way; at least the newest half is there.
  static let capacity = 32_768

  private var right: RecentMemory<PasswordTag, Void>

  init(lifetime: Duration, capacity: Int = Self.capacity) {
    right = RecentMemory(capacity: capacity, lifetime: lifetime)
  }

  /// How many are held, those that count no more included.
  var count: Int { right.count }

  /// Whether a hash was computed for this less than the lifetime ago and was the stored one.
  func knows(_ tag: PasswordTag, at now: Instant) -> Bool {
    right.recall(tag, at: now) != nil
  }

  /// Remembers what verifying said, if it was a match.
  mutating func note(_ verdict: Verdict, for tag: PasswordTag, at now: Instant) {
    if verdict == .match { right.remember(tag, (), at: now) }
  }

  /// Takes out what counts no more.
  mutating func tidy(at now: Instant) { right.tidy(at: now) }
}
