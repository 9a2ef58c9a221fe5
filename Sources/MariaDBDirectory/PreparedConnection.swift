#if MariaDB
  internal import Accounts
  internal import DatabaseServers
  internal import Glibc

  /// A connection on which the queries are prepared and their columns are known: good for one look-up at a time.
  ///
  /// Handed from the thread that opened it to the one that uses it, once.
  struct PreparedConnection: LookUpConnection {
    let connection: Connection
    /// The `account` query.
    let statement: Statement
    let columns: AccountColumns
    /// Nil: there is no such query.
    let appPasswords: AppPasswordQuery?

    /// Prepares.
    /// - Throws: of kind `.query` when the account query does not fit the database.
    init(
      _ queries: QuerySet, on connection: Connection, until deadline: Deadline, stop: StopFlag
    ) throws(DatabaseFault) {
      self.connection = connection
      statement = try Statement(queries.account, on: connection, until: deadline, stop: stop)
      do throws(ColumnError) {
        columns = try AccountColumns(account: statement.columnNames)
      } catch {
        throw DatabaseFault(.query, "the account query: \(error)")
      }
      appPasswords = try Self.appPasswords(queries.appPasswords, on: connection, until: deadline, stop: stop)
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

    var capacity: Int { 1 }

    func take(_ lookUps: [LookUp], now: Deadline) -> any LookUpExchange { LookUpRun(lookUps.first, on: self, now: now) }

    var descriptor: Int32 { connection.descriptor }

    var place: String { connection.place }

    var host: Host { connection.host }

    func canHold(_ text: [UInt8]) -> Bool { Self.isText(text) }

    func readUnasked() -> DatabaseFault? {
      connection.looksOver() ? DatabaseFault(.connection, "the server has closed the connection") : nil
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
