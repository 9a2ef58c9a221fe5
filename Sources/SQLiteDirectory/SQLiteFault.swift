internal import Accounts
internal import CSQLite

/// An error that SQLite reported.
struct SQLiteFault: Error, Equatable {
  /// The primary result code: `SQLITE_BUSY`, …
  let code: Int32
  /// The extended result code.
  let extendedCode: Int32
  /// What SQLite says. It speaks of names in the schema and the SQL text, not of bound values.
  let message: String
  /// `errno` of the call to the operating system that failed; 0 when there was none.
  let systemCode: Int32
  /// Whether the database file itself could not be opened; later on it is its journal or its WAL files.
  let isFromOpening: Bool

  /// The connection's latest error.
  init(_ connection: OpaquePointer?, result: Int32, isFromOpening: Bool = false) {
    self.isFromOpening = isFromOpening
    code = result & 0xFF
    extendedCode = connection.map(sqlite3_extended_errcode) ?? result
    message = String(cString: sqlite3_errmsg(connection))
    systemCode = connection.map(sqlite3_system_errno) ?? 0
  }

  /// An error found on this side.
  init(code: Int32, message: String) {
    self.code = code
    extendedCode = code
    self.message = message
    systemCode = 0
    isFromOpening = false
  }

  /// `SQLITE_BUSY` and its like, for the log.
  var codeName: String {
    Self.names[code] ?? "SQLite result code \(code)"
  }

  /// Whether the connection is as good as before: it waited in vain, or was told to stop.
  var leavesConnectionUsable: Bool {
    code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_INTERRUPT
  }

  /// Whether it is the file that cannot be used, and not one query.
  var concernsFile: Bool {
    [
      SQLITE_CANTOPEN, SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_IOERR, SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY,
      SQLITE_PROTOCOL, SQLITE_FULL, SQLITE_NOLFS,
    ].contains(code)
  }

  /// The outcome of the request that met it.
  func unavailability(stopping: Bool) -> Unavailability {
    switch code {
    case SQLITE_BUSY, SQLITE_LOCKED:
      stopping
        ? Unavailability(.stopping) : Unavailability(.timedOut, "the database is locked, by another program or a list")
    case SQLITE_INTERRUPT:
      stopping ? Unavailability(.stopping) : Unavailability(.timedOut, "the query was still running at the deadline")
    case _ where concernsFile: Unavailability(.unreachable, "\(message) (\(codeName))")
    default: Unavailability(.queryFailed, "\(message) (\(codeName))")
    }
  }

  private static let names: [Int32: String] = [
    SQLITE_ERROR: "SQLITE_ERROR", SQLITE_INTERNAL: "SQLITE_INTERNAL", SQLITE_PERM: "SQLITE_PERM",
    SQLITE_ABORT: "SQLITE_ABORT", SQLITE_BUSY: "SQLITE_BUSY", SQLITE_LOCKED: "SQLITE_LOCKED",
    SQLITE_NOMEM: "SQLITE_NOMEM", SQLITE_READONLY: "SQLITE_READONLY", SQLITE_INTERRUPT: "SQLITE_INTERRUPT",
    SQLITE_IOERR: "SQLITE_IOERR", SQLITE_CORRUPT: "SQLITE_CORRUPT", SQLITE_NOTFOUND: "SQLITE_NOTFOUND",
    SQLITE_FULL: "SQLITE_FULL", SQLITE_CANTOPEN: "SQLITE_CANTOPEN", SQLITE_PROTOCOL: "SQLITE_PROTOCOL",
    SQLITE_SCHEMA: "SQLITE_SCHEMA", SQLITE_TOOBIG: "SQLITE_TOOBIG", SQLITE_CONSTRAINT: "SQLITE_CONSTRAINT",
    SQLITE_MISMATCH: "SQLITE_MISMATCH", SQLITE_MISUSE: "SQLITE_MISUSE", SQLITE_NOLFS: "SQLITE_NOLFS",
    SQLITE_AUTH: "SQLITE_AUTH", SQLITE_RANGE: "SQLITE_RANGE", SQLITE_NOTADB: "SQLITE_NOTADB",
  ]
}

extension SQLiteFault {
  static let cannotOpen = SQLITE_CANTOPEN
  static let notADatabase = SQLITE_NOTADB
  static let corrupt = SQLITE_CORRUPT
  static let readOnly = SQLITE_READONLY
  /// `SQLITE_READONLY_ROLLBACK`, an extended code that Swift does not import: a journal waits to be played back.
  static let needsRollback = SQLITE_READONLY | (3 << 8)
  static let outOfMemory = SQLITE_NOMEM
}
