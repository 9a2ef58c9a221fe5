internal import DatabaseServers

/// The five characters by which PostgreSQL names what went wrong, in every language of its messages
/// (PostgreSQL's manual, appendix A).
struct SQLState: Sendable, Equatable, CustomStringConvertible {
  /// Such as `42P01`.
  let code: String

  /// - Returns: nil when `code` is not five digits and capital letters.
  init?(_ code: String) {
    guard code.utf8.count == 5, code.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
    else { return nil }
    self.code = code
  }

  private init(known code: String) { self.code = code }

  /// The first two characters.
  var category: String { String(code.prefix(2)) }

  /// The server has ended the connection, or is about to: what was asked on it may be asked once more elsewhere.
  var endsConnection: Bool {
    // 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, 57P04 database_dropped, 57P05
    // idle_session_timeout, 25P03 idle_in_transaction_session_timeout.
    category == "08" || (category == "57" && code.hasPrefix("57P")) || code == "25P03"
  }

  /// The query lost against another (serialization_failure: a standby ends queries that stand in the way of replay;
  /// deadlock_detected); the same one succeeds the next time.
  var isPassing: Bool { code == "40001" || code == "40P01" }

  /// The server's message can quote a value, such as a column's text that is no number: it stays out of the log.
  var mayQuoteData: Bool { ["22", "23", "P0"].contains(category) }

  /// A word or two for an administrator, by code or else by class.
  var meaning: String {
    Self.meanings[code] ?? Self.meanings[category] ?? "error"
  }

  /// As in "42P01, undefined table".
  var description: String { "\(code), \(meaning)" }

  /// syntax_error
  static let syntaxError = SQLState(known: "42601")
  /// feature_not_supported; among many other things "cached plan must not change result type".
  static let featureNotSupported = SQLState(known: "0A000")
  /// invalid_sql_statement_name: after `DISCARD ALL`, or behind a pooler that knows no prepared statements.
  static let unknownStatement = SQLState(known: "26000")
  /// read_only_sql_transaction
  static let readOnlyTransaction = SQLState(known: "25006")
  /// insufficient_privilege
  static let insufficientPrivilege = SQLState(known: "42501")
  /// serialization_failure: a row that the transaction has seen was changed by another one.
  static let serializationFailure = SQLState(known: "40001")
  /// query_canceled
  static let queryCanceled = SQLState(known: "57014")

  private static let meanings = [
    "08": "connection exception", "0A": "feature not supported", "22": "data exception",
    "22003": "number out of range", "22012": "division by zero",
    "22021": "bytes that are no text in the database's encoding",
    "22P02": "text that is no value of the column's type", "22P05": "a character that the encoding does not have",
    "23": "constraint violation", "23502": "a value that must not be NULL", "23505": "a value that must be unique",
    "23514": "check violation", "25": "invalid transaction state",
    "25006": "the server or the transaction is read-only",
    "26": "unknown prepared statement", "28": "login refused", "28000": "login refused by pg_hba.conf or for this role",
    "28P01": "wrong password", "3D": "unknown database", "3D000": "no such database", "3F": "unknown schema",
    "40": "transaction rolled back", "40001": "serialization failure", "40P01": "deadlock", "42": "error in the query",
    "42501": "permission denied", "42601": "syntax error", "42703": "no such column", "42804": "wrong type",
    "42883": "no such function or operator", "42P01": "no such table", "42P18": "a parameter whose type is not known",
    "53": "the server lacks a resource", "53100": "disk full", "53200": "out of memory",
    "53300": "too many connections",
    "54": "a limit of the server", "55": "not in the right state", "55P03": "a lock was not to be had",
    "57": "ended by the administrator", "57014": "query cancelled or over statement_timeout",
    "57P01": "server shut down",
    "57P02": "server crashed", "57P03": "server is starting up or stopping", "58": "system error",
    "P0": "raised by a function",
    "XX": "internal error of the server",
  ]
}

extension DatabaseFault {
  /// An error that the server gave a name; its meaning stands for an empty message.
  init(_ kind: Kind, state: SQLState?, spoilsStatement: Bool = false, _ message: String) {
    self.init(
      kind, code: state?.code, spoilsStatement: spoilsStatement, isPassing: state?.isPassing == true,
      message.isEmpty ? state?.meaning ?? "" : message)
  }

  /// The server's name for it.
  var state: SQLState? { code.flatMap { SQLState($0) } }
}
