internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers
internal import Threads

/// A connection on which the queries are prepared and the account's columns are known.
///
/// Handed from the thread that opened it to the one that uses it, once.
struct PreparedConnection: LookUpConnection {
  let connection: Connection
  let columns: AccountColumns
  /// The account query for several.
  let combination: Combination
  /// What takes the server longer than this lets that rest.
  let slowness: Duration
  let encoding: TextEncoding
  /// Whether the app-passwords query could be prepared. Where it could not, each is tried as it comes: accounts are found all the
  /// same, and the trouble is that of whoever asks for app passwords.
  let hasAppPasswords: Bool

  /// Prepares.
  /// - Parameters:
  ///   - limit: for each query.
  ///   - slowness: see `CombinedQuery.slowness`.
  /// - Throws: of kind `.query` when the account query does not fit the database.
  init(
    _ queries: LookUpQueries, on connection: Connection, within limit: Duration, slowness: Duration, stop: StopFlag
  ) throws(DatabaseFault) {
    self.connection = connection
    self.slowness = slowness
    let account = queries.account
    let description = try connection.prepare(account.name, account.sql, until: .now + limit, stop: stop)
    do throws(ColumnError) {
      columns = try AccountColumns(account: description.columnNames)
    } catch {
      throw DatabaseFault(.query, "the account query: \(error)")
    }
    combination = Combination(
      connection.encoding.isReadByteByByte
        ? CombinedQuery(account, types: description.parameterTypes, columns: description.columnNames) : nil)
    hasAppPasswords = try Self.prepareAppPasswords(queries, on: connection, limit, stop)
    encoding = connection.encoding
    guard PQenterPipelineMode(connection.handle) == 1 else { throw connection.lastFault }
  }

  var capacity: Int { LookUpBatch.maximumCount }

  func take(_ lookUps: [LookUp], now: Deadline) -> any LookUpExchange { LookUpBatch(lookUps, on: self, now: now) }

  func upkeep(now: Deadline) -> (any LookUpExchange)? {
    combination.takeUntried().map { CombinedQueryTrial($0, on: self, now: now) }
  }

  var descriptor: Int32 { connection.descriptor }

  var place: String { connection.place }

  var host: Conninfo.Host { Conninfo.Host(of: connection) }

  func canHold(_ text: [UInt8]) -> Bool { encoding.canHold(text) }

  func readUnasked() -> DatabaseFault? {
    PQconsumeInput(connection.handle) == 0 || connection.isBroken ? connection.lastFault : nil
  }

  private static func prepareAppPasswords(
    _ queries: LookUpQueries, on connection: Connection, _ limit: Duration, _ stop: StopFlag
  ) throws(DatabaseFault) -> Bool {
    guard queries.hasAppPasswords else { return false }
    let query = queries.appPasswords
    do throws(DatabaseFault) {
      _ = try connection.prepare(query.name, query.sql, until: .now + limit, stop: stop)
      return true
    } catch {
      guard error.kind == .query else { throw error }
      return false
    }
  }

  /// Hands a question to libpq. The loop has seen to it that there is no NUL in it.
  /// - Returns: whether it took it.
  func send(_ query: inout LookUpQueries.Query, for key: AccountKey) -> Bool {
    _ = query.parameters.bind(key)
    let (name, count) = (query.name, query.parameters.count)
    return query.parameters.withPointers {
      PQsendQueryPrepared(connection.handle, name, count, $0, nil, nil, 0)
    } == 1
  }

  /// The same for a query that is not prepared.
  func sendUnprepared(_ query: inout LookUpQueries.Query, for key: AccountKey) -> Bool {
    _ = query.parameters.bind(key)
    let (sql, count) = (query.sql, query.parameters.count)
    return query.parameters.withPointers {
      PQsendQueryParams(connection.handle, sql, count, nil, $0, nil, nil, 0)
    } == 1
  }
}
