internal import Threads

/// How many lines are logged of what others can cause without end: so many about one subject, so many of a kind. The rest is counted,
/// and the counts are logged, so that a flood fills no disk and leaves a trace all the same. A value without a clock.
///
/// A subject that keeps its own rate is hidden by none that does not: the allowance of the kind is what 100 addresses, or 50 accounts, need that
/// use up theirs.
struct LineBudget: Sendable {
  /// About one address, account or process: enough at once for fail2ban to act on.
  static let perSubject = TokenBucket.Rate(burst: 10, perSecond: 1)
  /// About one reason why requests could not be answered: in an outage every request has such a line.
  static let perReason = TokenBucket.Rate(burst: 20, perSecond: 20)
  /// How often the counts of what was left out are logged: every 10 s.
  static let reportInterval = Duration.seconds(10)
  /// Subjects that are told apart at one time; beyond, those that have been quiet are forgotten, and then all. Some 1 MiB.
  static let mostSubjects = 4_096
  /// Subjects that are counted one by one.
  static let mostCounted = 1_024
  /// Subjects whose counts are logged one by one; the others come together, by their kind.
  static let mostReported = 10

  /// Of all subjects together. Reasons are few, and have none.
  static func rate(of kind: LineSubject.Kind) -> TokenBucket.Rate? {
    switch kind {
    case .refusedAddress: TokenBucket.Rate(burst: 1_000, perSecond: 100)
    case .refusedAccount, .changed: TokenBucket.Rate(burst: 500, perSecond: 50)
    case .notPermitted, .malformed: TokenBucket.Rate(burst: 20, perSecond: 20)
    case .unavailable: nil
    }
  }

  private var subjects: [LineSubject: TokenBucket] = [:]
  private var kinds: [LineSubject.Kind: TokenBucket] = [:]
  private var leftOut: [LineSubject: Int] = [:]
  private var leftOutOfOthers: [LineSubject.Kind: Int] = [:]

  /// How many subjects are told apart now.
  var count: Int { subjects.count }

  /// Whether a line about `subject` may be logged; if not, it is counted.
  mutating func take(_ subject: LineSubject, at now: Instant) -> Bool {
    let rate = subject.kind == .unavailable ? Self.perReason : Self.perSubject
    var own = subjects[subject] ?? TokenBucket(at: now)
    var all = kinds[subject.kind] ?? TokenBucket(at: now)
    let rateOfAll = Self.rate(of: subject.kind)
    guard own.hasOne(rate, at: now), rateOfAll.map({ all.hasOne($0, at: now) }) ?? true else {
      countOut(subject)
      return false
    }
    own.takeOne(rate, at: now)
    if subjects.count >= Self.mostSubjects, subjects[subject] == nil { makeRoom(at: now) }
    subjects[subject] = own
    if let rateOfAll {
      all.takeOne(rateOfAll, at: now)
      kinds[subject.kind] = all
    }
    return true
  }

  /// A full bucket is what a new subject gets: it can go. When nearly all are in use, all go, and the allowance of the kind is what
  /// bounds them.
  private mutating func makeRoom(at now: Instant) {
    subjects = subjects.filter { !$0.value.isFull(at: now) }
    if subjects.count > Self.mostSubjects / 4 * 3 { subjects = [:] }
  }

  private mutating func countOut(_ subject: LineSubject) {
    if leftOut[subject] != nil || leftOut.count < Self.mostCounted {
      leftOut[subject, default: 0] += 1
    } else {
      leftOutOfOthers[subject.kind, default: 0] += 1
    }
  }

  /// The lines that say what was left out since the last call, most first; the counting begins anew.
  mutating func report() -> [String] {
    if leftOut.isEmpty { return [] }
    let counted = leftOut.sorted { $0.value > $1.value }
    var others = leftOutOfOthers
    leftOut = [:]
    leftOutOfOthers = [:]
    for (subject, count) in counted.dropFirst(Self.mostReported) { others[subject.kind, default: 0] += count }
    let named = counted.prefix(Self.mostReported).map { subject, count in
      Self.line(count) { subject.append(to: &$0) }
    }
    let rest = LineSubject.Kind.allCases.compactMap { kind in
      others[kind].map { count in
        Self.line(count) { line in
          LineSubject.append(kind, to: &line)
          LogText.append(", of others", to: &line)
        }
      }
    }
    return named + rest
  }

  private static func line(_ count: Int, _ append: (inout [UInt8]) -> Void) -> String {
    var line: [UInt8] = []
    LogText.append(decimal: UInt(count), to: &line)
    line += " \(count == 1 ? "line" : "lines") left out in the last \(reportInterval.components.seconds) s: ".utf8
    append(&line)
    return String(decoding: line, as: UTF8.self)
  }
}
