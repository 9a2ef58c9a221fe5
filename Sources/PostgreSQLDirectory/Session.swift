internal import Accounts
internal import CPostgreSQL

/// A connection on which the account query is prepared and its columns are known: ready for look-ups.
///
/// Handed from the thread that opened it to the one that uses it, once.
struct Session: Sendable {
  /// The account query's name on the server.
  static let statement = "gatepost_account"
  /// For preparing and describing it.
  static let prepareLimit = Duration.seconds(5)

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
  init(_ settings: ConnectionSettings, account: String, stop: StopFlag) throws(Failure) {
    let names: [String]
    do throws(DatabaseFault) {
      connection = try settings.open(stop: stop)
      names = try connection.prepare(Self.statement, account, until: .now + Self.prepareLimit, stop: stop)
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
}
