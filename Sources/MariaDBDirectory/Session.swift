#if MariaDB
  internal import Accounts
  internal import DatabaseServers

  /// A connection on which the account query is prepared and its columns are known: ready for look-ups.
  struct Session: LookUpSession {
    typealias Exchange = LookUpSequence

    let statement: Statement
    let columns: AccountColumns

    /// Connects and prepares.
    /// - Parameter suspect: a server that has stopped answering: the others are tried first.
    init(
      _ settings: ConnectionSettings, account: QueryTemplate, suspect: Host? = nil, stop: StopFlag
    ) throws(SessionFailure) {
      let (sql, placeholders) = account.rendered()
      do throws(DatabaseFault) {
        statement = try settings.open(suspect: suspect, stop: stop) { connection, end throws(DatabaseFault) in
          try Statement(sql, parameterCount: placeholders.count, on: connection, until: end, stop: stop)
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
