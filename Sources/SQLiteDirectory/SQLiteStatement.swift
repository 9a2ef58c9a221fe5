internal import Accounts
internal import CSQLite

/// A prepared statement; SQLite prepares it anew by itself when the schema has changed.
final class SQLiteStatement {
  private let handle: OpaquePointer
  /// Kept alive: the statement is part of it.
  private let connection: SQLiteConnection
  private let parameters: [Placeholder]
  /// Integers are written down here. A statement that SQLite prepares anew may have more columns: those it writes itself.
  private let integers: IntegerTexts

  /// Prepares a query with its placeholders.
  convenience init(_ connection: SQLiteConnection, _ template: QueryTemplate) throws(SQLiteFault) {
    let (sql, parameters) = template.rendered()
    try self.init(connection, sql: sql, parameters: parameters)
  }

  /// Prepares `sql`, whose parameters are `?1` for the first of `parameters`, and so on.
  init(_ connection: SQLiteConnection, sql: String, parameters: [Placeholder] = []) throws(SQLiteFault) {
    var prepared: OpaquePointer?
    let result = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard result == SQLITE_OK else { throw SQLiteFault(connection.handle, result: result) }
    guard let prepared else { throw SQLiteFault(code: SQLITE_ERROR, message: "the query is empty") }
    guard Int(sqlite3_bind_parameter_count(prepared)) == parameters.count else {
      sqlite3_finalize(prepared)
      throw SQLiteFault(code: SQLITE_ERROR, message: "the query holds parameters that are no placeholders")
    }
    handle = prepared
    integers = IntegerTexts(count: Int(sqlite3_column_count(prepared)))
    self.connection = connection
    self.parameters = parameters
  }

  deinit { sqlite3_finalize(handle) }

  /// The names of the result's columns.
  var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { index in
      sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }
  }

  /// Whether it changes nothing.
  var isReadOnly: Bool { sqlite3_stmt_readonly(handle) != 0 }

  /// How often SQLite has prepared it anew: its columns may be others then.
  var preparations: Int32 { sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0) }

  /// Binds a value to each placeholder, as text.
  /// - Parameter bytes: calls its second argument with the placeholder's bytes; they are copied.
  func bind(_ bytes: (Placeholder, (UnsafeRawBufferPointer) -> Void) -> Void) throws(SQLiteFault) {
    var result = SQLITE_OK
    for (index, placeholder) in parameters.enumerated() {
      bytes(placeholder) { buffer in
        let place = Int32(truncatingIfNeeded: index + 1)
        let code: Int32
        if let base = buffer.baseAddress, !buffer.isEmpty {
          code = sqlite3_bind_text64(
            handle, place, base.assumingMemoryBound(to: CChar.self), UInt64(buffer.count), Self.transient,
            UInt8(SQLITE_UTF8))
        } else {
          // A nil pointer would be NULL, which equals nothing.
          code = sqlite3_bind_text(handle, place, "", 0, Self.transient)
        }
        if code != SQLITE_OK { result = code }
      }
    }
    guard result == SQLITE_OK else { throw SQLiteFault(connection.handle, result: result) }
  }

  /// Runs up to the next row.
  /// - Returns: false when there is none.
  func step() throws(SQLiteFault) -> Bool {
    let result = sqlite3_step(handle)
    switch result {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw SQLiteFault(connection.handle, result: result)
    }
  }

  /// The current row's value: text as it is stored, numbers in decimal, nil for NULL. It lasts until the next step, or until it
  /// is asked for again.
  func value(_ column: Int) -> UnsafeRawBufferPointer? {
    // One call that looks after the connection's state, and then the value's own: `sqlite3_column_text` and its like do that each time. It
    // is not for two threads at once, and this connection is not.
    let value = sqlite3_column_value(handle, Int32(truncatingIfNeeded: column))
    let type = sqlite3_value_type(value)
    if type == SQLITE_INTEGER, column < integers.count {
      return integers.text(of: sqlite3_value_int64(value), at: column)
    }
    if type == SQLITE_NULL { return nil }
    guard let text = sqlite3_value_text(value) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
  }

  /// Whether memory ran out while values were read: what was read then is not what is stored.
  var ranOutOfMemory: Bool { sqlite3_errcode(connection.handle) == SQLITE_NOMEM }

  /// To be called when the values of a row were read.
  /// - Throws: when memory ran out meanwhile.
  func checkMemory() throws(SQLiteFault) {
    if ranOutOfMemory { throw SQLiteFault(code: SQLiteFault.outOfMemory, message: "out of memory") }
  }

  /// Ends the execution, which gives up its locks, and forgets the bound values.
  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  /// `SQLITE_TRANSIENT`, which Swift does not import: SQLite copies what is bound.
  private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
