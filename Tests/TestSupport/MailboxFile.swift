/// An SQLite database with PostfixAdmin's table `mailbox`, and the `[[directory]]` that serves it.
public struct MailboxFile: Sendable {
  /// `$2y$10$`: some 50 ms a verification, so that requests are under way when something else happens.
  public static let slowHash = "$2y$10$abcdefghijklmnopqrstuuekZCv8Werm9riOHss5vjR1mTbI4eVxO"

  /// Where the database is.
  public let path: String

  /// Makes `accounts.db` in `folder`, with the mailboxes `slow@example.org`, whose password costs time, and `quick@example.org`, whose
  /// password is `quick-secret`.
  public init(in folder: TemporaryFolder) throws {
    path = folder.file("accounts.db")
    try folder.makeDatabase(
      """
      CREATE TABLE mailbox (username text PRIMARY KEY, password text, name text, maildir text, quota integer,
        local_part text, domain text, active integer);
      INSERT INTO mailbox VALUES ('slow@example.org', '\(Self.slowHash)', '', 'slow/', 0, 'slow', 'example.org', 1);
      INSERT INTO mailbox VALUES ('quick@example.org', '{PLAIN}quick-secret', '', 'quick/', 0, 'quick', 'example.org', 1);
      """)
  }

  /// As `gatepost.toml` names it.
  public var directory: String {
    """
    [[directory]]
    name = "accounts"
    type = "sqlite"
    database = "\(path)"
    preset = "postfixadmin"
    uid = 5000
    gid = 5000
    """
  }
}

extension TemporaryFolder {
  /// Makes an SQLite database of these statements, by the sqlite3 program.
  public func makeDatabase(_ statements: String, name: String = "accounts.db") throws {
    try write(statements, to: name + ".sql")
    let made = try ChildProcess.run(["sqlite3", "-bail", file(name), ".read \(file(name + ".sql"))"])
    guard made.status == 0 else { throw ServerTrouble("sqlite3 does not make \(name)", log: made.errors) }
  }
}
