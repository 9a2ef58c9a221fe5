package import Accounts
internal import Glibc

/// The one thread that answers look-ups: takes in what is asked, sends it on one connection, many at a time, keeps that
/// connection alive, and answers what has run out of time. It blocks in one place only, `sleep()`, and never for longer
/// than the next thing that is due.
package struct LookUpLoop<Session: LookUpSession> {
  package typealias Instant = Deadline

  private enum Link {
    /// Nobody has asked yet, or the next attempt is not due.
    case down
    /// The connector is at it.
    case opening
    /// Ready.
    case up(Session)
  }

  private let intake: Intake
  private let connector: Connector<Session>
  private var log: ConnectionLog
  private var queries: LookUpQueries
  private var policy: ReconnectPolicy
  private let timing: OutageTiming
  private var link = Link.down
  /// Whether the connector is at it while there is a connection, a silent one.
  private var isReplacing = false
  /// Whether anybody has asked: from then on the connection is kept.
  private var isWanted = false
  /// What the last attempt failed of.
  private var trouble = Unavailability(.unreachable)
  private var waiting: [LookUp] = []
  /// None of those who wait is due earlier: who waits is gone through only when somebody may be late, not each time.
  private var waitingDue: Instant?
  private var batch: Session.Exchange?
  private var answered = 0
  /// Of the connection's socket, since the last sleep.
  private var events: Int16 = 0

  package init(
    intake: Intake, connector: Connector<Session>, queries: LookUpQueries, log: ConnectionLog,
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
      if !waiting.isEmpty { isWanted = true }
      answerExpired(at: now)
      advanceBatch(at: now)
      advanceLink(at: now)
      sendBatch(at: now)
      events = 0
      sleep()
    }
    let left = waiting + (batch.map { $0.underWay + $0.unsent } ?? [])
    for lookUp in left { answer(lookUp, .unavailable(Unavailability(.stopping))) }
  }

  /// - Returns: whether the intake is closed.
  private mutating func takeIn() -> Bool {
    let known = waiting.count
    let isClosed = intake.drain(into: &waiting)
    noteDue(waiting[known...])
    return isClosed
  }

  /// Those who come back are the first again.
  private mutating func putBack(_ lookUps: [LookUp]) {
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
    for lookUp in batch?.takeExpired(at: now) ?? [] {
      answer(lookUp, .unavailable(Unavailability(.timedOut, "the database did not answer in time")))
    }
  }

  private var whatIsAwaited: String {
    if case .up = link { return "waiting for the database's turn" }
    return trouble.detail.isEmpty ? "waiting for a connection" : "waiting for a connection: \(trouble.detail)"
  }

  /// When there is something to do, though nothing arrives.
  private var nextEvent: Instant? {
    var events: [Instant] = []
    if !waiting.isEmpty, let waitingDue { events.append(waitingDue) }
    switch link {
    case .up:
      if let batch {
        if let first = batch.nextDeadline { events.append(first) }
        if batch.hasExpired { events.append(batch.lastHeard + OutageTiming.silenceAtDeadline) }
        if !isReplacing {
          let silent = batch.lastHeard + silenceLimit(of: batch)
          events.append(policy.nextAttempt.map { max($0, silent) } ?? silent)
        }
      }
    case .opening:
      if !waiting.isEmpty, let end = policy.givesUpAt { events.append(end) }
    case .down:
      if isWanted { events.append(policy.nextAttempt ?? .now) }
      if !waiting.isEmpty, let end = policy.givesUpAt { events.append(end) }
    }
    return events.min()
  }

  private mutating func sleep() {
    if batch?.isReady == true { return }
    let next = nextEvent
    // While a batch is out, new requests wait for its end: they need not wake this thread.
    let busyUntil = batch == nil ? nil : next ?? .now + .seconds(1)
    defer { answered = 0 }
    guard intake.maySleep(busyUntil: busyUntil, answered: answered) else { return }
    var entries = [pollfd(fd: intake.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
    if case .up(let session) = link {
      entries.append(pollfd(fd: session.descriptor, events: batch?.pollEvents ?? Int16(POLLIN), revents: 0))
    }
    _ = poll(&entries, nfds_t(entries.count), next.map { ($0 - .now).pollMilliseconds } ?? -1)
    if entries[0].revents != 0 { intake.wakeUp.clear() }
    if entries.count > 1 { events = entries[1].revents }
  }

  // MARK: - The connection

  private mutating func advanceLink(at now: Instant) {
    switch link {
    case .up(let session):
      if isReplacing, let result = connector.take() {
        isReplacing = false
        return finishReplacing(result, at: now)
      }
      guard batch == nil, events != 0 else { return }
      if let fault = session.readUnasked() { lose(fault, at: now) }
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

  private mutating func finishOpening(_ result: Result<Session, SessionFailure>, at now: Instant) {
    switch result {
    case .success(let session):
      log.connected(session.place, after: policy.outage(at: now))
      policy.connected()
      link = .up(session)
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

  /// Tries for another connection when this one is silent.
  private mutating func replaceIfSilent(_ batch: Session.Exchange, at now: Instant) {
    guard case .up(let session) = link, !isReplacing, policy.mayAttempt(at: now),
      now - batch.lastHeard >= silenceLimit(of: batch)
    else { return }
    isReplacing = true
    policy.attemptBeside(at: now, chance: .random(in: 0..<1))
    connector.start(suspect: session.host)
  }

  /// A look-up that is repeated has the patience of an outage: that its query is slow is likely now.
  private func silenceLimit(of batch: Session.Exchange) -> Duration {
    batch.isRepetition ? timing.patience : timing.silence
  }

  private mutating func finishReplacing(_ result: Result<Session, SessionFailure>, at now: Instant) {
    // It has spoken in the meantime: the new one is not needed.
    guard let batch, now - batch.lastHeard >= timing.silence else { return }
    // The server is well; what is wrong with the query is not for those under way.
    if case .failure(.unfit) = result { return }
    lose(Self.silent(for: now - batch.lastHeard), at: batch.lastHeard)
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

  /// Drops the connection; what was under way on it is repeated once.
  private mutating func lose(_ fault: DatabaseFault, at now: Instant) {
    link = isReplacing ? .opening : .down
    isReplacing = false
    trouble = Unavailability(.unreachable, fault.description)
    policy.lost(at: now)
    log.lost(fault.description)
    guard let batch else { return }
    self.batch = nil
    var again: [LookUp] = []
    for var lookUp in batch.underWay {
      if lookUp.isRepeated {
        answer(lookUp, .unavailable(Unavailability(.unreachable, "connection lost twice: \(fault.description)")))
      } else {
        lookUp.isRepeated = true
        again.append(lookUp)
      }
    }
    putBack(again + batch.unsent)
  }

  // MARK: - Batches

  private mutating func advanceBatch(at now: Instant) {
    guard var current = batch else { return }
    var answers: [(LookUp, LookUp.Answer)] = []
    let state = current.advance(events: events, &queries, now: now) { answers.append(($0, $1)) }
    batch = current
    for (lookUp, given) in answers { answer(lookUp, given) }
    switch state {
    case .waiting:
      if current.hasExpired && now - current.lastHeard >= OutageTiming.silenceAtDeadline {
        lose(Self.silent(for: now - current.lastHeard), at: current.lastHeard)
      } else {
        replaceIfSilent(current, at: now)
      }
    case .finished:
      batch = nil
      putBack(current.unsent)
      if let fault = current.spoiled { lose(fault, at: now) }
    case .lost(let fault):
      lose(fault, at: now)
    }
  }

  private mutating func sendBatch(at now: Instant) {
    guard case .up(let session) = link, batch == nil, !waiting.isEmpty else { return }
    var lookUps: [LookUp] = []
    var taken = 0
    while lookUps.count < Session.Exchange.maximumCount, taken < waiting.count {
      let lookUp = waiting[taken]
      taken += 1
      if session.canHold(lookUp.key) {
        lookUps.append(lookUp)
      } else {
        answer(lookUp, .nobody)
      }
    }
    waiting.removeFirst(taken)
    guard !lookUps.isEmpty else { return }
    var batch = Session.Exchange(lookUps, on: session, now: now)
    do throws(DatabaseFault) {
      try batch.send(&queries)
      self.batch = batch
    } catch {
      self.batch = batch
      lose(error, at: now)
    }
  }
}
