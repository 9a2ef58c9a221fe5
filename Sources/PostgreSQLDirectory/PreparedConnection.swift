internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers

/// A connection on which the queries are prepared and the account's columns are known: ready for look-ups.
///
/// Handed from the thread that opened it to the one that uses it, once.
struct Session: LookUpSession {
  typealias Exchange = LookUpBatch

  let connection: Connection
  let columns: AccountColumns
  let encoding: TextEncoding
  /// Whether the app-passwords query could be prepared. Where it could not, each is tried as it comes: accounts are found all the
  /// same, and the trouble is that of whoever asks for app passwords.
  let hasAppPasswords: Bool

  /// Connects and prepares.
  /// - Parameter suspect: a server that has stopped answering: the others are tried first.
  init(
    _ settings: ConnectionSettings, _ queries: LookUpQueries, suspect: Conninfo.Host? = nil, stop: StopFlag
  ) throws(SessionFailure) {
    let names: [String]
    do throws(DatabaseFault) {
      (connection, names, hasAppPasswords) = try Self.open(settings, queries, suspect, stop)
    } catch {
      guard error.kind == .query else { throw .unreachable(error) }
      throw .unfit(error.unavailability)
    }
    do throws(ColumnError) {
      columns = try AccountColumns(account: names)
    } catch {
      throw .unfit(Unavailability(.queryFailed, "the account query: \(error)"))
    }
    encoding = connection.encoding
    guard PQenterPipelineMode(connection.handle) == 1 else { throw .unreachable(connection.lastFault) }
  }

  var descriptor: Int32 { connection.descriptor }

  var place: String { connection.place }

  var host: Conninfo.Host { Conninfo.Host(of: connection) }

  func canHold(_ key: AccountKey) -> Bool { encoding.canHold(key.name.username) && !key.service.contains(0) }

  func readUnasked() -> DatabaseFault? {
    PQconsumeInput(connection.handle) == 0 || connection.isBroken ? connection.lastFault : nil
  }

  /// A server that lets us in and then dies or falls silent is left for the next one, too.
  private static func open(
    _ settings: ConnectionSettings, _ queries: LookUpQueries, _ suspect: Conninfo.Host?, _ stop: StopFlag
  ) throws(DatabaseFault) -> (Connection, [String], Bool) {
    var failed: [Conninfo.Host] = []
    while true {
      let connection = try settings.open(without: failed, suspect: suspect, stop: stop)
      failed.append(Conninfo.Host(of: connection))
      let hasAlternative = settings.hasAlternative(to: failed)
      let limit = settings.limit(hasAlternative: hasAlternative)
      do throws(DatabaseFault) {
        let account = queries.account
        let names = try connection.prepare(account.name, account.sql, until: .now + limit, stop: stop)
        return (connection, names, try prepareAppPasswords(queries, on: connection, limit, stop))
      } catch {
        guard hasAlternative, error.kind == .connection || error.kind == .timeLimit else { throw error }
      }
    }
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
