#if MariaDB
  internal import Accounts
  internal import CMariaDB
  internal import DatabaseServers

  /// The `app-passwords` query on one connection. Where it cannot be prepared accounts are found all the same: the trouble is that of whoever
  /// asks for app passwords, and for each of them it is tried again.
  ///
  /// Not for two threads at once, like its connection.
  final class AppPasswordQuery: @unchecked Sendable {
    // Unchecked: see Connection, with which it is handed over.

    /// What it is once it is prepared.
    struct Prepared {
      let statement: Statement
      let columns: AppPasswordColumns
    }

    /// Nil: it is not prepared.
    private(set) var prepared: Prepared?
    private let connection: Connection
    private let parameterCount: Int
    /// Of each attempt the same.
    private let call: Call
    private let handle: UnsafeMutablePointer<MYSQL_STMT>

    /// Asks the server for nothing yet.
    init(_ query: QueryTemplate, on connection: Connection) throws(DatabaseFault) {
      let (sql, placeholders) = query.rendered()
      self.connection = connection
      parameterCount = placeholders.count
      handle = try connection.makeStatement()
      call = .prepare(handle, connection.texts.own(text: sql), count: sql.utf8.count)
    }

    /// Begins to prepare it.
    func prepare() -> Call.Progress { connection.start(call) }

    /// The preparation has ended.
    /// - Parameter result: what the call returned.
    func finish(_ result: Int32) throws(DatabaseFault) -> Prepared {
      let statement = try Statement(prepared: handle, result, parameterCount: parameterCount, on: connection)
      do throws(ColumnError) {
        let prepared = Prepared(statement: statement, columns: try AppPasswordColumns(statement.columnNames))
        self.prepared = prepared
        return prepared
      } catch {
        throw DatabaseFault(.query, "the app-passwords query: \(error)")
      }
    }
  }
#endif
