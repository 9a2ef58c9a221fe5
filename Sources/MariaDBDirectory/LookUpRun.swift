#if MariaDB
  internal import Accounts
  internal import DatabaseServers
  internal import Glibc

  /// Look-ups that run one after the other on one session: the protocol has no way to ask for the next before the last is answered.
  struct LookUpSequence: LookUpExchange {
    /// So many are taken over at a time; those that were not begun are not lost with the connection.
    static let maximumCount = 32

    /// What the question's statement is doing.
    private enum Step {
      /// Nothing: there is no such query.
      case failing(DatabaseFault)
      /// What could not be prepared before.
      case preparing(AppPasswordQuery)
      case executing(Statement)
      case fetching(Statement, Harvest)
    }

    /// What the rows are, so far.
    private enum Harvest {
      /// How many have come, and what the first of them is.
      case account(rows: Int, first: Outcome<Account>?)
      case appPasswords(AppPasswordColumns.Reading)
    }

    private let session: Session
    /// The last is the next.
    private var queue: [LookUp]
    /// Nil once nobody waits for it any more.
    private var current: LookUp?
    private var step: Step
    /// What the call under way has come to, when it did not have to wait.
    private var finished: Int32?
    private(set) var spoiled: DatabaseFault?
    private(set) var hasExpired = false
    private(set) var lastHeard: Deadline

    init(_ lookUps: [LookUp], on session: Session, now: Deadline) {
      self.session = session
      queue = lookUps.reversed()
      step = .executing(session.statement)
      lastHeard = now
    }

    mutating func send(_ queries: inout LookUpQueries) throws(DatabaseFault) { begin(&queries) }

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
      events: Int16, _ queries: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
    ) -> ExchangeState {
      if Int32(events) & ~POLLOUT != 0 { lastHeard = now }
      if finished == nil {
        guard events != 0, let progress = session.statement.connection.resume(events) else { return .waiting }
        take(progress)
      }
      while let result = finished {
        finished = nil
        if let state = take(result, &queries, answer) { return state }
      }
      return .waiting
    }

    /// Begins with the next one.
    private mutating func begin(_ queries: inout LookUpQueries) {
      guard let next = queue.popLast() else { return }
      current = next
      hasExpired = false
      // The loop has seen to it that there is no NUL.
      switch next.question {
      case .account:
        _ = queries.account.parameters.bind(next.key)
        execute(session.statement, queries.account.parameters)
      case .appPasswords:
        guard let query = session.appPasswords else {
          // Not reached: who has no such query is not asked.
          step = .failing(DatabaseFault(.query, "there is no app-passwords query"))
          finished = 0
          return
        }
        _ = queries.appPasswords.parameters.bind(next.key)
        if let prepared = query.prepared {
          execute(prepared.statement, queries.appPasswords.parameters)
        } else {
          step = .preparing(query)
          take(query.prepare())
        }
      }
    }

    private mutating func execute(_ statement: Statement, _ parameters: BoundParameters) {
      step = .executing(statement)
      take(statement.start(parameters))
    }

    private mutating func take(_ progress: Call.Progress) {
      if case .done(let result) = progress { finished = result }
    }

    /// The call under way has ended.
    /// - Returns: nil to go on.
    private mutating func take(
      _ result: Int32, _ queries: inout LookUpQueries, _ answer: (LookUp, LookUp.Answer) -> Void
    ) -> ExchangeState? {
      switch step {
      case .failing(let fault):
        return fail(fault, &queries, answer)
      case .preparing(let query):
        do throws(DatabaseFault) {
          execute(try query.finish(result).statement, queries.appPasswords.parameters)
          return nil
        } catch {
          return fail(error, &queries, answer)
        }
      case .executing(let statement):
        if result != 0 { return fail(statement.fault(.running), &queries, answer) }
        if statement.hasOtherColumns {
          let fault = DatabaseFault(.query, spoilsStatement: true, "the query's columns have changed")
          return fail(fault, &queries, answer)
        }
        step = .fetching(statement, harvest(of: statement))
        take(statement.startFetch())
        return nil
      case .fetching(let statement, let harvest):
        switch statement.fetched(result) {
        case .row:
          step = .fetching(statement, reap(harvest, statement))
          take(statement.startFetch())
          return nil
        case .end:
          return finish(Self.answer(harvest), &queries, answer)
        case .fault(let fault):
          return fail(fault, &queries, answer)
        }
      }
    }

    /// Before the first row.
    private func harvest(of statement: Statement) -> Harvest {
      if let appPasswords = session.appPasswords?.prepared, appPasswords.statement === statement {
        return .appPasswords(AppPasswordColumns.Reading(appPasswords.columns))
      }
      return .account(rows: 0, first: nil)
    }

    private func reap(_ harvest: Harvest, _ statement: Statement) -> Harvest {
      switch harvest {
      case .account(let rows, let first):
        return .account(rows: rows + 1, first: first ?? session.columns.account { statement.value($0) })
      case .appPasswords(var reading):
        reading.take { statement.value($0) }
        return .appPasswords(reading)
      }
    }

    private static func answer(_ harvest: Harvest) -> LookUp.Answer {
      switch harvest {
      case .account(let rows, _) where rows > 1:
        .account(.unavailable(Unavailability(.ambiguous, "\(rows) rows for one name")))
      case .account(_, let first): .account(first ?? .refused(.unknownUser))
      case .appPasswords(let reading): .appPasswords(reading.outcome)
      }
    }

    private mutating func finish(
      _ given: LookUp.Answer, _ queries: inout LookUpQueries,
      _ answer: (LookUp, LookUp.Answer) -> Void
    ) -> ExchangeState? {
      if let lookUp = current { answer(lookUp, given) }
      current = nil
      begin(&queries)
      return current == nil ? .finished : nil
    }

    private mutating func fail(
      _ fault: DatabaseFault, _ queries: inout LookUpQueries,
      _ answer: (LookUp, LookUp.Answer) -> Void
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
      return finish(.unavailable(fault.unavailability), &queries, answer)
    }
  }
#endif
