internal import Passwords
internal import Threads

/// Whose hashes are to be replaced, one after the other. A value without clock or threads.
///
/// An account is in it once. What was done, or turned out to be of no use, is not done again for a minute: logins that had read the old
/// hash come after it, and a replica may show that for a while.
struct RehashBacklog<Order> {
  typealias Attempt = LoginHistory.Attempt

  /// How many may wait: 64. What comes beyond is left for the account's next login.
  static var capacity: Int { 64 }
  /// For how long one may wait, and the password in it be kept: 10 s.
  static var patience: Duration { .seconds(10) }
  /// How long a directory that cannot be written to is left alone: 5 minutes.
  static var pause: Duration { .seconds(300) }
  /// For how long, and of how many, an account is left alone for which nothing could be stored: an hour. The directory is tried again
  /// sooner, with another one: it may be that account's row alone.
  static var blame: (lifetime: Duration, capacity: Int) { (.seconds(3600), 4096) }
  /// How long, and of how many, it is remembered that it was tried.
  static var memory: (lifetime: Duration, capacity: Int) { (.seconds(60), 4096) }

  /// How the one ended that was taken.
  enum Ending {
    /// It is done, or of no use.
    case settled
    /// The hash threads have no time: those that wait would fare no better.
    case overloaded
    /// It was given up.
    case givenUp
    /// The directory, or the account's row, cannot be written to.
    case failed
  }

  private struct Entry {
    let attempt: Attempt
    let order: Order
    let end: Instant
  }

  /// What became of earlier ones, under the settings of now.
  private struct Past {
    var tried = RecentMemory<Attempt, Void>(capacity: memory.capacity, lifetime: memory.lifetime)
    var blamed = RecentMemory<HashJob.Account, Void>(capacity: blame.capacity, lifetime: blame.lifetime)
    /// By the directory's name.
    var pauses: [String: Instant] = [:]
  }

  private var waiting: [Entry] = []
  private var taken: Attempt?
  private var past = Past()
  private var isClosed = false
  /// How many were left out since the last `takeLeftOut`.
  private var leftOut = 0

  /// How many wait.
  var count: Int { waiting.count }

  /// Takes an order in, unless it is there, was tried, or there is no point.
  mutating func add(_ order: Order, for attempt: Attempt, at now: Instant) {
    guard !isClosed, taken?.account != attempt.account,
      !waiting.contains(where: { $0.attempt.account == attempt.account }),
      past.tried.recall(attempt, at: now) == nil, past.blamed.recall(attempt.account, at: now) == nil
    else { return }
    if let end = past.pauses[attempt.account.directory] {
      if now < end { return }
      past.pauses[attempt.account.directory] = nil
    }
    if waiting.count < Self.capacity {
      waiting.append(Entry(attempt: attempt, order: order, end: now + Self.patience))
    } else {
      leftOut += 1
    }
  }

  /// The next one, if none is under way, and when it is of no use any more.
  mutating func take(at now: Instant) -> (order: Order, end: Instant)? {
    guard taken == nil else { return nil }
    let late = waiting.prefix { $0.end <= now }.count
    waiting.removeFirst(late)
    leftOut += late
    guard !waiting.isEmpty else { return nil }
    let entry = waiting.removeFirst()
    taken = entry.attempt
    return (entry.order, entry.end)
  }

  /// The one that was taken has ended.
  mutating func end(_ ending: Ending, at now: Instant) {
    guard let attempt = taken else { return }
    taken = nil
    switch ending {
    case .settled: past.tried.remember(attempt, (), at: now)
    case .givenUp: break
    case .overloaded:
      leftOut += 1 + waiting.count
      waiting = []
    case .failed:
      past.blamed.remember(attempt.account, (), at: now)
      past.pauses[attempt.account.directory] = now + Self.pause
      waiting.removeAll { $0.attempt.account.directory == attempt.account.directory }
    }
  }

  /// Other settings count from now on: what waits was asked by the old ones, and what failed may be mended.
  mutating func begin() {
    waiting = []
    past = Past()
  }

  /// Takes no more, and forgets what waits.
  mutating func close() {
    isClosed = true
    waiting = []
  }

  /// How many were left out since the last time.
  mutating func takeLeftOut() -> Int {
    defer { leftOut = 0 }
    return leftOut
  }
}
