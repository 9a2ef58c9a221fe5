#if MariaDB
  internal import CMariaDB

  /// Something asked of libmariadb that may have to wait for the server: its non-blocking interface.
  ///
  /// The library runs each call on a stack of its own and comes back when it would block. Going on with `MYSQL_WAIT_TIMEOUT` makes the
  /// waiting fail, and the call unwind: nothing is leaked by giving one up.
  enum Call {
    /// Pointers must last until it is done.
    case connect(ConnectTarget)
    /// A statement of ours, without parameters and results. The text must last until it is done.
    case query(UnsafePointer<CChar>, count: Int)
    /// The text must last until it is done.
    case prepare(UnsafeMutablePointer<MYSQL_STMT>, UnsafePointer<CChar>, count: Int)
    case execute(UnsafeMutablePointer<MYSQL_STMT>)
    case fetch(UnsafeMutablePointer<MYSQL_STMT>)

    /// How far it has come.
    enum Progress {
      /// It goes on when one of these has come about: `MYSQL_WAIT_…`.
      case waiting(Int32)
      /// What the call returned; of `connect` 0 when it came about.
      case done(Int32)
    }

    /// Where `connect` goes.
    struct ConnectTarget {
      var host: UnsafePointer<CChar>?
      var user: UnsafePointer<CChar>?
      var password: UnsafePointer<CChar>?
      var database: UnsafePointer<CChar>?
      var port: UInt32
      var socket: UnsafePointer<CChar>?
    }

    /// Begins it on `handle`, on which nothing else is under way.
    func start(on handle: UnsafeMutablePointer<MYSQL>) -> Progress {
      var result: Int32 = 0
      switch self {
      case .connect(let target):
        var made: UnsafeMutablePointer<MYSQL>?
        // Rows that match count as changed, whether their values differ or not: who sets the password it has has set it.
        let mask = mysql_real_connect_start(
          &made, handle, target.host, target.user, target.password, target.database, target.port, target.socket,
          UInt(CLIENT_FOUND_ROWS))
        return mask == 0 ? .done(made == nil ? 1 : 0) : .waiting(mask)
      case .query(let text, let count):
        return Self.progress(mysql_real_query_start(&result, handle, text, UInt(count)), result)
      case .prepare(let statement, let text, let count):
        return Self.progress(mysql_stmt_prepare_start(&result, statement, text, UInt(count)), result)
      case .execute(let statement):
        return Self.progress(mysql_stmt_execute_start(&result, statement), result)
      case .fetch(let statement):
        return Self.progress(mysql_stmt_fetch_start(&result, statement), result)
      }
    }

    /// Goes on with it.
    /// - Parameter events: what has come about: `MYSQL_WAIT_…`.
    func resume(on handle: UnsafeMutablePointer<MYSQL>, _ events: Int32) -> Progress {
      var result: Int32 = 0
      switch self {
      case .connect:
        var made: UnsafeMutablePointer<MYSQL>?
        let mask = mysql_real_connect_cont(&made, handle, events)
        return mask == 0 ? .done(made == nil ? 1 : 0) : .waiting(mask)
      case .query:
        return Self.progress(mysql_real_query_cont(&result, handle, events), result)
      case .prepare(let statement, _, _):
        return Self.progress(mysql_stmt_prepare_cont(&result, statement, events), result)
      case .execute(let statement):
        return Self.progress(mysql_stmt_execute_cont(&result, statement, events), result)
      case .fetch(let statement):
        return Self.progress(mysql_stmt_fetch_cont(&result, statement, events), result)
      }
    }

    /// The statement that holds the error when it fails; nil: the connection does.
    var statement: UnsafeMutablePointer<MYSQL_STMT>? {
      switch self {
      case .connect, .query: nil
      case .prepare(let statement, _, _), .execute(let statement), .fetch(let statement): statement
      }
    }

    private static func progress(_ mask: Int32, _ result: Int32) -> Progress {
      mask == 0 ? .done(result) : .waiting(mask)
    }
  }
#endif
