#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// A connection on which the queries are prepared and their columns are known: ready for look-ups.
  struct Session: LookUpSession {
    typealias Exchange = LookUpSequence

    /// The `account` query.
    let statement: Statement
    let columns: AccountColumns
    /// Nil: there is no such query.
    let appPasswords: AppPasswordQuery?

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
    ) throws(DatabaseFault) -> AppPasswordQuery? {
      guard let query else { return nil }
      let appPasswords = try AppPasswordQuery(query, on: connection)
      let result = try connection.finish(appPasswords.prepare(), until: deadline, stop: stop)
      do throws(DatabaseFault) {
        _ = try appPasswords.finish(result)
      } catch {
        guard error.kind == .query else { throw error }
      }
      return appPasswords
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
