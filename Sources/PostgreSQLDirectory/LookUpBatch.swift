internal import Accounts
internal import DatabaseServers
internal import Threads

/// The look-ups that are under way as one pipeline on one connection: accounts in one statement where many are asked for and it can be
/// (`CombinedQuery`), everything else in a statement each.
final class LookUpBatch: LookUpExchange {
  /// The most that go out together. More would make the first wait for the last; the gain is small from here on.
  static let maximumCount = 32

  /// Nil once it is answered, or is to be sent again.
  private var lookUps: [LookUp?]
  private(set) var unsent: [LookUp] = []
  private(set) var spoiled: DatabaseFault?
  private(set) var hasExpired = false
  private var pipeline: Pipeline
  /// What the first statement asks for when it asks for several: they are the first of all. Kept as they are: by their order a row is one's
  /// own.
  private let combined: (query: CombinedQuery, lookUps: [LookUp])?
  private let began: Deadline
  private let prepared: PreparedConnection

  private var connection: Connection { prepared.connection }

  init(_ lookUps: [LookUp], on connection: PreparedConnection, now: Deadline) {
    var inOrder = lookUps
    if lookUps.count >= CombinedQuery.leastCount, !lookUps.contains(where: \.isAlone),
      let query = connection.combination.query(at: now)
    {
      let accounts = lookUps.filter(\.isForAccount)
      combined = accounts.count >= CombinedQuery.leastCount ? (query, accounts) : nil
      if combined != nil, accounts.count < lookUps.count { inOrder = accounts + lookUps.filter { !$0.isForAccount } }
    } else {
      combined = nil
    }
    pipeline = Pipeline(
      count: lookUps.count - (combined.map { $0.lookUps.count - 1 } ?? 0), on: connection.connection, now: now)
    // Not the array as it is: to make one of optionals of it the runtime casts each element, a fortieth of a login's instructions.
    self.lookUps = inOrder.map(Optional.some)
    prepared = connection
    began = now
  }

  /// Those that a statement of the pipeline asks for.
  private func members(of place: Int) -> Range<Int> {
    guard let count = combined?.lookUps.count else { return place..<place + 1 }
    return place == 0 ? 0..<count : count + place - 1..<count + place
  }

  /// Hands the look-ups to libpq, and what it can take of them to the socket.
  func send(_ queries: inout LookUpQueries) throws(DatabaseFault) {
    if let combined {
      guard combined.query.send(combined.lookUps, on: connection) else { throw connection.lastFault }
    }
    for case let lookUp? in lookUps[(combined?.lookUps.count ?? 0)...] {
      let sent =
        switch lookUp.question {
        case .account: prepared.send(&queries.account, for: lookUp.key)
        case .appPasswords:
          prepared.hasAppPasswords
            ? prepared.send(&queries.appPasswords, for: lookUp.key)
            : prepared.sendUnprepared(&queries.appPasswords, for: lookUp.key)
        }
      guard sent else { throw connection.lastFault }
    }
    try pipeline.end()
  }

  var pollEvents: Int16 { pipeline.pollEvents }

  var lastHeard: Deadline { pipeline.lastHeard }

  var isReady: Bool { false }

  var isRepetition: Bool { lookUps.contains { $0?.isRepeated == true } }

  var underWay: [LookUp] { lookUps.compactMap { $0 } }

  var nextDeadline: Deadline? { lookUps.lazy.compactMap { $0?.deadline }.min() }

  func takeExpired(at now: Deadline) -> [LookUp] {
    var expired: [LookUp] = []
    for index in lookUps.indices {
      guard let lookUp = lookUps[index], lookUp.deadline <= now else { continue }
      lookUps[index] = nil
      hasExpired = true
      expired.append(lookUp)
    }
    return expired
  }

  func advance(
    events: Int16, _: inout LookUpQueries, now: Deadline, _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState {
    pipeline.advance(events: events, now: now) { take($0, $1, now: now, answer) }
  }

  /// - Returns: nil to read on.
  private func take(
    _ action: PipelineProgress.Action, _ result: borrowing QueryResult, now: Deadline,
    _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState? {
    switch action {
    case .answer(let place):
      if place == 0, let combined {
        if now - began > prepared.slowness { prepared.combination.rest(from: now) }
        answerAll(combined.lookUps.count, result, answer)
      } else {
        let index = members(of: place).lowerBound
        guard let lookUp = lookUps[index] else { return nil }
        lookUps[index] = nil
        answer(lookUp, Self.answer(result, to: lookUp, prepared.columns))
      }
    case .fail(let place):
      let fault = result.fault(on: connection)
      if fault.kind == .connection { return .lost(fault) }
      let isCombined = place == 0 && combined != nil
      for index in members(of: place) {
        guard let lookUp = lookUps[index] else { continue }
        if fault.spoilsStatement { spoiled = fault }
        if isCombined {
          unsent.append(lookUp.alone)
        } else if (fault.spoilsStatement || fault.isPassing) && !lookUp.isRepeated {
          unsent.append(lookUp.repeated)
        } else {
          answer(lookUp, .unavailable(fault.unavailability))
        }
        lookUps[index] = nil
      }
    case .sendAgain(let place):
      for index in members(of: place) {
        if let lookUp = lookUps[index] { unsent.append(lookUp) }
        lookUps[index] = nil
      }
    case .readOn, .finished, .lost: break
    }
    return nil
  }

  /// Answers those whom the first statement asked for together.
  private func answerAll(_ count: Int, _ result: borrowing QueryResult, _ answer: (LookUp, LookUp.Answer) -> Void) {
    let rows = CombinedQuery.rows(result, count: count)
    for index in 0..<count {
      guard let lookUp = lookUps[index] else { continue }
      lookUps[index] = nil
      if let rows {
        let found = rows[index]
        answer(lookUp, .account(result.account(prepared.columns, rows: found.count, first: found.first, column: 1)))
      } else {
        unsent.append(lookUp.alone)
      }
    }
  }

  private static func answer(
    _ result: borrowing QueryResult, to lookUp: LookUp, _ columns: AccountColumns
  ) -> LookUp.Answer {
    switch lookUp.question {
    case .account: .account(result.account(columns))
    case .appPasswords: .appPasswords(appPasswords(result))
    }
  }

  private static func appPasswords(_ result: borrowing QueryResult) -> Outcome<[AppPassword]> {
    do throws(ColumnError) {
      let columns = try AppPasswordColumns(result.columnNames)
      let count = result.rowCount
      var row = -1
      return columns.appPasswords(
        next: {
          row += 1
          return row < count
        }, { result.value(row: row, column: $0) })
    } catch {
      return .unavailable(Unavailability(.queryFailed, "the app-passwords query: \(error)"))
    }
  }
}
