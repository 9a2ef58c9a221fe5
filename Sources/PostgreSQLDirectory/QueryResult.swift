internal import Accounts
internal import CPostgreSQL
internal import DatabaseServers

/// Owns one result of libpq.
struct QueryResult: ~Copyable {
  private let handle: OpaquePointer

  /// Takes over `handle`.
  init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { PQclear(handle) }

  var status: ExecStatusType { PQresultStatus(handle) }

  var rowCount: Int { Int(PQntuples(handle)) }

  /// Of the rows, or of a description of them.
  var columnNames: [String] {
    (0..<PQnfields(handle)).map { PQfname(handle, $0).map { String(cString: $0) } ?? "" }
  }

  /// Of the parameters of a statement that this describes.
  var parameterTypes: [Oid] { (0..<PQnparams(handle)).map { PQparamtype(handle, $0) } }

  /// How many rows a statement changed; nil when it is none that says so. A `SELECT` says how many it returned, and may have changed any.
  var changedRows: Int? {
    guard let kind = command.split(separator: " ").first, ["UPDATE", "INSERT", "DELETE", "MERGE"].contains(kind) else {
      return nil
    }
    return PQcmdTuples(handle).flatMap { Int(String(cString: $0)) }
  }

  /// The statement that was done, such as `COMMIT`.
  var command: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

  /// The bytes of one value, nil for NULL. They live as long as the result.
  func value(row: Int, column: Int) -> UnsafeRawBufferPointer? {
    let row = Int32(truncatingIfNeeded: row)
    let column = Int32(truncatingIfNeeded: column)
    guard PQgetisnull(handle, row, column) == 0, let bytes = PQgetvalue(handle, row, column) else { return nil }
    return UnsafeRawBufferPointer(start: bytes, count: Int(PQgetlength(handle, row, column)))
  }

  /// The one account that the account query has found.
  func account(_ columns: AccountColumns) -> Outcome<Account> { account(columns, rows: rowCount, first: 0, column: 0) }

  /// The same, where there are other rows and columns too.
  /// - Parameters:
  ///   - rows: how many the query has found for this name.
  ///   - row: where the first of them is.
  ///   - column: where the query's columns begin.
  func account(_ columns: AccountColumns, rows: Int, first row: Int, column: Int) -> Outcome<Account> {
    switch rows {
    case 0: return .refused(.unknownUser)
    case 1: break
    case let count: return .unavailable(Unavailability(.ambiguous, "\(count) rows for one name"))
    }
    // Escaping closures cannot hold a borrowed result; this one does not escape.
    return columns.account { value(row: row, column: column + $0) }
  }

  /// What went wrong, when `status` says so.
  func fault(on connection: borrowing Connection) -> DatabaseFault {
    let state = field(.sqlState).flatMap { SQLState($0) }
    // Every FATAL error ends the connection. An ERROR of the same code does not: postgres_fdw, for one, raises class 08
    // for a server of its own. Servers older than 9.6 give no untranslated severity.
    let isFatal = field(.severity).map { $0 == "FATAL" || $0 == "PANIC" } ?? (state?.endsConnection == true)
    let isGone = connection.isBroken || isFatal
    guard let state else {
      let (_, message) = ServerMessage.read(PQresultErrorMessage(handle).map { String(cString: $0) } ?? "")
      return DatabaseFault(isGone ? .connection : .query, message.isEmpty ? "unexpected answer of the server" : message)
    }
    // A message of these classes can quote what stands in a row.
    let message = state.mayQuoteData ? state.meaning : OneLine.clean(field(.primaryMessage) ?? state.meaning)
    let isStalePlan = state == .featureNotSupported && field(.sourceFunction) == "RevalidateCachedQuery"
    return DatabaseFault(
      isGone ? .connection : .query, state: state, spoilsStatement: isStalePlan || state == .unknownStatement, message)
  }

  /// PG_DIAG_… of `postgres_ext.h`: character constants, which Swift does not import.
  private enum Field: UInt8 {
    case severity = 0x56  // 'V'
    case sqlState = 0x43  // 'C'
    case primaryMessage = 0x4D  // 'M'
    case sourceFunction = 0x52  // 'R'
  }

  private func field(_ field: Field) -> String? {
    PQresultErrorField(handle, Int32(field.rawValue)).map { String(cString: $0) }
  }
}
