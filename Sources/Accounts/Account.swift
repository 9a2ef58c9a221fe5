public import Secrets

/// One mail user, as a directory found it: a row of the account query, checked.
///
/// Every value is free of LF and NUL, so it can stand in a reply line; `AccountColumns` is the only maker and sees to it.
///
/// Copies share their values until one of them is changed: an account is handed on many times in a request, and counting the
/// references to each of its texts every time would cost more than making it. For the same reason the texts that only a reply needs lie
/// in one piece of memory: who asks for one gets a copy of it, `withTexts` makes none.
public struct Account: Sendable {
  private var shared: Shared

  /// An account with what every one has; the rest is set afterwards.
  public init(username: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8]) {
    var values = Values(username: username, uid: uid, gid: gid)
    values.home = home.withUnsafeBytes { values.keep($0) }
    self.init(values)
  }

  /// The account of these values.
  init(_ values: consuming Values) { shared = Shared(values) }

  /// The login name as the database spells it.
  public var username: [UInt8] {
    get { shared.values.username }
    set { change { $0.username = newValue } }
  }

  /// The stored hash, with or without a `{SCHEME}`; nil when NULL or empty.
  public var passwordHash: Secret? {
    get { shared.values.passwordHash }
    set { change { $0.passwordHash = newValue } }
  }

  /// The stored clear password; nil when NULL or empty.
  public var clearPassword: Secret? {
    get { shared.values.clearPassword }
    set { change { $0.clearPassword = newValue } }
  }

  /// 0 … 4294967294.
  public var uid: UInt32 {
    get { shared.values.uid }
    set { change { $0.uid = newValue } }
  }

  /// 0 … 4294967294.
  public var gid: UInt32 {
    get { shared.values.gid }
    set { change { $0.gid = newValue } }
  }

  /// An absolute path.
  public var home: [UInt8] {
    get { Array(shared.values.texts[shared.values.home]) }
    set { change { $0.home = $0.keep(newValue) } }
  }

  /// Absolute or relative to `home`; nil when NULL or empty.
  public var maildir: [UInt8]? {
    get { text(\.maildir) }
    set { change { $0.maildir = $0.keep(newValue) } }
  }

  /// A maildir quota such as `10000000S,1000C`; nil when NULL or empty.
  public var quota: [UInt8]? {
    get { text(\.quota) }
    set { change { $0.quota = $0.keep(newValue) } }
  }

  /// The full name; nil when the query has no such column or it is NULL, empty when it is empty.
  public var name: [UInt8]? {
    get { text(\.name) }
    set { change { $0.name = $0.keep(newValue) } }
  }

  /// `name=value` pairs joined by commas; nil when NULL or empty.
  public var options: [UInt8]? {
    get { text(\.options) }
    set { change { $0.options = $0.keep(newValue) } }
  }

  /// Replaces `maildir` for service `courier`; nil when the query has no such column, empty when it is NULL or empty.
  public var delivery: [UInt8]? {
    get { text(\.delivery) }
    set { change { $0.delivery = $0.keep(newValue) } }
  }

  /// False: every login is refused.
  public var isActive: Bool {
    get { shared.values.isActive }
    set { change { $0.isActive = newValue } }
  }

  private func text(_ place: KeyPath<Values, Range<Int>?>) -> [UInt8]? {
    shared.values[keyPath: place].map { Array(shared.values.texts[$0]) }
  }

  private mutating func change(_ body: (inout Values) -> Void) {
    var values = shared.values
    body(&values)
    shared = Shared(values)
  }

  /// An account's texts where they are: the properties of `Account` say what each is.
  public struct Texts {
    /// The login name as the database spells it.
    public let username: UnsafeRawBufferPointer
    /// An absolute path.
    public let home: UnsafeRawBufferPointer
    /// Not empty.
    public let maildir: UnsafeRawBufferPointer?
    /// Not empty.
    public let quota: UnsafeRawBufferPointer?
    /// May be empty.
    public let name: UnsafeRawBufferPointer?
    /// Not empty.
    public let options: UnsafeRawBufferPointer?
    /// May be empty.
    public let delivery: UnsafeRawBufferPointer?
  }

  /// Lends its texts to `body`; they last as long as that runs.
  public func withTexts<Result>(_ body: (Texts) throws -> Result) rethrows -> Result {
    let values = shared.values
    return try values.username.withUnsafeBytes { username in
      try values.texts.withUnsafeBytes { texts in
        func part(_ place: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: texts[place]) }
        return try body(
          Texts(
            username: username, home: part(values.home), maildir: values.maildir.map(part),
            quota: values.quota.map(part), name: values.name.map(part), options: values.options.map(part),
            delivery: values.delivery.map(part)))
      }
    }
  }

  /// What is known of an account: its properties say what each value means.
  struct Values: Sendable {
    var username: [UInt8]
    var uid: UInt32
    var gid: UInt32
    var passwordHash: Secret?
    var clearPassword: Secret?
    var isActive = true
    /// What the following are places in.
    private(set) var texts: [UInt8] = []
    var home = 0..<0
    var maildir: Range<Int>?
    var quota: Range<Int>?
    var name: Range<Int>?
    var options: Range<Int>?
    var delivery: Range<Int>?

    /// Room for most people's texts.
    private static let usualBytes = 224

    init(username: [UInt8], uid: UInt32, gid: UInt32) {
      self.username = username
      self.uid = uid
      self.gid = gid
    }

    /// Keeps a text.
    /// - Returns: its place in `texts`.
    mutating func keep(_ text: UnsafeRawBufferPointer) -> Range<Int> {
      if texts.isEmpty { texts.reserveCapacity(max(text.count, Self.usualBytes)) }
      let start = texts.count
      texts.append(contentsOf: text)
      return start..<texts.count
    }

    fileprivate mutating func keep(_ text: [UInt8]) -> Range<Int> { text.withUnsafeBytes { keep($0) } }

    fileprivate mutating func keep(_ text: [UInt8]?) -> Range<Int>? { text.map { keep($0) } }
  }

  private final class Shared: Sendable {
    let values: Values

    init(_ values: consuming Values) { self.values = values }
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

  /// The same where the database's library has it, for a list of a million that is copied once: into what is sent. Lasts until the
  /// next row is asked for.
  public struct View {
    /// The login name.
    public let username: UnsafeRawBufferPointer
    /// 0 … 4294967294.
    public let uid: UInt32
    /// 0 … 4294967294.
    public let gid: UInt32
    /// An absolute path.
    public let home: UnsafeRawBufferPointer
    /// May be empty.
    public let maildir: UnsafeRawBufferPointer
    /// May be empty.
    public let options: UnsafeRawBufferPointer

    /// What lasts.
    public var copy: EnumeratedAccount {
      EnumeratedAccount(
        username: Array(username), uid: uid, gid: gid, home: Array(home), maildir: Array(maildir),
        options: Array(options))
    }
  }

  /// Lends itself to `body`.
  public func withView<Result>(_ body: (View) throws -> Result) rethrows -> Result {
    try username.withUnsafeBytes { username in
      try home.withUnsafeBytes { home in
        try maildir.withUnsafeBytes { maildir in
          try options.withUnsafeBytes { options in
            try body(View(username: username, uid: uid, gid: gid, home: home, maildir: maildir, options: options))
          }
        }
      }
    }
  }
}
