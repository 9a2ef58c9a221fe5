public import Accounts
public import Passwords

/// Everything the broker's answers depend on: one immutable snapshot, replaced as a whole on reload.
public struct BrokerSettings: Sendable {
  /// One directory, and the names PRE may call it by.
  public struct Entry: Sendable {
    /// Where to ask.
    public let directory: any AccountDirectory
    /// `name` of the configuration, and courier's module name (`authsqlite`, …).
    public let modules: Set<[UInt8]>

    /// What its stored passwords are that do not say it themselves; nil: they cannot be verified.
    public let bareScheme: BareScheme?

    /// What weaker hashes are replaced by after a good login, and changed passwords get; nil: each stays as it is.
    public let rehashTo: RehashTarget?

    /// A directory that answers to `modules`.
    public init(
      directory: any AccountDirectory, modules: Set<[UInt8]>, bareScheme: BareScheme? = nil,
      rehashTo: RehashTarget? = nil
    ) {
      self.directory = directory
      self.modules = modules
      self.bareScheme = bareScheme
      self.rehashTo = rehashTo
    }
  }

  /// One socket that is listened on, and who may ask what through it.
  public struct Socket: Sendable {
    /// Where it is.
    public let path: String
    /// Who may ask what.
    public let policy: PeerPolicy
    /// Whether the policy's rules are the socket's own, and not those of all sockets.
    public let hasOwnRules: Bool

    /// A socket.
    public init(path: String, policy: PeerPolicy, hasOwnRules: Bool) {
      self.path = path
      self.policy = policy
      self.hasOwnRules = hasOwnRules
    }
  }

  /// In the order in which they are asked.
  public var directories: [Entry]
  /// At least one; `RequestChannel.socket` is a place in it.
  public var sockets: [Socket]
  /// Added to a login name without `@`.
  public var defaultDomain: String?
  /// courier's DEFAULTOPTIONS.
  public var defaultOptions: [UInt8]?
  /// How long one ENUMERATE may take.
  public var enumerateTimeout: Duration
  /// How long a password that was verified is accepted without another hash; nil: each is hashed each time.
  public var verifiedLoginMemory: Duration?
  /// How logins are slowed after wrong passwords; nil: not at all.
  public var throttle: ThrottleRules?

  /// What becomes of passwords that are stored by a weak scheme.
  public var weakSchemes: WeakSchemes

  /// A snapshot.
  public init(
    directories: [Entry], sockets: [Socket], defaultDomain: String? = nil,
    defaultOptions: [UInt8]? = nil, enumerateTimeout: Duration = .seconds(600),
    verifiedLoginMemory: Duration? = nil, weakSchemes: WeakSchemes = .accept, throttle: ThrottleRules? = nil
  ) {
    self.weakSchemes = weakSchemes
    self.directories = directories
    self.sockets = sockets
    self.defaultDomain = defaultDomain
    self.defaultOptions = defaultOptions
    self.enumerateTimeout = enumerateTimeout
    self.verifiedLoginMemory = verifiedLoginMemory
    self.throttle = throttle
  }

  /// A snapshot with one socket.
  public init(
    directories: [Entry], policy: PeerPolicy = PeerPolicy(rules: []), defaultDomain: String? = nil,
    defaultOptions: [UInt8]? = nil, enumerateTimeout: Duration = .seconds(600),
    verifiedLoginMemory: Duration? = nil, throttle: ThrottleRules? = nil
  ) {
    self.init(
      directories: directories, sockets: [Socket(path: "", policy: policy, hasOwnRules: false)],
      defaultDomain: defaultDomain, defaultOptions: defaultOptions, enumerateTimeout: enumerateTimeout,
      verifiedLoginMemory: verifiedLoginMemory, throttle: throttle)
  }
}
