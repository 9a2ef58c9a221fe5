internal import Accounts
internal import Glibc
internal import Threads

/// The one thread that answers look-ups: takes in what is asked, sends it on the session's connections, keeps these alive,
/// and answers what has run out of time. It blocks in one place only, `sleep()`, and never for longer than the next thing
/// that is due.
package struct LookUpLoop {

  private enum Link {
    /// Nobody wants one yet, or the next attempt is not due.
    case down
    /// The connector is at it.
    case opening
    /// Ready.
    case up
  }

  private let intake: Intake
  private let connector: Connector
  private var log: ConnectionLog
  private var queries: LookUpQueries
  private var policy: ReconnectPolicy
  private let timing: OutageTiming
  private var link = Link.down
  /// Whether the connector is at it while there is a connection, a silent one.
  private var isReplacing = false
  /// Whether anybody has asked, or will: from then on the connection is kept.
  private var isWanted = false
  /// What the last attempt failed of.
  private var trouble = Unavailability(.unreachable)
  private var waiting: [LookUp] = []
  /// None of those who wait is due earlier: who waits is gone through only when somebody may be late, not each time.
  private var waitingDue: Instant?
  /// There when the link is up.
  private var lanes: LookUpLanes?
  private var answered = 0
  /// Longer than a server on this machine takes for a look-up.
  private var vigil = Vigil(.microseconds(100))
  /// What the last sleep waited for, and what has come about: first the intake's, then the connection's. Empty when there was none.
  private var entries: [pollfd] = []

  package init(
    intake: Intake, connector: Connector, queries: LookUpQueries, log: ConnectionLog,
    timing: OutageTiming = OutageTiming()
  ) {
    self.timing = timing
    policy = timing.policy
    self.intake = intake
    self.connector = connector
    self.queries = queries
    self.log = log
  }

  /// Runs until the intake is closed; everything is answered then.
  package mutating func run() {
    while true {
      if takeIn() { break }
      let now = Instant.now
      if let woken = entries.first, woken.revents != 0 { lanes?.adoptLater() }
      answerExpired(at: now)
      advanceLanes(at: now)
      advanceLink(at: now)
      send(at: now)
      entries.removeAll(keepingCapacity: true)
      sleep()
    }
    lanes?.close()
    let left = waiting + (lanes.map { $0.underWay + $0.unsent } ?? [])
    for lookUp in left { answer(lookUp, .unavailable(Unavailability(.stopping))) }
  }

  /// - Returns: whether the intake is closed.
  private mutating func takeIn() -> Bool {
    let known = waiting.count
    let wish = intake.drain(into: &waiting)
    noteDue(waiting[known...])
    if wish == .connection || !waiting.isEmpty { isWanted = true }
    return wish == .end
  }

  /// Those who come back are the first again.
  private mutating func putBack(_ lookUps: [LookUp]) {
    if lookUps.isEmpty { return }
    noteDue(lookUps[...])
    waiting = lookUps + waiting
  }

  private mutating func noteDue(_ lookUps: ArraySlice<LookUp>) {
    guard let first = lookUps.lazy.map(\.deadline).min() else { return }
    waitingDue = waitingDue.map { min($0, first) } ?? first
  }

  private mutating func answer(_ lookUp: LookUp, _ answer: LookUp.Answer) {
    answered += 1
    lookUp.complete(answer)
  }

  // MARK: - Time

  private mutating func answerExpired(at now: Instant) {
    if let due = waitingDue, due <= now {
      let expired = waiting.filter { $0.deadline <= now }
      waiting.removeAll { $0.deadline <= now }
      waitingDue = nil
      noteDue(waiting[...])
      for lookUp in expired { answer(lookUp, .unavailable(Unavailability(.timedOut, whatIsAwaited))) }
    }
    for lookUp in lanes?.takeExpired(at: now) ?? [] {
      answer(lookUp, .unavailable(Unavailability(.timedOut, "the database did not answer in time")))
    }
  }

  private var whatIsAwaited: String {
    if case .up = link { return "waiting for the database's turn" }
    return trouble.detail.isEmpty ? "waiting for a connection" : "waiting for a connection: \(trouble.detail)"
  }

  /// When there is something to do, though nothing arrives.
  private var nextEvent: Instant? {
    var next: Instant?
    func consider(_ event: Instant) { next = next.map { min($0, event) } ?? event }
    if !waiting.isEmpty, let waitingDue { consider(waitingDue) }
    switch link {
    case .up:
      if let first = lanes?.nextDeadline { consider(first) }
      if let exchange = lanes?.mostSilent {
        if exchange.hasExpired { consider(exchange.lastHeard + OutageTiming.silenceAtDeadline) }
        if !isReplacing {
          let silent = exchange.lastHeard + silenceLimit(of: exchange)
          consider(policy.nextAttempt.map { max($0, silent) } ?? silent)
        }
      }
    case .opening:
      if !waiting.isEmpty, let end = policy.givesUpAt { consider(end) }
    case .down:
      if isWanted { consider(policy.nextAttempt ?? .now) }
      if !waiting.isEmpty, let end = policy.givesUpAt { consider(end) }
    }
    return next
  }

  private mutating func sleep() {
    if lanes?.isReady == true { return }
    let next = nextEvent
    // While every connection is busy new requests wait for one: they need not wake this thread.
    let busyUntil = lanes?.room == 0 ? next ?? .now + .seconds(1) : nil
    defer { answered = 0 }
    guard intake.maySleep(busyUntil: busyUntil, answered: answered) else { return }
    entries.append(pollfd(fd: intake.wakeUp.descriptor, events: Int16(POLLIN), revents: 0))
    lanes?.addPollEntries(to: &entries)
    wait(until: next)
    if entries[0].revents != 0 { intake.wakeUp.clear() }
  }

  private mutating func wait(until next: Instant?) {
    let isAlone = waiting.isEmpty && lanes?.isBusyWithMany != true
    let began = Instant.now
    var found: Int32 = 0
    if isAlone, vigil.isDue {
      _ = vigil.keep {
        found = poll(&entries, nfds_t(entries.count), 0)
        return found != 0
      }
    }
    if found == 0 { _ = poll(&entries, nfds_t(entries.count), next.map { ($0 - .now).pollMilliseconds } ?? -1) }
    vigil.waited(.now - began, isAlone: isAlone)
  }

  // MARK: - The connection

  private mutating func advanceLink(at now: Instant) {
    switch link {
    case .up:
      if isReplacing, let result = connector.take() {
        isReplacing = false
        finishReplacing(result, at: now)
      }
    case .opening:
      if let result = connector.take() { finishOpening(result, at: now) }
    case .down: break
    }
    if case .down = link, isWanted, policy.mayAttempt(at: now) {
      policy.attempt(at: now, chance: .random(in: 0..<1))
      link = .opening
      connector.start()
    }
    if case .up = link { return }
    if policy.isLongOutage(at: now) { answerWaiting(trouble) }
  }

  private mutating func finishOpening(_ result: Result<LookUpSession, SessionFailure>, at now: Instant) {
    switch result {
    case .success(let session):
      log.connected(session.first.place, after: policy.outage(at: now))
      policy.connected()
      link = .up
      lanes = LookUpLanes(session)
    case .failure(let failure):
      policy.lost(at: now)
      link = .down
      switch failure {
      case .unreachable(let fault):
        trouble = fault.kind == .timeLimit ? Unavailability(.unreachable, fault.message) : fault.unavailability
      case .unfit(let cause):
        trouble = cause
        // The database has spoken: waiting would change nothing for these.
        answerWaiting(cause)
      }
      log.failed(trouble.detail)
    }
  }

  /// Tries for other connections when the server is silent on one, or gives these up.
  private mutating func attendToSilence(at now: Instant) {
    guard let exchange = lanes?.mostSilent else { return }
    let silence = now - exchange.lastHeard
    if exchange.hasExpired && silence >= OutageTiming.silenceAtDeadline {
      lose(Self.silent(for: silence), at: exchange.lastHeard, silence: exchange.lastHeard)
    } else if !isReplacing, silence >= silenceLimit(of: exchange), policy.mayAttempt(at: now) {
      isReplacing = true
      policy.attemptBeside(at: now, chance: .random(in: 0..<1))
      connector.start(suspect: lanes?.first)
    }
  }

  /// A look-up that is repeated has the patience of an outage: that its query is slow is likely now.
  private func silenceLimit(of exchange: any LookUpExchange) -> Duration {
    exchange.isRepetition ? timing.patience : timing.silence
  }

  private mutating func finishReplacing(_ result: Result<LookUpSession, SessionFailure>, at now: Instant) {
    // It has spoken in the meantime: the new ones are not needed.
    guard let since = lanes?.mostSilent?.lastHeard, now - since >= timing.silence else {
      if case .success(let session) = result { session.later.close() }
      return
    }
    // The server is well; what is wrong with the query is not for those under way.
    if case .failure(.unfit) = result { return }
    lose(Self.silent(for: now - since), at: since, silence: now - timing.silence)
    finishOpening(result, at: now)
    if case .up = link { return }
    if policy.isLongOutage(at: now) { answerWaiting(trouble) }
  }

  private static func silent(for time: Duration) -> DatabaseFault {
    DatabaseFault(.connection, "the database has said nothing for \(time.components.seconds) s")
  }

  private mutating func answerWaiting(_ cause: Unavailability) {
    let all = waiting
    waiting = []
    for lookUp in all { answer(lookUp, .unavailable(cause)) }
  }

  /// Drops the connections. What was under way on one that was lost, or silent for long, is repeated once; what was under way
  /// beside it has nothing to do with it.
  private mutating func lose(_ fault: DatabaseFault, at now: Instant, silence: Instant? = nil) {
    link = isReplacing ? .opening : .down
    isReplacing = false
    trouble = Unavailability(.unreachable, fault.description)
    policy.lost(at: now)
    log.lost(fault.description)
    guard var lanes else { return }
    self.lanes = nil
    lanes.close()
    var again: [LookUp] = []
    for lookUp in lanes.takeSuspects(silence: silence ?? now - timing.silence) {
      if lookUp.isRepeated {
        answer(lookUp, .unavailable(Unavailability(.unreachable, "connection lost twice: \(fault.description)")))
      } else {
        again.append(lookUp.repeated)
      }
    }
    putBack(again + lanes.underWay + lanes.unsent)
  }

  // MARK: - Look-ups

  /// A look-up and what came of it, until it is passed on.
  private struct Answered {
    let lookUp: LookUp
    let answer: LookUp.Answer
  }

  private mutating func advanceLanes(at now: Instant) {
    guard lanes != nil else { return }
    var answers: [Answered] = []
    let fault = lanes?.advance(events: entries.dropFirst(), &queries, now: now) {
      answers.append(Answered(lookUp: $0, answer: $1))
    }
    if let returned = lanes?.takeReturned() { putBack(returned) }
    // Where one look-up at a time goes through a connection, the server would sleep while answers are passed on. Not so where
    // many do: whoever has an answer asks again soon, and can go along with the next of them.
    if fault == nil, lanes?.first.capacity == 1 { send(at: now) }
    for answered in answers { answer(answered.lookUp, answered.answer) }
    if let fault { lose(fault, at: now) } else { attendToSilence(at: now) }
  }

  private mutating func send(at now: Instant) {
    while !waiting.isEmpty, let room = lanes?.room, room > 0, let first = lanes?.first {
      let lookUps = takeWaiting(room, for: first)
      if lookUps.isEmpty { continue }
      do throws(DatabaseFault) {
        try lanes?.send(lookUps, &queries, now: now)
      } catch {
        return lose(error, at: now)
      }
    }
  }

  /// The next of those who wait. Who cannot be in the database, or asks what it cannot be asked, is answered instead.
  private mutating func takeWaiting(_ count: Int, for connection: any LookUpConnection) -> [LookUp] {
    var lookUps: [LookUp] = []
    lookUps.reserveCapacity(min(count, waiting.count))
    var taken = 0
    while lookUps.count < count, taken < waiting.count {
      let lookUp = waiting[taken]
      taken += 1
      if !connection.canHold(lookUp.key.name.username) {
        answer(lookUp, .nobody)
      } else if queries.lacksService(of: lookUp, on: connection) {
        answer(lookUp, .unavailable(.serviceIsNoText))
      } else {
        lookUps.append(lookUp)
      }
    }
    waiting.removeFirst(taken)
    return lookUps
  }
}
