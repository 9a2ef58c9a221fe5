internal import Threads

/// What was learnt a short while ago, bounded in number and time. A value without a clock.
///
/// Two generations: when the young one holds half of the capacity, or is a lifetime old, it becomes the old one, and the old one is
/// forgotten. So at least the newest half of `capacity` is there, adding costs the same at any size, and nothing has to be searched
/// for the oldest.
struct RecentMemory<Key: Hashable, Value> {
  typealias Entry = (value: Value, since: Instant)

  /// The most entries.
  let capacity: Int
  /// How long an entry counts.
  let lifetime: Duration
  private var young: [Key: Entry] = [:]
  private var youngSince: Instant?
  private var old: [Key: Entry] = [:]

  /// - Parameter capacity: at least 2.
  init(capacity: Int, lifetime: Duration) {
    self.capacity = max(2, capacity)
    self.lifetime = lifetime
  }

  /// How many entries are held, those that count no more included.
  var count: Int { young.count + old.count }

  /// Keeps `value` from `now` on, in the place of what was kept for `key`.
  mutating func remember(_ key: Key, _ value: Value, at now: Instant) {
    old[key] = nil
    let since = youngSince ?? now
    youngSince = since
    // What is in the old generation is older than `since`: a lifetime later none of it counts.
    if now - since >= lifetime || (young[key] == nil && young.count >= capacity / 2) {
      old = young
      young = [:]
      youngSince = now
    }
    young[key] = (value, now)
  }

  /// What was kept for `key` less than `lifetime` ago.
  func recall(_ key: Key, at now: Instant) -> Value? {
    guard let entry = young[key] ?? old[key], now - entry.since < lifetime else { return nil }
    return entry.value
  }

  /// Takes out what counts no more, which otherwise stays until newer entries take its place.
  mutating func tidy(at now: Instant) {
    let lifetime = lifetime
    old = old.filter { now - $0.value.since < lifetime }
    young = young.filter { now - $0.value.since < lifetime }
  }

  /// Forgets what was kept for `key`.
  mutating func forget(_ key: Key) {
    young[key] = nil
    old[key] = nil
  }
}

extension RecentMemory: Sendable where Key: Sendable, Value: Sendable {}
