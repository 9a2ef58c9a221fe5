public import Secrets

/// One mail user, as a directory found it: a row of the account query, checked.
///
/// Every value is free of LF and NUL, so it can stand in a reply line; `AccountColumns` is the only maker and sees to it.
public struct Account: Sendable {
  /// The login name as the database spells it.
  public var username: [UInt8]
  /// The stored hash, with or without a `{SCHEME}`; nil when NULL or empty.
  public var passwordHash: Secret?
  /// The stored clear password; nil when NULL or empty.
  public var clearPassword: Secret?
  /// 0 … 4294967294.
  public var uid: UInt32
  /// 0 … 4294967294.
  public var gid: UInt32
  /// An absolute path.
  public var home: [UInt8]
  /// Absolute or relative to `home`; nil when NULL or empty.
  public var maildir: [UInt8]?
  /// A maildir quota such as `10000000S,1000C`; nil when NULL or empty.
  public var quota: [UInt8]?
  /// The full name; nil when the query has no such column or it is NULL, empty when it is empty.
  public var name: [UInt8]?
  /// `name=value` pairs joined by commas; nil when NULL or empty.
  public var options: [UInt8]?
  /// Replaces `maildir` for service `courier`; nil when the query has no such column, empty when it is NULL or empty.
  public var delivery: [UInt8]?
  /// False: every login is refused.
  public var isActive: Bool

  /// An account with what every one has; the rest is set afterwards.
  public init(username: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8]) {
    self.username = username
    self.uid = uid
    self.gid = gid
    self.home = home
    isActive = true
  }
}

/// One line of an enumeration: what the enumerate query yields of an account, checked like `Account`, and free of TAB.
public struct EnumeratedAccount: Sendable, Equatable {
  /// The login name.
  public var username: [UInt8]
  /// 0 … 4294967294.
  public var uid: UInt32
  /// 0 … 4294967294.
  public var gid: UInt32
  /// An absolute path.
  public var home: [UInt8]
  /// May be empty.
  public var maildir: [UInt8]
  /// May be empty.
  public var options: [UInt8]

  /// One account's line.
  public init(
    username: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8], maildir: [UInt8] = [], options: [UInt8] = []
  ) {
    self.username = username
    self.uid = uid
    self.gid = gid
    self.home = home
    self.maildir = maildir
    self.options = options
  }
}
