#if MariaDB
  internal import DatabaseServers

  /// An error by its number: the server's (MariaDB's documentation, "MariaDB Error Codes"), or libmariadb's own (errmsg.h).
  struct ServerError: Sendable, Equatable, CustomStringConvertible {
    /// What was being done.
    enum Phase {
      /// A connection was being made.
      case connecting
      /// A statement was being prepared: it holds no value yet.
      case preparing
      /// A statement was running, with values.
      case running
    }

    /// 1 and more.
    let number: UInt32
    /// Five characters.
    let state: String

    /// It came from the library: the server was not reached, or is not to be understood.
    private var isOfTheLibrary: Bool {
      (2_000..<3_000).contains(number) || (5_000..<6_000).contains(number) || number == 0
    }

    /// As in "1146, no such table".
    var description: String { "\(number), \(meaning)" }

    /// A word or two for an administrator.
    var meaning: String {
      Self.meanings[number] ?? Self.classes[String(state.prefix(2))] ?? "error of SQLSTATE \(state)"
    }

    /// - Parameter message: the server's, or the library's.
    func fault(_ message: String, _ phase: Phase) -> DatabaseFault {
      let text = OneLine.clean(message)
      if number == Self.otherColumns {
        return DatabaseFault(.query, spoilsStatement: true, "the query's columns have changed")
      }
      if isOfTheLibrary { return DatabaseFault(.connection, text.isEmpty ? "connection lost" : text) }
      // What is said while a statement runs can quote a value: of those only what is known to name nothing but things is told.
      let isHarmless = phase != .running || Self.namingThings.contains(number)
      return DatabaseFault(
        phase == .connecting || isOfTheServer(phase) ? .connection : .query, code: "\(number)",
        spoilsStatement: Self.spoiling.contains(number), isPassing: Self.passing.contains(number),
        isHarmless && !text.isEmpty ? text : meaning)
    }

    /// It is the server that is not well, whatever is asked: another one may be. A member of a cluster that is about to join says
    /// "unknown command" (1047) to everything.
    private func isOfTheServer(_ phase: Phase) -> Bool {
      Self.ending.contains(number) || state.hasPrefix("08") || number == 1_047
        || phase == .preparing && Self.unready.contains(number)
    }

    /// ER_DISK_FULL, ER_OUTOFMEMORY, ER_OUT_OF_SORTMEMORY, ER_OUT_OF_RESOURCES, ER_CANT_CREATE_THREAD, ER_MAX_PREPARED_STMT_COUNT_REACHED.
    private static let unready: Set<UInt32> = [1021, 1037, 1038, 1041, 1135, 1461]

    /// CR_NEW_STMT_METADATA of the library.
    private static let otherColumns: UInt32 = 2_057

    /// The server has ended the connection, or is about to. ER_QUERY_INTERRUPTED comes in front of the end when a connection is killed.
    private static let ending: Set<UInt32> = [
      1053, 1077, 1078, 1079, 1080, 1152, 1153, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 3032, 3169, 4031,
    ]

    /// The same statement succeeds the next time: it lost against another one.
    private static let passing: Set<UInt32> = [1020, 1205, 1213]

    /// The prepared statement is of no use any more.
    private static let spoiling: Set<UInt32> = [1210, 1243, 1615]

    /// Their messages name tables, columns, functions, users, hosts and limits, and quote no value.
    private static let namingThings: Set<UInt32> = [
      1040, 1044, 1045, 1046, 1049, 1051, 1053, 1054, 1060, 1103, 1109, 1129, 1130, 1142, 1143, 1146, 1203, 1205, 1213,
      1226,
      1227, 1242, 1243, 1267, 1290, 1305, 1317, 1356, 1370, 1449, 1615, 1698, 1792, 1836, 1927, 1969,
    ]

    /// ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE.
    var isReadOnly: Bool { [1290, 1792, 1836].contains(number) }

    /// ER_CHECKREAD, ER_LOCK_DEADLOCK: another transaction was quicker, and nothing of this one has remained.
    var hasLost: Bool { [1020, 1213].contains(number) }

    /// ER_LOCK_WAIT_TIMEOUT, ER_STATEMENT_TIMEOUT, ER_QUERY_INTERRUPTED.
    var isTimeout: Bool { [1205, 1317, 1969, 3024].contains(number) }

    /// ER_…ACCESS_DENIED…: of a table, of a column, of a procedure, of a privilege.
    var isMissingPermission: Bool { [1142, 1143, 1227, 1370].contains(number) }

    /// The error behind a fault; nil when the server gave none.
    init?(behind fault: DatabaseFault) {
      guard let number = fault.code.flatMap({ UInt32($0) }) else { return nil }
      self.init(number: number, state: "")
    }

    init(number: UInt32, state: String) {
      self.number = number
      self.state = state
    }

    private static let meanings: [UInt32: String] = [
      1020: "the row was changed by another", 1021: "disk full", 1037: "out of memory", 1038: "out of sort memory",
      1040: "too many connections", 1041: "out of memory", 1044: "no access to the database", 1045: "login refused",
      1046: "no database chosen", 1047: "the server is not ready", 1048: "a value that must not be NULL",
      1049: "no such database",
      1053: "the server is going down", 1054: "no such column", 1062: "a value that must be unique",
      1064: "syntax error",
      1114: "the table is full", 1129: "this host is blocked", 1130: "this host may not connect",
      1142: "permission denied", 1143: "permission denied for a column", 1146: "no such table",
      1169: "a value that must be unique", 1194: "the table is damaged", 1203: "too many connections of this user",
      1205: "a lock was not to be had", 1213: "deadlock", 1226: "a limit of this user",
      1227: "a privilege is missing", 1242: "a sub-query yields more than one row", 1243: "unknown prepared statement",
      1264: "number out of range", 1265: "a value that was cut", 1267: "collations that cannot be compared",
      1290: "the server is read-only", 1292: "text that is no value of the column's type", 1305: "no such function",
      1317: "interrupted", 1364: "a column needs a value", 1365: "division by zero",
      1366: "text that is no value of the column's type", 1370: "permission denied for a function",
      1406: "a value that is too long", 1451: "a foreign key stands in the way",
      1452: "a foreign key stands in the way",
      1615: "the statement must be prepared anew", 1644: "raised by a procedure", 1690: "number out of range",
      1792: "the transaction is read-only", 1836: "the server is read-only", 1927: "the connection was killed",
      1969: "over the time limit", 3024: "over the time limit", 4025: "check violation",
    ]

    /// By the first two characters of the SQLSTATE.
    private static let classes = [
      "08": "connection exception", "0A": "feature not supported", "21": "a number of values or rows that does not fit",
      "22": "data exception", "23": "constraint violation", "25": "invalid transaction state", "28": "login refused",
      "40": "transaction rolled back", "42": "error in the query, or no permission", "44": "check violation",
      "45": "raised by a procedure", "70": "interrupted",
    ]
  }
#endif
