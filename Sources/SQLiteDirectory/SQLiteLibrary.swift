internal import CSQLite

/// What is set for SQLite in the whole process, before the first file is opened.
enum SQLiteLibrary {
  /// Whether it could be initialised; by the first call.
  static let isInitialised: Bool = {
    // Otherwise it counts the bytes of each allocation under a mutex, several times a look-up, for figures that nobody asks for.
    // Refused where somebody else initialised it first, and then it counts.
    gatepost_sqlite_count_no_memory()
    return sqlite3_initialize() == SQLITE_OK
  }()
}
