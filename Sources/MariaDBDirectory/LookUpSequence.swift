#if MariaDB
  internal import Accounts
  internal import DatabaseServers
  internal import Glibc

  /// Look-ups that run one after the other on one session: the protocol has no way to ask for the next before the last is answered.
  struct LookUpSequence: LookUpExchange {
    /// So many are taken over at a time; those that were not begun are not lost with the connection.
    static let maximumCount = 32

    /// What the statement is doing.
    private enum Step {
      case executing
      /// How many rows have come, and what the first of them is.
      case fetching(rows: Int, first: Outcome<Account>?)
    }

    private let session: Session
    /// The last is the next.
    private var queue: [LookUp]
    /// Nil once nobody waits for it any more.
    private var current: LookUp?
    private var step = Step.executing
    /// What the call under way has come to, when it did not have to wait.
    private var finished: Int32?
    private(set) var spoiled: DatabaseFault?
    private(set) var hasExpired = false
    private(set) var lastHeard: Deadline

    init(_ lookUps: [LookUp], on session: Session, now: Deadline) {
      self.session = session
      queue = lookUps.reversed()
      lastHeard = now
    }

    mutating func send(_ parameters: inout BoundParameters) throws(DatabaseFault) { begin(&parameters) }

    var pollEvents: Int16 { session.statement.connection.pollEvents }

    var isReady: Bool { finished != nil }

    var underWay: [LookUp] { current.map { [$0] } ?? [] }

    var unsent: [LookUp] { queue.reversed() }

    var isRepetition: Bool { current?.isRepeated == true }

    var nextDeadline: Deadline? { (queue.lazy.map(\.deadline) + underWay.map(\.deadline)).min() }

    mutating func takeExpired(at now: Deadline) -> [LookUp] {
      var expired: [LookUp] = []
      if let lookUp = current, lookUp.deadline <= now {
        expired.append(lookUp)
        current = nil
        hasExpired = true
      }
      if queue.contains(where: { $0.deadline <= now }) {
        expired += queue.filter { $0.deadline <= now }
        queue.removeAll { $0.deadline <= now }
      }
      return expired
    }

    mutating func advance(
      events: Int16, _ parameters: inout BoundParameters, now: Deadline, _ answer: (LookUp, Outcome<Account>) -> Void
    ) -> ExchangeState {
      if Int32(events) & ~POLLOUT != 0 { lastHeard = now }
      if finished == nil {
        guard events != 0, let progress = session.statement.connection.resume(events) else { return .waiting }
        take(progress)
      }
      while let result = finished {
        finished = nil
        if let state = take(result, &parameters, answer) { return state }
      }
      return .waiting
    }

    /// Begins with the next one.
    private mutating func begin(_ parameters: inout BoundParameters) {
      guard let next = queue.popLast() else { return }
      current = next
      hasExpired = false
      step = .executing
      // The loop has seen to it that there is no NUL.
      _ = parameters.bind(next.key)
      take(session.statement.start(parameters))
    }

    private mutating func take(_ progress: Call.Progress) {
      if case .done(let result) = progress { finished = result }
    }

    /// The call under way has ended.
    /// - Returns: nil to go on.
    private mutating func take(
      _ result: Int32, _ parameters: inout BoundParameters, _ answer: (LookUp, Outcome<Account>) -> Void
    ) -> ExchangeState? {
      let statement = session.statement
      switch step {
      case .executing:
        if result != 0 { return fail(statement.fault(.running), &parameters, answer) }
        if statement.hasOtherColumns {
          return fail(
            DatabaseFault(.query, spoilsStatement: true, "the query's columns have changed"), &parameters, answer)
        }
        step = .fetching(rows: 0, first: nil)
        take(statement.startFetch())
        return nil
      case .fetching(let rows, let first):
        switch statement.fetched(result) {
        case .row:
          step = .fetching(rows: rows + 1, first: first ?? session.columns.account { statement.value($0) })
          take(statement.startFetch())
          return nil
        case .end:
          return finish(Self.outcome(rows, first), &parameters, answer)
        case .fault(let fault):
          return fail(fault, &parameters, answer)
        }
      }
    }

    private static func outcome(_ rows: Int, _ first: Outcome<Account>?) -> Outcome<Account> {
      if rows > 1 { return .unavailable(Unavailability(.ambiguous, "\(rows) rows for one name")) }
      return first ?? .refused(.unknownUser)
    }

    private mutating func finish(
      _ outcome: Outcome<Account>, _ parameters: inout BoundParameters, _ answer: (LookUp, Outcome<Account>) -> Void
    ) -> ExchangeState? {
      if let lookUp = current { answer(lookUp, outcome) }
      current = nil
      begin(&parameters)
      return current == nil ? .finished : nil
    }

    private mutating func fail(
      _ fault: DatabaseFault, _ parameters: inout BoundParameters, _ answer: (LookUp, Outcome<Account>) -> Void
    ) -> ExchangeState? {
      if fault.kind == .connection { return .lost(fault) }
      if var lookUp = current, (fault.spoilsStatement || fault.isPassing) && !lookUp.isRepeated {
        lookUp.isRepeated = true
        queue.append(lookUp)
        current = nil
      }
      if fault.spoilsStatement {
        spoiled = fault
        if let lookUp = current { answer(lookUp, .unavailable(fault.unavailability)) }
        current = nil
        return .finished
      }
      return finish(.unavailable(fault.unavailability), &parameters, answer)
    }
  }
#endif
