internal import CSQLite

/// An open database file. Confined to one thread: it is opened without SQLite's own mutexes.
final class SQLiteConnection {
  /// What for.
  enum Mode {
    /// One look-up after the other.
    case reading
    /// The whole file once: nothing is worth keeping.
    case listing
    case writing

    /// How much of the file is kept in memory, in KiB; SQLite's own default is 2,000. (Not mapped into memory: a mapped
    /// file that is cut ends the process.)
    fileprivate var cacheSize: Int {
      switch self {
      case .reading: 8192
      case .listing, .writing: 256
      }
    }
  }

  /// The longest value or row read, in bytes; a longer one is an error of the query. A reply holds 8,190.
  static let maximumValueLength: Int32 = 1 << 20

  private let mode: Mode
  let handle: OpaquePointer
  let patience: Patience
  /// Whether text is stored as UTF-8. In a UTF-16 database, SQLite repairs broken UTF-8 that is bound.
  private(set) var isUTF8 = true

  /// Opens an existing file; never makes one.
  init(path: String, mode: Mode, patience: Patience) throws(SQLiteFault) {
    let access = mode == .writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    _ = SQLiteLibrary.isInitialised
    var opened: OpaquePointer?
    let result = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX, nil)
    guard result == SQLITE_OK, let opened else {
      let fault = SQLiteFault(opened, result: result, isFromOpening: true)
      sqlite3_close_v2(opened)
      throw fault
    }
    handle = opened
    self.patience = patience
    self.mode = mode
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.maximumValueLength)
    // `patience` outlives the handle: both belong to this object.
    let context = Unmanaged.passUnretained(patience).toOpaque()
    sqlite3_busy_handler(
      handle,
      { context, tries in
        guard let context else { return 0 }
        return Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue().waitForLock(tries: tries) ? 1 : 0
      }, context)
    sqlite3_progress_handler(
      handle, Patience.instructionsPerQuestion,
      { context in
        guard let context else { return 0 }
        return Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
      }, context)
  }

  deinit { sqlite3_close_v2(handle) }

  /// Reads the file's header: a file that is no database, or damaged, shows here and not at the opening.
  func readHeader() throws(SQLiteFault) {
    let statement = try SQLiteStatement(self, sql: "PRAGMA encoding")
    guard try statement.step() else { return }
    isUTF8 = statement.value(0).map { String(decoding: $0, as: UTF8.self) == "UTF-8" } ?? true
    statement.reset()
    // The encoding is known without the file in an empty one; this is not.
    let schema = try SQLiteStatement(self, sql: "PRAGMA schema_version")
    _ = try schema.step()
    schema.reset()
    try execute("PRAGMA cache_size = -\(mode.cacheSize)")
  }

  /// Whether commits go to a file beside this one, and into it later. To be called when the header was read.
  func isInWAL() throws(SQLiteFault) -> Bool {
    let statement = try SQLiteStatement(self, sql: "PRAGMA journal_mode")
    guard try statement.step(), let mode = statement.value(0) else { return false }
    return String(decoding: mode, as: UTF8.self) == "wal"
  }

  /// Whether the file could be opened for reading only.
  var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") != 0 }

  /// Whether a transaction was begun and not ended.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Whether somebody, in whatever process, has begun to write: at the COMMIT they wait for all who read. Never so in WAL mode.
  var isToBeWritten: Bool {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
      let check = file.pointee.pMethods?.pointee.xCheckReservedLock
    else { return false }
    var isReserved: Int32 = 0
    return check(file, &isReserved) == SQLITE_OK && isReserved != 0
  }

  /// How many rows the last statement changed itself; those that its triggers changed do not count.
  var changedRows: Int64 { sqlite3_changes64(handle) }

  /// Runs a statement without parameters and results.
  func execute(_ sql: String) throws(SQLiteFault) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    guard result == SQLITE_OK else { throw SQLiteFault(handle, result: result) }
  }
}
