internal import TestSupport

/// The back ends that the real programs are tried on.
enum BackEndKind: String, CaseIterable, Sendable {
  /// A file.
  case sqlite
  /// A cluster of its own.
  case postgresql
  /// A server of its own.
  case mariadb

  /// Those that this build has: MariaDB is a trait of the package.
  static let allCases: [BackEndKind] = {
    #if MariaDB
      [.sqlite, .postgresql, .mariadb]
    #else
      [.sqlite, .postgresql]
    #endif
  }()

  /// Whether this build has it.
  var isBuilt: Bool { Self.allCases.contains(self) }

  /// courier's name of the back end.
  var module: String {
    switch self {
    case .sqlite: "authsqlite"
    case .postgresql: "authpgsql"
    case .mariadb: "authmysql"
    }
  }

  /// SQL: a column of bytes as a maildir quota; empty where there is none.
  func quota(_ column: String) -> String {
    // `||` is "or" to MariaDB, and a `text` no type to cast to.
    let text = self == .mariadb ? "CONCAT(\(column), 'S')" : "CAST(\(column) AS text) || 'S'"
    return "CASE WHEN \(column) = 0 THEN '' ELSE \(text) END"
  }
}
