internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers
internal import Glibc

/// The look-ups that are under way as one pipeline on one connection.
final class LookUpBatch: LookUpExchange {
  /// The most that go out together. More would make the first wait for the last; the gain is small from here on.
  static let maximumCount = 32

  /// Nil once it is answered, or is to be sent again.
  private var lookUps: [LookUp?]
  private(set) var unsent: [LookUp] = []
  private(set) var spoiled: DatabaseFault?
  private(set) var hasExpired = false
  private(set) var lastHeard: Deadline
  private var progress: PipelineProgress
  private var isFlushed = false
  private let prepared: PreparedConnection

  private var connection: Connection { prepared.connection }

  init(_ lookUps: [LookUp], on connection: PreparedConnection, now: Deadline) {
    // Not the array as it is: to make one of optionals of it the runtime casts each element, a fortieth of a login's instructions.
    self.lookUps = lookUps.map(Optional.some)
    prepared = connection
    lastHeard = now
    progress = PipelineProgress(count: lookUps.count)
  }

  /// Hands the look-ups to libpq, and what it can take of them to the socket.
  func send(_ queries: inout LookUpQueries) throws(DatabaseFault) {
    for case let lookUp? in lookUps {
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
    let handle = connection.handle
    guard PQpipelineSync(handle) == 1 else { throw connection.lastFault }
    try flush()
  }

  /// Until all is on its way the socket must become writable.
  var pollEvents: Int16 { Int16(isFlushed ? POLLIN : POLLIN | POLLOUT) }

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
    let handle = connection.handle
    do throws(DatabaseFault) {
      if events & ~Int16(POLLOUT) != 0 {
        lastHeard = now
        // A failure shows below: what had come before it is read first.
        PQconsumeInput(handle)
      }
      if !isFlushed { try flush() }
    } catch {
      return .lost(error)
    }
    while true {
      if PQisBusy(handle) != 0 {
        guard connection.isBroken else { return .waiting }
        return take(.broken, nil, answer) ?? .waiting
      }
      let state: ExchangeState?
      if let result = PQgetResult(handle).map({ QueryResult(owning: $0) }) {
        state = take(Self.event(result.status), result, answer)
      } else {
        state = take(connection.isBroken ? .broken : .null, nil, answer)
      }
      if let state { return state }
    }
  }

  private func flush() throws(DatabaseFault) {
    let left = PQflush(connection.handle)
    guard left >= 0 else { throw connection.lastFault }
    isFlushed = left == 0
  }

  private static func event(_ status: ExecStatusType) -> PipelineProgress.Event {
    switch status {
    case PGRES_TUPLES_OK: .rows
    case PGRES_FATAL_ERROR: .error
    case PGRES_PIPELINE_ABORTED: .aborted
    case PGRES_PIPELINE_SYNC: .sync
    default: .foreign
    }
  }

  /// - Returns: nil to read on.
  private func take(
    _ event: PipelineProgress.Event, _ result: consuming QueryResult?, _ answer: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState? {
    switch progress.take(event) {
    case .readOn:
      return nil
    case .answer(let index):
      if let lookUp = lookUps[index], let result {
        lookUps[index] = nil
        answer(lookUp, Self.answer(result, to: lookUp, prepared.columns))
      }
      return nil
    case .fail(let index):
      guard let result else { return nil }
      let fault = result.fault(on: connection)
      if fault.kind == .connection { return .lost(fault) }
      guard let lookUp = lookUps[index] else { return nil }
      if fault.spoilsStatement { spoiled = fault }
      if (fault.spoilsStatement || fault.isPassing) && !lookUp.isRepeated {
        unsent.append(lookUp.repeated)
      } else {
        answer(lookUp, .unavailable(fault.unavailability))
      }
      lookUps[index] = nil
      return nil
    case .sendAgain(let index):
      if let lookUp = lookUps[index] { unsent.append(lookUp) }
      lookUps[index] = nil
      return nil
    case .finished:
      return .finished
    case .lost:
      return .lost(connection.lastFault)
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
