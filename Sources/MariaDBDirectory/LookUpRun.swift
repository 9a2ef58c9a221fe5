#if MariaDB
  internal import Accounts
  internal import DatabaseServers
  internal import Glibc

  /// One look-up on one connection: the protocol has no way to ask for the next before the last is answered.
  final class LookUpRun: LookUpExchange {
    /// How far it has come.
    private enum Step {
      /// It cannot be asked.
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

    private let prepared: PreparedConnection
    private var step: Step
    /// What the call under way has come to, when it did not have to wait.
    private var finished: Int32?
    /// Nil once it is answered, or nobody waits for it any more.
    private var lookUp: LookUp?
    private(set) var unsent: [LookUp] = []
    private(set) var spoiled: DatabaseFault?
    private(set) var hasExpired = false
    private(set) var lastHeard: Deadline

    init(_ lookUp: LookUp?, on connection: PreparedConnection, now: Deadline) {
      prepared = connection
      step = .executing(connection.statement)
      self.lookUp = lookUp
      lastHeard = now
    }

    var pollEvents: Int16 { prepared.connection.pollEvents }

    var isReady: Bool { finished != nil }

    var underWay: [LookUp] { lookUp.map { [$0] } ?? [] }

    var isRepetition: Bool { lookUp?.isRepeated == true }

    var nextDeadline: Deadline? { lookUp?.deadline }

    func takeExpired(at now: Deadline) -> [LookUp] {
      guard let expired = lookUp, expired.deadline <= now else { return [] }
      lookUp = nil
      hasExpired = true
      return [expired]
    }

    func send(_ queries: inout LookUpQueries) throws(DatabaseFault) { begin(&queries) }

    func advance(
      events: Int16, _ queries: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
    ) -> ExchangeState {
      if Int32(events) & ~POLLOUT != 0 { lastHeard = now }
      if finished == nil, events != 0, let progress = prepared.connection.resume(events) { take(progress) }
      while let result = finished {
        finished = nil
        if let state = take(result, &queries, answer) { return state }
      }
      return .waiting
    }

    private func begin(_ queries: inout LookUpQueries) {
      guard let lookUp else { return }
      // The loop has seen to it that there is no NUL.
      switch lookUp.question {
      case .account:
        _ = queries.account.parameters.bind(lookUp.key)
        execute(prepared.statement, queries.account.parameters)
      case .appPasswords:
        guard let query = prepared.appPasswords else {
          // Not reached: who has no such query is not asked.
          step = .failing(DatabaseFault(.query, "there is no app-passwords query"))
          finished = 0
          return
        }
        _ = queries.appPasswords.parameters.bind(lookUp.key)
        if let statement = query.prepared?.statement {
          execute(statement, queries.appPasswords.parameters)
        } else {
          step = .preparing(query)
          take(query.prepare())
        }
      }
    }

    private func execute(_ statement: Statement, _ parameters: BoundParameters) {
      step = .executing(statement)
      take(statement.start(parameters))
    }

    private func take(_ progress: Call.Progress) {
      if case .done(let result) = progress { finished = result }
    }

    /// The call under way has ended.
    /// - Returns: nil to go on.
    private func take(
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
          finish(Self.answer(harvest), answer)
          return .finished
        case .fault(let fault):
          return fail(fault, &queries, answer)
        }
      }
    }

    /// Before the first row.
    private func harvest(of statement: Statement) -> Harvest {
      if let appPasswords = prepared.appPasswords?.prepared, appPasswords.statement === statement {
        return .appPasswords(AppPasswordColumns.Reading(appPasswords.columns))
      }
      return .account(rows: 0, first: nil)
    }

    private func reap(_ harvest: Harvest, _ statement: Statement) -> Harvest {
      switch harvest {
      case .account(let rows, let first):
        return .account(rows: rows + 1, first: first ?? prepared.columns.account { statement.value($0) })
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

    private func finish(_ given: LookUp.Answer, _ answer: (LookUp, LookUp.Answer) -> Void) {
      if let lookUp { answer(lookUp, given) }
      lookUp = nil
    }

    private func fail(
      _ fault: DatabaseFault, _ queries: inout LookUpQueries, _ answer: (LookUp, LookUp.Answer) -> Void
    ) -> ExchangeState? {
      if fault.kind == .connection { return .lost(fault) }
      if fault.spoilsStatement { spoiled = fault }
      if let lookUp, (fault.spoilsStatement || fault.isPassing) && !lookUp.isRepeated {
        unsent = [lookUp.repeated]
        self.lookUp = nil
      }
      finish(.unavailable(fault.unavailability), answer)
      return .finished
    }
  }
#endif
