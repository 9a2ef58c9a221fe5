/// The tables of a database that a role can see, and their columns. For `gatepost check --connect`.
public struct DatabaseShape: Sendable, Equatable {
  /// Columns that are read, at the most; a database with more is not one for mail accounts alone.
  public static let mostColumns = 20_000

  /// A table or a view.
  public struct Table: Sendable, Equatable {
    /// Its schema, where its name alone does not find it (PostgreSQL's search_path); else nil.
    public let schema: String?
    /// Its name, as the database has it.
    public let name: String
    /// The columns' names, in order.
    public var columns: [String]
    /// Whether the role may read every one of them.
    public var isReadable: Bool

    /// The name by which a query finds it.
    public var path: String { schema.map { "\($0).\(name)" } ?? name }

    /// A table.
    public init(schema: String? = nil, name: String, columns: [String], isReadable: Bool = true) {
      self.schema = schema
      self.name = name
      self.columns = columns
      self.isReadable = isReadable
    }
  }

  /// In the database's order.
  public internal(set) var tables: [Table]
  /// Who the role is, where the database has such.
  public let role: String?

  /// A shape.
  public init(tables: [Table], role: String? = nil) {
    self.tables = tables
    self.role = role
  }

  /// Reads the shape of a directory's database. Blocks.
  public static func read(
    from directory: any AccountDirectory, dialect: SQLDialect, deadline: Deadline
  ) -> Outcome<DatabaseShape> {
    var tables: [Table] = []
    var role: String?
    let outcome = directory.read(query(dialect), deadline: deadline) { row in
      guard row.count == 5, let name = row[1], let column = row[2] else { return true }
      role = role ?? row[4]
      if tables.last?.name != name || tables.last?.schema != row[0] {
        tables.append(Table(schema: row[0], name: name, columns: []))
      }
      tables[tables.count - 1].columns.append(column)
      if row[3] != "1" { tables[tables.count - 1].isReadable = false }
      return true
    }
    return outcome.map { .accepted(DatabaseShape(tables: tables, role: role)) }
  }

  /// A row for each column: schema, table, column, 1 where it may be read, role.
  private static func query(_ dialect: SQLDialect) -> String {
    switch dialect {
    case .sqlite:
      """
      SELECT NULL, m.name, p.name, 1, NULL FROM sqlite_master AS m, pragma_table_info(m.name) AS p
      WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, p.cid LIMIT \(mostColumns)
      """
    case .postgresql:
      """
      SELECT CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END, c.relname, a.attname,
        CASE WHEN has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') THEN 1 ELSE 0 END,
        quote_ident(current_user)
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg!_%' ESCAPE '!'
      ORDER BY pg_table_is_visible(c.oid) DESC, n.nspname, c.relname, a.attnum LIMIT \(mostColumns)
      """
    case .mariadb:
      """
      SELECT NULL, table_name, column_name, CASE WHEN FIND_IN_SET('select', privileges) > 0 THEN 1 ELSE 0 END,
        CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))
      FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position LIMIT \(mostColumns)
      """
    }
  }

  /// The table of this path, as unquoted SQL finds it. The schema may be named though it is found without.
  public func table(_ path: String) -> Table? {
    let path = path.asciiLowercased
    let name = String(path[(path.lastIndex(of: ".").map { path.index(after: $0) } ?? path.startIndex)...])
    return tables.first { $0.path.asciiLowercased == path }
      ?? tables.first { $0.schema == nil && $0.name.asciiLowercased == name }
  }

  /// Tables that look as if accounts were in them: they have a column for a password.
  public var accountTables: [Table] {
    tables.filter { table in
      table.columns.contains { column in
        let column = column.asciiLowercased
        return column.contains("pass") || column.hasPrefix("pw") || column == "crypt" || column == "secret"
          || column.hasSuffix("hash")
      }
    }
  }
}

extension DatabaseShape.Table {
  /// Whether it has this column, as unquoted SQL finds it.
  public func has(_ column: String) -> Bool {
    let column = column.asciiLowercased
    return columns.contains { $0.asciiLowercased == column }
  }
}
