internal import Threads

/// What is known of the failures of one account or address. A value without a clock.
struct ThrottleRecord: Sendable, Equatable {
  /// When the present run of failures began.
  private(set) var since: Instant
  /// When the last one was.
  private(set) var last: Instant
  /// Failures in a row: not lessened by time, only by a success.
  private(set) var row = 0
  /// When there were too many in a row; nil when there were not.
  private(set) var slowedSince: Instant?
  /// At `mark`; time lessens them.
  private(set) var failures = 0
  private(set) var mark: Instant
  private var tags = ThrottleTags()

  /// What a failure did.
  enum Counted: Equatable {
    /// Nothing: the same password was wrong before.
    case known
    case counted
    /// It was the one too many.
    case reachedMany
  }

  init(at now: Instant) {
    since = now
    last = now
    mark = now
  }

  /// As it was written down. Everything is cut to what can be.
  init(
    failures: Int, row: Int, since: Instant, last: Instant,
    mark: Instant, slowedSince: Instant?, _ schedule: ThrottleSchedule
  ) {
    self.failures = min(schedule.mostFailures, max(0, failures))
    self.row = min(ThrottleSchedule.manyFailures, max(0, row))
    self.since = since
    self.last = last
    self.mark = mark
    self.slowedSince = slowedSince
  }

  /// What is left of the failures.
  func failures(_ schedule: ThrottleSchedule, at now: Instant) -> Int {
    let steps = Self.steps(from: mark, to: now)
    return max(0, failures - steps * schedule.failuresForLevel)
  }

  /// Whether too many in a row still count.
  func isSlowed(at now: Instant) -> Bool {
    slowedSince.map { now - $0 < ThrottleSchedule.penance } ?? false
  }

  /// - Parameter underWay: failures that may be added in a moment.
  func level(_ schedule: ThrottleSchedule, underWay: Int = 0, at now: Instant) -> Int {
    isSlowed(at: now) ? ThrottleSchedule.highest : schedule.level(failures(schedule, at: now) + underWay)
  }

  /// Whether this password was wrong before.
  func knows(_ tag: ThrottleTag) -> Bool { tags.contains(tag) }

  /// A failure. The same password again is none.
  mutating func count(_ tag: ThrottleTag, _ schedule: ThrottleSchedule, at now: Instant) -> Counted {
    if tags.contains(tag) { return .known }
    tags.insert(tag)
    let left = failures(schedule, at: now)
    if left == 0 {
      mark = now
      since = now
    } else {
      mark += ThrottleSchedule.step * Self.steps(from: mark, to: now)
    }
    last = now
    failures = min(schedule.mostFailures, left + 1)
    guard schedule.countsRow else { return .counted }
    if slowedSince != nil, !isSlowed(at: now) {
      // The day is over: it begins again.
      slowedSince = nil
      row = 0
    }
    row = min(ThrottleSchedule.manyFailures, row + 1)
    guard row >= ThrottleSchedule.manyFailures, slowedSince == nil else { return .counted }
    slowedSince = now
    return .reachedMany
  }

  /// A success: no failures, none in a row. What was too many in a row stays; so do the passwords that were wrong.
  mutating func succeed(at now: Instant) {
    failures = 0
    mark = now
    row = 0
  }

  /// A success would change something.
  var hasFailures: Bool { failures > 0 || row > 0 }

  /// Whole steps, never negative, and no more than can matter.
  private static func steps(from mark: Instant, to now: Instant) -> Int {
    let elapsed = (now - mark).components.seconds
    let step = ThrottleSchedule.step.components.seconds
    return Int(min(max(0, elapsed / step), 1_000_000))
  }
}
