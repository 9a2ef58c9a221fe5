internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers
internal import Glibc

/// One pipeline on a connection: writes what libpq holds back of it, and reads what comes.
struct Pipeline {
  /// When the server was last heard.
  private(set) var lastHeard: Deadline
  private var progress: PipelineProgress
  private var isFlushed = false
  private let connection: Connection

  /// - Parameter count: how many statements it will have.
  init(count: Int, on connection: Connection, now: Deadline) {
    progress = PipelineProgress(count: count)
    lastHeard = now
    self.connection = connection
  }

  /// Ends what has been handed to libpq, and hands what the socket can take of it on.
  mutating func end() throws(DatabaseFault) {
    guard PQpipelineSync(connection.handle) == 1 else { throw connection.lastFault }
    try flush()
  }

  /// Until all is on its way the socket must become writable.
  var pollEvents: Int16 { Int16(isFlushed ? POLLIN : POLLIN | POLLOUT) }

  /// - Parameters:
  ///   - events: of poll(), 0 when there are none.
  ///   - take: what to do about each result; none comes with an action that is about no statement.
  ///     Not told of `readOn`, `finished` and `lost`. What it returns, unless it is nil, is returned at once.
  mutating func advance(
    events: Int16, now: Deadline, _ take: (PipelineProgress.Action, borrowing QueryResult) -> ExchangeState?
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
        if let state = end(of: progress.take(.broken)) { return state }
        continue
      }
      guard let result = PQgetResult(handle).map({ QueryResult(owning: $0) }) else {
        if let state = end(of: progress.take(connection.isBroken ? .broken : .null)) { return state }
        continue
      }
      let action = progress.take(Self.event(result.status))
      if let state = end(of: action) ?? take(action, result) { return state }
    }
  }

  private func end(of action: PipelineProgress.Action) -> ExchangeState? {
    switch action {
    case .readOn, .answer, .fail, .sendAgain: nil
    case .finished: .finished
    case .lost: .lost(connection.lastFault)
    }
  }

  private mutating func flush() throws(DatabaseFault) {
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
}
