/// A kind of database, as a row of the table that `gatepost` hands to the configuration: adding one is one module that declares
/// its row, and one name in that table.
public struct BackEnd: Sendable {
  /// The value of `type` in `[[directory]]`: `sqlite`, `postgresql`, `mariadb`.
  public let type: String
  /// Other spellings and the module name courier uses for it (`authsqlite`): PRE may ask by these too.
  public let aliases: [String]
  /// How its SQL is read by the placeholder scanner.
  public let dialect: SQLDialect
  /// The key that says where the database is: `database` (a file) or `connection` (a conninfo).
  public let locationKey: String
  /// Whether it has a password at all, so that `password-file` makes sense.
  public let takesPasswordFile: Bool
  /// Checks the location without touching the database.
  /// - Returns: what is wrong with it, without any part of what may be a password: words that have lost their key may be one. Nil when
  ///   nothing is.
  public let objection: @Sendable (_ location: String) -> String?
  /// Whether the location holds a password in the clear, which a world-readable configuration file must not.
  public let holdsPassword: @Sendable (_ location: String) -> Bool
  /// Makes the directory. Does not connect.
  public let open: @Sendable (DirectoryParameters) throws -> any AccountDirectory
  /// Why this build does not have it, and how to get one that has; nil: it does.
  public let absence: String?

  /// One row of the table.
  public init(
    type: String, aliases: [String], dialect: SQLDialect, locationKey: String, takesPasswordFile: Bool = true,
    objection: @escaping @Sendable (String) -> String?,
    holdsPassword: @escaping @Sendable (String) -> Bool,
    absence: String? = nil,
    open: @escaping @Sendable (DirectoryParameters) throws -> any AccountDirectory
  ) {
    self.type = type
    self.aliases = aliases
    self.dialect = dialect
    self.locationKey = locationKey
    self.takesPasswordFile = takesPasswordFile
    self.objection = objection
    self.holdsPassword = holdsPassword
    self.absence = absence
    self.open = open
  }
}

/// What a directory is made from: one `[[directory]]`, checked.
public struct DirectoryParameters: Sendable {
  /// `name` in the configuration.
  public let name: String
  /// The value of the back end's location key.
  public let location: String
  /// The file that holds the database password (its first line), or nil. Read at each connect, so that it can be changed.
  public let passwordFile: String?
  /// The queries, from a preset or from `[directory.queries]`.
  public let queries: QuerySet
  /// Told of connections made, lost and refused; called from any thread.
  public let report: @Sendable (DirectoryEvent) -> Void

  /// One `[[directory]]`.
  public init(
    name: String, location: String, passwordFile: String? = nil, queries: QuerySet,
    report: @escaping @Sendable (DirectoryEvent) -> Void = { _ in }
  ) {
    self.name = name
    self.location = location
    self.passwordFile = passwordFile
    self.queries = queries
    self.report = report
  }
}

/// Something a directory did that an administrator wants to read in the log.
public struct DirectoryEvent: Sendable, Equatable {
  /// How urgent.
  public enum Level: Sendable { case info, notice, warning, error }
  /// How urgent.
  public let level: Level
  /// In words, without secrets.
  public let text: String

  /// An event.
  public init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}
