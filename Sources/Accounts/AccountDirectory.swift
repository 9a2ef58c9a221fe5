public import Secrets
public import Threads

/// When an answer is of no use any more.
public typealias Deadline = Instant

/// What to look up.
public struct AccountKey: Sendable, Equatable {
  /// Who.
  public let name: LoginName
  /// For which service: `imap`, `smtp`, … Placeholder `:service`.
  public let service: [UInt8]

  /// A question for `name`, asked on behalf of `service`.
  public init(name: LoginName, service: [UInt8]) {
    self.name = name
    self.service = service
  }
}

/// A new password for one account, or a better hash of the old one. The old one was verified before.
public struct PasswordChange: Sendable {
  /// Whose.
  public let key: AccountKey
  /// The hash to store. Placeholder `:new_hash`.
  public let newHash: Secret
  /// The password itself, for tables that hold it in the clear. Placeholder `:new_password`.
  public let newPassword: Secret
  /// The hash that must still be stored for the change to be made; nil makes it whatever is stored.
  public let replacing: Secret?

  /// A change for the account that `key` finds.
  public init(key: AccountKey, newHash: Secret, newPassword: Secret, replacing: Secret? = nil) {
    self.key = key
    self.newHash = newHash
    self.newPassword = newPassword
    self.replacing = replacing
  }
}

/// A place where accounts live: one `[[directory]]` of the configuration, one conformance per kind of database.
///
/// ## Rules for implementers
/// - Opening never fails because the database is away: that is an `unavailable` outcome of the request that needed it.
/// - `lookUp`, `appPasswords` and `setPassword` return at once; each calls its completion exactly once, from any thread, also when the deadline has
///   passed, the queue is full or the directory was shut down. A completion may do a few microseconds of work on that thread.
/// - Found is `accepted` (an inactive account too: the broker judges `isActive`). No row is `refused(.unknownUser)`.
///   Two or more rows for one name, a row that `AccountColumns` rejects, an error of the database, a passed deadline:
///   `unavailable`. A user name that the database's encoding cannot hold can be nobody's: `refused(.unknownUser)`. A service that it cannot hold is
///   `unavailable` where the query asks for it, and no matter where it does not.
/// - What a login brings is bound as a parameter, never spliced into SQL.
/// - `enumerate` blocks its caller, needs no more memory for a million rows than for a hundred, and uses a connection of its
///   own, so that no login waits for it.
public protocol AccountDirectory: AnyObject, Sendable {
  /// As configured: PRE by module, ENUMERATE's heading, logs.
  var name: String { get }

  /// Whether there is a `set-password` query.
  var offersPasswordChange: Bool { get }

  /// Whether there is an `app-passwords` query.
  var offersAppPasswords: Bool { get }

  /// Begins with what the first look-up would have to wait for otherwise: a connection. Returns at once; what goes wrong shows in
  /// look-ups, and in the log.
  func prepare()

  /// Finds one account.
  func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void)

  /// Finds the app passwords of one account, for all services; `accepted` with none when there is no row, or no such query. More than
  /// `AppPassword.maximumCount` rows are `unavailable`, and never cut. Otherwise as `lookUp`.
  func appPasswords(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void)

  /// Stores a new password. Exactly one row must change; none is `refused(.unknownUser)`, more than one is rolled back and
  /// `unavailable`.
  ///
  /// With `PasswordChange.replacing`, the account query is asked in the same transaction, and nothing is changed unless it finds one row
  /// whose hash is exactly that, and no other clear password beside it: else it is `refused(.passwordChanged)`, and so it is when somebody else
  /// stores one meanwhile; no row and several are as of `lookUp`. Whatever is stored in between is never overwritten. What the account query
  /// does not yield afterwards is not stored: `unavailable(.queryFailed)`.
  func setPassword(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void)

  /// Hands every account to `row`, on the calling thread. Rows with an empty or NULL name or home are skipped.
  /// - Parameter row: what it is given lasts until it returns. It returns false to stop early (the client has gone); the outcome is then
  ///   `unavailable(.clientGone)`.
  /// - Returns: `accepted` only when every row was read. `unavailable(.queryFailed)` too when there is no enumerate query.
  func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void>

  /// The same, and `hold` knows meanwhile whether the list is in anybody's way.
  func enumerate(deadline: Deadline, hold: ListHold, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void>

  /// Connects, prepares each query, and compares its columns with what is known. Blocks; for `gatepost check --connect` and the
  /// log at start.
  /// - Returns: everything that is wrong, in words that say what to do; empty when all is well.
  func inspect() -> [DirectoryFinding]

  /// Runs a query of Gatepost's own, without parameters, on a connection of its own, and hands each row to `row`. Blocks; for
  /// `gatepost check --connect`.
  /// - Parameter row: the values, nil for NULL; bytes that are no UTF-8 are replaced. It returns false to stop.
  /// - Returns: `accepted` when every row was read, or `row` wanted no more.
  func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void>

  /// Ends the threads and connections. What is queued is answered `unavailable(.stopping)`. Blocks for a second at the most.
  func shutDown()
}

extension AccountDirectory {
  /// Nothing, where there is nothing to wait for.
  public func prepare() {}

  /// Of a database in which lists are in nobody's way.
  public func enumerate(
    deadline: Deadline, hold: ListHold, _ row: (EnumeratedAccount.View) -> Bool
  ) -> Outcome<Void> {
    enumerate(deadline: deadline, row)
  }
}

/// Something that `inspect()` found wrong.
public struct DirectoryFinding: Sendable, Equatable {
  /// What it means for the daemon.
  public enum Kind: Sendable {
    /// The configuration is at fault: the daemon must not start (exit 78).
    case configuration
    /// The database is away or not ready: the daemon may start and wait.
    case unavailable
    /// Logins work, and something else does not: password changes with a role or a file that may only read. Worth a warning.
    case limited
  }

  /// Whose fault it is.
  public let kind: Kind
  /// The configuration key it belongs to, such as `queries.account`; empty for the connection itself.
  public let key: String
  /// What is wrong, and what to do about it.
  public let text: String

  /// A finding for `key`.
  public init(_ kind: Kind, key: String, _ text: String) {
    self.kind = kind
    self.key = key
    self.text = text
  }
}
