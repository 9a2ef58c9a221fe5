internal import Accounts
internal import AuthdaemonWire
internal import Passwords
internal import Secrets
internal import Synchronization
internal import Threads

/// Where logins ask whether they may go on, and where they are held. The throttle with its lock, its key and its clock: it is the
/// process's own, and a reload does not touch it.
final class ThrottleDesk: Sendable {
  private let tags: PasswordTag.Maker
  private let state: Lock<Throttle>
  /// Whether the throttle has anything in it, to be looked at without the lock.
  private let isBusy = Atomic(false)
  private let isStopping = Atomic(false)
  private let clock: AlarmClock
  private let now: @Sendable () -> Instant
  private let report: @Sendable (ThrottleEvent) -> Void

  /// - Parameters:
  ///   - capacity: the most requests that may be held at one time.
  ///   - random: a generator fit for keys.
  ///   - clock: where they wait.
  init(
    capacity: Int, random: inout some RandomNumberGenerator, clock: AlarmClock,
    now: @escaping @Sendable () -> Instant, report: @escaping @Sendable (ThrottleEvent) -> Void
  ) {
    tags = PasswordTag.Maker(random: &random)
    state = Lock(Throttle(capacity: capacity))
    self.clock = clock
    self.now = now
    self.report = report
  }

  /// Whether nobody has failed and nothing is under way.
  var isIdle: Bool { !isBusy.load(ordering: .acquiring) }

  /// What one attempt is known by: the same password for the same account has the same. An answer to a challenge is another one each
  /// time, because the challenge is.
  func tag(_ credentials: Credentials, _ subject: ThrottleSubject) -> ThrottleTag {
    let offered =
      switch credentials {
      case .login(let password): password
      case .challengeResponse(_, _, let digest): Secret(digest)
      }
    // Whatever is stored: a wrong password is the same one when the stored one has changed.
    return ThrottleTag(tags.tag(of: offered, against: Secret([]), isHash: false, username: subject.account))
  }

  /// Whether anything is known of the account or the address.
  func watches(_ subject: ThrottleSubject) -> Bool {
    isIdle ? false : state.withLock { $0.watches(subject) }
  }

  /// Whether its password may be compared with what is remembered.
  func mayGlance(_ subject: ThrottleSubject) -> Bool {
    if isIdle { return true }
    let now = now()
    return state.withLock { $0.mayGlance(subject, at: now) }
  }

  func admit(
    _ subject: ThrottleSubject, _ tag: ThrottleTag, _ rules: ThrottleRules, deadline: Instant,
    mayGlance: Bool, isFamiliar: () -> Bool
  ) -> Throttle.Admission {
    let now = now()
    let limit = rules.limit(deadline: deadline, at: .now)
    return change { $0.admit(subject, tag, limit: limit, mayGlance: mayGlance, at: now, isFamiliar: isFamiliar) }
  }

  func end(_ ticket: Throttle.Ticket, _ ending: Throttle.Ending) {
    let now = now()
    if change({ $0.end(ticket, ending, at: now) }) { report(.manyFailures(account: ticket.subject.account)) }
  }

  /// Counts a failure of a login that asked for no ticket.
  func fail(_ subject: ThrottleSubject, _ credentials: Credentials) {
    let now = now()
    let tag = tag(credentials, subject)
    if change({ $0.fail(subject, tag, at: now) }) { report(.manyFailures(account: subject.account)) }
  }

  /// Why a held request may not go on when its time has come; nil when it may.
  enum Waking: Sendable { case goOn, stopping }

  /// Has `body` called when the time is over.
  /// - Returns: false when it will not be called.
  func hold(_ duration: Duration, _ body: @escaping @Sendable (Waking) -> Void) -> Bool {
    guard !isStopping.load(ordering: .acquiring) else { return false }
    let isSet = clock.set(.now + duration) { body(self.hasStopped ? .stopping : .goOn) }
    // The end may have come in between.
    if isSet && hasStopped { clock.hurry() }
    return isSet
  }

  /// Lets go whoever is held, and holds nobody any more.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    clock.hurry()
  }

  /// Whether `stop` was called.
  var hasStopped: Bool { isStopping.load(ordering: .acquiring) }

  func forgive(account: [UInt8]) -> Bool { change { $0.forgive(account: ThrottleSubject.account(account)) } }

  func forgive(address: NetworkAddress) -> Bool { change { $0.forgive(address: address.site) } }

  func tidy() {
    let now = now()
    change { $0.tidy(at: now) }
  }

  /// A copy, to look at at leisure.
  var copy: (throttle: Throttle, now: Instant) { (state.withLock { $0 }, now()) }

  /// A copy, if something has changed since `change`, which then counts up.
  func copy(since change: inout Int) -> (throttle: Throttle, now: Instant)? {
    let found = state.withLock { throttle -> Throttle? in
      guard throttle.changes != change else { return nil }
      change = throttle.changes
      return throttle
    }
    return found.map { ($0, now()) }
  }

  /// How many requests are held, or were and have not ended.
  var held: Int { state.withLock { $0.held } }

  func restore(_ saved: ThrottleState, wall: Int64) {
    let now = now()
    change { saved.restore(to: &$0, wall: wall, at: now) }
  }

  private func change<Result>(_ body: (inout Throttle) -> Result) -> Result {
    state.withLock { throttle in
      let result = body(&throttle)
      isBusy.store(!throttle.isIdle, ordering: .releasing)
      return result
    }
  }
}
