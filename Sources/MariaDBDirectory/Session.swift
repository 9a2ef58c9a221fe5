#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// A connection on which the queries are prepared and their columns are known: ready for look-ups.
  struct Session: LookUpSession {
    typealias Exchange = LookUpSequence

    /// The `app-passwords` query. Where it cannot be prepared accounts are found all the same, and the trouble is that of whoever asks for
    /// app passwords.
    enum AppPasswords: Sendable {
      case ready(Statement, AppPasswordColumns)
      /// What is wrong with it, and since when this is known.
      case unfit(DatabaseFault, since: Deadline)
    }

    /// After this time an unfit query is tried again, by whoever asks next: on a new connection.
    static let secondLook = Duration.seconds(5)

    /// The `account` query.
    let statement: Statement
    let columns: AccountColumns
    /// Nil: there is no such query.
    let appPasswords: AppPasswords?

    /// Connects and prepares.
    /// - Parameter suspect: a server that has stopped answering: the others are tried first.
    init(
      _ settings: ConnectionSettings, _ queries: QuerySet, suspect: Host? = nil, stop: StopFlag
    ) throws(SessionFailure) {
      do throws(DatabaseFault) {
        (statement, appPasswords) = try settings.open(suspect: suspect, stop: stop) {
          connection, end throws(DatabaseFault) in
          let account = try Statement(queries.account, on: connection, until: end, stop: stop)
          return (account, try Self.appPasswords(queries.appPasswords, on: connection, until: end, stop: stop))
        }
      } catch {
        guard error.kind == .query else { throw .unreachable(error) }
        throw .unfit(error.unavailability)
      }
      do throws(ColumnError) {
        columns = try AccountColumns(account: statement.columnNames)
      } catch {
        throw .unfit(Unavailability(.queryFailed, "the account query: \(error)"))
      }
    }

    private static func appPasswords(
      _ query: QueryTemplate?, on connection: Connection, until deadline: Deadline, stop: StopFlag
    ) throws(DatabaseFault) -> AppPasswords? {
      guard let query else { return nil }
      let statement: Statement
      do throws(DatabaseFault) {
        statement = try Statement(query, on: connection, until: deadline, stop: stop)
      } catch {
        guard error.kind == .query else { throw error }
        return .unfit(error, since: .now)
      }
      do throws(ColumnError) {
        return .ready(statement, try AppPasswordColumns(statement.columnNames))
      } catch {
        return .unfit(DatabaseFault(.query, "the app-passwords query: \(error)"), since: .now)
      }
    }

    var descriptor: Int32 { statement.connection.descriptor }

    var place: String { statement.connection.place }

    var host: Host { statement.connection.host }

    func canHold(_ key: AccountKey) -> Bool { Self.isText(key.name.username) && Self.isText(key.service) }

    func readUnasked() -> DatabaseFault? {
      statement.connection.looksOver() ? DatabaseFault(.connection, "the server has closed the connection") : nil
    }

    /// Whether a text of the database can be equal to it: the connection speaks UTF-8. A NUL could be in one, and is in no name.
    static func isText(_ bytes: [UInt8]) -> Bool {
      var isASCII = true
      for byte in bytes {
        if byte == 0 { return false }
        if byte >= 0x80 { isASCII = false }
      }
      return isASCII || String(validating: bytes, as: UTF8.self) != nil
    }
  }
#endif
