internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers

/// A connection on which the account query is prepared and its columns are known: ready for look-ups.
///
/// Handed from the thread that opened it to the one that uses it, once.
struct Session: LookUpSession {
  typealias Exchange = LookUpBatch

  /// The account query's name on the server.
  static let statement = "gatepost_account"

  let connection: Connection
  let columns: AccountColumns
  let encoding: TextEncoding

  /// Connects and prepares.
  /// - Parameter suspect: a server that has stopped answering: the others are tried first.
  init(
    _ settings: ConnectionSettings, account: String, suspect: Conninfo.Host? = nil, stop: StopFlag
  ) throws(SessionFailure) {
    let names: [String]
    do throws(DatabaseFault) {
      (connection, names) = try Self.open(settings, account, suspect, stop)
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
    _ settings: ConnectionSettings, _ account: String, _ suspect: Conninfo.Host?, _ stop: StopFlag
  ) throws(DatabaseFault) -> (Connection, [String]) {
    var failed: [Conninfo.Host] = []
    while true {
      let connection = try settings.open(without: failed, suspect: suspect, stop: stop)
      failed.append(Conninfo.Host(of: connection))
      let hasAlternative = settings.hasAlternative(to: failed)
      let limit = settings.limit(hasAlternative: hasAlternative)
      do throws(DatabaseFault) {
        return (connection, try connection.prepare(statement, account, until: .now + limit, stop: stop))
      } catch {
        guard hasAlternative, error.kind == .connection || error.kind == .timeLimit else { throw error }
      }
    }
  }
}
