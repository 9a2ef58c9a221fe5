internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers

/// Finds out whether `CombinedQuery` gives on this connection what the account query by itself gives, and no dearer. Nobody's login waits
/// for it but those that come meanwhile: it is sent behind the first look-ups.
///
/// ```
/// PREPARE, describe, EXPLAIN EXECUTE of both    one pipeline
/// which of the functions in the plan may change something    another
/// ```
/// Each is asked for by itself where the server does not take the query in that place (`UPDATE … RETURNING`, an old version), or thinks
/// that it would be dearer there; or where the query calls what may change something.
final class CombinedQueryTrial: LookUpExchange {
  private enum Step: Int, CaseIterable { case prepare, describe, together, alone, functions }

  private let query: CombinedQuery
  private let prepared: PreparedConnection
  private var pipeline: Pipeline
  /// What the pipeline that is under way begins with.
  private var first = Step.prepare
  private var together: QueryPlan?
  private var alone: QueryPlan?
  /// What has been found out speaks against it.
  private var isUnfit = false

  private var connection: Connection { prepared.connection }

  init(_ query: CombinedQuery, on connection: PreparedConnection, now: Deadline) {
    self.query = query
    prepared = connection
    pipeline = Pipeline(count: Step.functions.rawValue, on: connection.connection, now: now)
  }

  func send(_ queries: inout LookUpQueries) throws(DatabaseFault) {
    let arguments: (alone: [String], together: [String])
    do throws(DatabaseFault) {
      arguments = try query.arguments(on: connection)
    } catch {
      // Not even some name can be written: without arguments the server refuses what follows.
      arguments = ([], [])
    }
    let handle = connection.handle
    guard PQsendPrepare(handle, CombinedQuery.name, query.sql, 0, nil) == 1,
      PQsendDescribePrepared(handle, CombinedQuery.name) == 1,
      explain(CombinedQuery.name, arguments.together), explain(queries.account.name, arguments.alone)
    else { throw connection.lastFault }
    try pipeline.end()
  }

  private func explain(_ statement: String, _ arguments: [String]) -> Bool {
    send("EXPLAIN (VERBOSE) EXECUTE \(statement)(\(arguments.joined(separator: ", ")))")
  }

  private func send(_ sql: String) -> Bool {
    PQsendQueryParams(connection.handle, sql, 0, nil, nil, nil, nil, 0) == 1
  }

  func advance(
    events: Int16, _: inout LookUpQueries, now: Deadline, _: (LookUp, LookUp.Answer) -> Void
  ) -> ExchangeState {
    let state = pipeline.advance(events: events, now: now) { take($0, $1) }
    guard case .finished = state, !isUnfit else { return state }
    if first == .functions {
      prepared.combination.use(query)
      return .finished
    }
    do throws(DatabaseFault) {
      return try askForFunctions(now: now) ? .waiting : .finished
    } catch {
      return .lost(error)
    }
  }

  /// - Returns: nil to read on.
  private func take(_ action: PipelineProgress.Action, _ result: borrowing QueryResult) -> ExchangeState? {
    switch action {
    // A statement that is prepared or described yields no rows.
    case .answer(let place), .fail(let place):
      if result.status != PGRES_TUPLES_OK, result.status != PGRES_COMMAND_OK {
        let fault = result.fault(on: connection)
        if fault.kind == .connection { return .lost(fault) }
        isUnfit = true
      } else if let step = Step(rawValue: first.rawValue + place) {
        take(step, result)
      }
    case .sendAgain: isUnfit = true
    case .readOn, .finished, .lost: break
    }
    return nil
  }

  private func take(_ step: Step, _ result: borrowing QueryResult) {
    switch step {
    case .prepare: break
    case .describe: if result.columnNames != query.columns { isUnfit = true }
    case .together: together = QueryPlan(result)
    case .alone: alone = QueryPlan(result)
    case .functions: if result.rowCount != 0 { isUnfit = true }
    }
  }

  /// - Returns: false when nothing is left to ask.
  private func askForFunctions(now: Deadline) throws(DatabaseFault) -> Bool {
    guard let cost = together?.cost, let costAlone = alone?.cost, Self.isCheap(together: cost, alone: costAlone),
      let names = together?.names, let literal = try? connection.literal(names)
    else { return false }
    first = .functions
    pipeline = Pipeline(count: 1, on: connection, now: now)
    guard send(Self.mayChange(literal)) else { throw connection.lastFault }
    try pipeline.end()
    return true
  }

  /// Whether ten names together, which is what the planner expects, cost about ten times what one costs. Not so where a plan for a known
  /// name is better than one for any (`LIKE :username`). Where a look-up takes long by itself, sharing the rest of it gains nothing, and
  /// ten might be enough to have the server compile (`jit_above_cost`).
  static func isCheap(together: Double, alone: Double) -> Bool { together <= 20 * alone && together < 1_000 }

  /// A query that finds something when one of these functions may change what the account query reads, such as a setting of the session
  /// that a policy goes by: for one name after the other that is another thing than for all at once. Volatile is what does not say
  /// otherwise.
  private static func mayChange(_ names: String) -> String {
    """
    SELECT 1 FROM pg_catalog.pg_proc
    WHERE provolatile = 'v' AND proname = ANY (\(names)::pg_catalog.name[])
      AND (pronamespace <> 'pg_catalog'::pg_catalog.regnamespace OR proname = 'set_config')
    LIMIT 1
    """
  }

  // MARK: - It holds no look-ups

  var pollEvents: Int16 { pipeline.pollEvents }
  var lastHeard: Deadline { pipeline.lastHeard }
  var isReady: Bool { false }
  var underWay: [LookUp] { [] }
  var unsent: [LookUp] { [] }
  var spoiled: DatabaseFault? { nil }
  var isRepetition: Bool { false }
  var nextDeadline: Deadline? { nil }
  var hasExpired: Bool { false }
  func takeExpired(at now: Deadline) -> [LookUp] { [] }
}
