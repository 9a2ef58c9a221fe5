internal import Accounts
internal import CPostgreSQL
internal import Glibc
internal import Threads

/// The one thread that answers look-ups: takes in what is asked, sends it as pipelines on one connection, keeps that
/// connection alive, and answers what has run out of time. It blocks in one place only, `sleep()`, and never for longer
/// than the next thing that is due.
struct LookUpLoop {
  typealias Instant = Deadline

  /// When a connection with work on it has said nothing for so long, another one is tried for. If it comes about, and the
  /// old one is still silent, it takes the work over: a server that hangs is left for one that does not, and a query that is
  /// slow is repeated once. If none comes about, the silent one is given up: it is an outage like any other.
  static let silenceLimit = Duration.seconds(1)
  /// When it has said nothing for so long, and a deadline has passed, nothing is tried first: it is given up.
  static let silenceLimitAtDeadline = Duration.seconds(2)

  private enum Link {
    /// Nobody has asked yet, or the next attempt is not due.
    case down
    /// The connector is at it.
    case opening
    /// Ready.
    case up(Session)
  }

  private let intake: Intake
  private let connector: Connector
  private var log: ConnectionLog
  private var parameters: BoundParameters
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
  private var batch: LookUpBatch?
  private var answered = 0
  private var isReadable = false

  init(
    intake: Intake, connector: Connector, parameters: BoundParameters, log: ConnectionLog,
    timing: OutageTiming = OutageTiming()
  ) {
    self.timing = timing
    policy = timing.policy
    self.intake = intake
    self.connector = connector
    self.parameters = parameters
    self.log = log
  }

  /// Runs until the intake is closed; everything is answered then.
  mutating func run() {
    while true {
      if intake.drain(into: &waiting) { break }
      let now = Instant.now
      if !waiting.isEmpty { isWanted = true }
      answerExpired(at: now)
      advanceBatch(at: now)
      advanceLink(at: now)
      sendBatch(at: now)
      isReadable = false
      sleep()
    }
    let left = waiting + (batch?.unanswered ?? [])
    for lookUp in left { answer(lookUp, .unavailable(Unavailability(.stopping))) }
  }

  private mutating func answer(_ lookUp: LookUp, _ outcome: Outcome<Account>) {
    answered += 1
    lookUp.completion(outcome)
  }

  // MARK: - Time

  private mutating func answerExpired(at now: Instant) {
    if waiting.contains(where: { $0.deadline <= now }) {
      let expired = waiting.filter { $0.deadline <= now }
      waiting.removeAll { $0.deadline <= now }
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
    if let first = waiting.lazy.map(\.deadline).min() { events.append(first) }
    switch link {
    case .up:
      if let batch {
        if let first = batch.nextDeadline { events.append(first) }
        if batch.hasExpired { events.append(batch.lastHeard + Self.silenceLimitAtDeadline) }
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
    let next = nextEvent
    // While a batch is out, new requests wait for its end: they need not wake this thread.
    let busyUntil = batch == nil ? nil : next ?? .now + .seconds(1)
    defer { answered = 0 }
    guard intake.maySleep(busyUntil: busyUntil, answered: answered) else { return }
    var entries = [pollfd(fd: intake.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
    if case .up(let session) = link {
      let events = POLLIN | (batch?.wantsToWrite == true ? POLLOUT : 0)
      entries.append(pollfd(fd: session.connection.descriptor, events: Int16(events), revents: 0))
    }
    _ = poll(&entries, nfds_t(entries.count), next.map { ($0 - .now).pollMilliseconds } ?? -1)
    if entries[0].revents != 0 { intake.wakeUp.clear() }
    isReadable = entries.count > 1 && entries[1].revents & ~Int16(POLLOUT) != 0
  }

  // MARK: - The connection

  private mutating func advanceLink(at now: Instant) {
    switch link {
    case .up(let session):
      if isReplacing, let result = connector.take() {
        isReplacing = false
        return finishReplacing(result, at: now)
      }
      guard batch == nil, isReadable else { return }
      // Nothing is asked, and yet something comes: a changed setting, or the end.
      if PQconsumeInput(session.connection.handle) == 0 || session.connection.isBroken {
        lose(session.connection.lastFault, at: now)
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

  private mutating func finishOpening(_ result: Result<Session, Session.Failure>, at now: Instant) {
    switch result {
    case .success(let session):
      log.connected(session.connection.place, after: policy.outage(at: now))
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
  private mutating func replaceIfSilent(_ batch: LookUpBatch, at now: Instant) {
    guard case .up(let session) = link, !isReplacing, policy.mayAttempt(at: now),
      now - batch.lastHeard >= silenceLimit(of: batch)
    else { return }
    isReplacing = true
    policy.attemptBeside(at: now, chance: .random(in: 0..<1))
    connector.start(suspect: Conninfo.Host(of: session.connection))
  }

  /// A look-up that is repeated has the patience of an outage: that its query is slow is likely now.
  private func silenceLimit(of batch: LookUpBatch) -> Duration {
    batch.isRepetition ? timing.patience : timing.silence
  }

  private mutating func finishReplacing(_ result: Result<Session, Session.Failure>, at now: Instant) {
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
    for var lookUp in batch.lookUps.compactMap({ $0 }) {
      if lookUp.isRepeated {
        answer(lookUp, .unavailable(Unavailability(.unreachable, "connection lost twice: \(fault.description)")))
      } else {
        lookUp.isRepeated = true
        again.append(lookUp)
      }
    }
    waiting = again + batch.unsent + waiting
  }

  // MARK: - Batches

  private mutating func advanceBatch(at now: Instant) {
    guard var current = batch else { return }
    var answers: [(LookUp, Outcome<Account>)] = []
    let state = current.advance(readable: isReadable, now: now) { answers.append(($0, $1)) }
    batch = current
    for (lookUp, outcome) in answers { answer(lookUp, outcome) }
    switch state {
    case .waiting:
      if current.hasExpired && now - current.lastHeard >= Self.silenceLimitAtDeadline {
        lose(Self.silent(for: now - current.lastHeard), at: current.lastHeard)
      } else {
        replaceIfSilent(current, at: now)
      }
    case .finished:
      batch = nil
      waiting = current.unsent + waiting
      if let fault = current.spoiled { lose(fault, at: now) }
    case .lost(let fault):
      lose(fault, at: now)
    }
  }

  private mutating func sendBatch(at now: Instant) {
    guard case .up(let session) = link, batch == nil, !waiting.isEmpty else { return }
    var lookUps: [LookUp] = []
    var taken = 0
    while lookUps.count < LookUpBatch.maximumCount, taken < waiting.count {
      let lookUp = waiting[taken]
      taken += 1
      if session.encoding.canHold(lookUp.key.name.username) && !lookUp.key.service.contains(0) {
        lookUps.append(lookUp)
      } else {
        answer(lookUp, .refused(.unknownUser))
      }
    }
    waiting.removeFirst(taken)
    guard !lookUps.isEmpty else { return }
    var batch = LookUpBatch(lookUps, on: session, now: now)
    do throws(DatabaseFault) {
      try batch.send(&parameters)
      self.batch = batch
    } catch {
      self.batch = batch
      lose(error, at: now)
    }
  }
}
