/// The result columns that a query may have, by name.
public enum AccountColumn: String, Sendable, CaseIterable {
  /// The login name as the database spells it. Mandatory.
  case username
  /// The stored hash.
  case password
  /// The stored clear password.
  case clearPassword = "clear_password"
  /// Decimal. Mandatory.
  case uid
  /// Decimal. Mandatory.
  case gid
  /// An absolute path. Mandatory.
  case home
  /// Absolute or relative to `home`.
  case maildir
  /// `10000000S,1000C`.
  case quota
  /// The full name.
  case name
  /// `disableimap=1,sharedgroup=staff`.
  case options
  /// Replaces `maildir` for service `courier`.
  case delivery
  /// False: logins are refused.
  case active

  /// Those that no query can do without.
  public static let mandatory: [AccountColumn] = [.username, .uid, .gid, .home]
}

/// Everything that is wrong with the columns of one query.
public struct ColumnError: Error, Equatable, CustomStringConvertible {
  /// One thing wrong.
  public enum Problem: Sendable, Equatable, CustomStringConvertible {
    /// No such column is known.
    case unknown(String, nearest: String?)
    /// Two columns have this name.
    case duplicate(AccountColumn)
    /// A mandatory column is not there.
    case missing(AccountColumn)
    /// Something else, in words.
    case other(String)

    /// In words, with what to do.
    public var description: String {
      switch self {
      case .unknown(let name, let nearest?): "unknown column \(name); did you mean \(nearest)?"
      case .unknown(let name, nil):
        "unknown column \(name): known are \(AccountColumn.allCases.map(\.rawValue).joined(separator: ", "))"
      case .duplicate(let column): "column \(column.rawValue) is there twice"
      case .missing(let column):
        "column \(column.rawValue) is missing: name it in the query, with AS \(column.rawValue) where the table calls it otherwise"
      case .other(let text): text
      }
    }
  }

  /// At least one.
  public let problems: [Problem]

  /// All problems, joined.
  public var description: String { problems.map(\.description).joined(separator: "; ") }
}
