internal import Passwords

/// Work under way and who waits for it, so that the same is done once. A value without clock or threads.
///
/// Whoever asks first leads: work is begun for it, and that work belongs to all who wait. It is over when it was done, or when nobody
/// is left.
struct SharedWork<Key: Hashable, Waiter> {
  /// What a waiter has to do.
  enum Admission: Equatable {
    /// Begin the work.
    case leads
    /// Nothing: it will hear of it.
    case joins
    /// Do its own: it is not among the waiters.
    case alone
  }

  private struct Work {
    let rank: HashRank
    var waiters: [Waiter]
  }

  /// How many may wait for work that others began, altogether.
  let capacity: Int
  private var works: [Key: Work] = [:]
  private(set) var joined = 0

  init(capacity: Int) { self.capacity = capacity }

  /// Takes a waiter in. One whose own work would go before that which is under way stays alone, and so does one too many.
  mutating func add(_ waiter: Waiter, for key: Key, rank: HashRank) -> Admission {
    guard let work = works[key] else {
      works[key] = Work(rank: rank, waiters: [waiter])
      return .leads
    }
    guard joined < capacity, rank >= work.rank else { return .alone }
    works[key]?.waiters.append(waiter)
    joined += 1
    return .joins
  }

  /// Who waits for this.
  func waiters(for key: Key) -> [Waiter] { works[key]?.waiters ?? [] }

  /// The work was done, or will never be.
  /// - Returns: all who waited for it.
  mutating func end(_ key: Key) -> [Waiter] {
    guard let work = works.removeValue(forKey: key) else { return [] }
    joined -= work.waiters.count - 1
    return work.waiters
  }

  /// The work was given up because nobody seemed to want it.
  /// - Returns: those who do not, and whether others are left, who wait on: the work has to begin again for them.
  mutating func dismiss(_ key: Key, where isUseless: (Waiter) -> Bool) -> (gone: [Waiter], isWanted: Bool) {
    guard let work = works[key] else { return ([], false) }
    // Each is asked once: the answer may change at any time.
    var (gone, left): ([Waiter], [Waiter]) = ([], [])
    for waiter in work.waiters {
      if isUseless(waiter) { gone.append(waiter) } else { left.append(waiter) }
    }
    guard !left.isEmpty else { return (end(key), false) }
    works[key]?.waiters = left
    joined -= gone.count
    return (gone, true)
  }
}
