internal import Accounts
internal import CPostgreSQL

/// A connection on which the account query is prepared and its columns are known: ready for look-ups.
///
/// Handed from the thread that opened it to the one that uses it, once.
struct Session: Sendable {
  /// The account query's name on the server.
  static let statement = "gatepost_account"

  /// Why there is none.
  enum Failure: Error, Sendable, Equatable {
    /// There is no connection: requests wait for one for a while.
    case unreachable(DatabaseFault)
    /// The server is there and the query does not fit it: requests are answered at once, and the next attempt may find
    /// it mended.
    case unfit(Unavailability)
  }

  let connection: Connection
  let columns: AccountColumns
  let encoding: TextEncoding

  /// Connects and prepares.
  /// - Parameter suspect: a server that has stopped answering: the others are tried first.
  init(
    _ settings: ConnectionSettings, account: String, suspect: Conninfo.Host? = nil, stop: StopFlag
  ) throws(Failure) {
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
