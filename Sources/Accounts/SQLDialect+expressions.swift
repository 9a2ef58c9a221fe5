/// Expressions that each database writes in its own way, for the presets. Arguments are SQL, not values.
extension SQLDialect {
  /// What people call it.
  public var product: String {
    switch self {
    case .sqlite: "SQLite"
    case .postgresql: "PostgreSQL"
    case .mariadb: "MariaDB"
    }
  }

  /// The texts one behind the other; NULL when one is.
  func joined(_ parts: String...) -> String {
    switch self {
    case .sqlite, .postgresql: parts.joined(separator: " || ")
    case .mariadb: "CONCAT(\(parts.joined(separator: ", ")))"
    }
  }

  /// A maildir quota of so many bytes; NULL where there is none.
  func quota(_ bytes: String) -> String { "CASE WHEN \(bytes) > 0 THEN \(joined(bytes, "'S'")) END" }

  /// A maildir quota of so many MiB. An `integer` of PostgreSQL's holds 2047 of them.
  func quota(megabytes: String) -> String {
    let wide = self == .postgresql ? "\(megabytes)::bigint" : megabytes
    return "CASE WHEN \(megabytes) > 0 THEN \(joined("(\(wide) * 1048576)", "'S'")) END"
  }

  /// Now, as the panels write it into columns without a time zone: the server's time.
  var now: String { self == .sqlite ? "datetime('now', 'localtime')" : "CURRENT_TIMESTAMP" }

  /// `now`, and so many days.
  func now(plusDays days: String) -> String {
    switch self {
    case .sqlite: "datetime('now', 'localtime', '+' || \(days) || ' days')"
    case .postgresql: "CURRENT_TIMESTAMP + \(days) * INTERVAL '1 day'"
    case .mariadb: "CURRENT_TIMESTAMP + INTERVAL \(days) DAY"
    }
  }

  /// Where `part` begins in `text`, counted from 1; 0 when it is not there.
  func place(of part: String, in text: String) -> String {
    switch self {
    case .sqlite, .mariadb: "instr(\(text), \(part))"
    case .postgresql: "strpos(\(text), \(part))"
    }
  }

  /// What stands between the first `separator` and the one behind it, or the end.
  func second(of text: String, separator: String) -> String {
    switch self {
    case .sqlite:
      "substr(\(text), instr(\(text), \(separator)) + 1, instr(substr(\(text), instr(\(text), \(separator)) + 1) || \(separator), \(separator)) - 1)"
    case .postgresql: "split_part(\(text), \(separator), 2)"
    case .mariadb: "SUBSTRING_INDEX(SUBSTRING_INDEX(\(text), \(separator), 2), \(separator), -1)"
    }
  }

  /// An address up to its `@`.
  func localPart(of address: String) -> String {
    switch self {
    case .sqlite: "substr(\(address), 1, instr(\(address), '@') - 1)"
    case .postgresql: "split_part(\(address), '@', 1)"
    case .mariadb: "SUBSTRING_INDEX(\(address), '@', 1)"
    }
  }
}
