public import Accounts

/// Everything the broker's answers depend on: one immutable snapshot, replaced as a whole on reload.
public struct BrokerSettings: Sendable {
  /// One directory, and the names PRE may call it by.
  public struct Entry: Sendable {
    /// Where to ask.
    public let directory: any AccountDirectory
    /// `name` of the configuration, and courier's module name (`authsqlite`, …).
    public let modules: Set<[UInt8]>

    /// A directory that answers to `modules`.
    public init(directory: any AccountDirectory, modules: Set<[UInt8]>) {
      self.directory = directory
      self.modules = modules
    }
  }

  /// In the order in which they are asked.
  public var directories: [Entry]
  /// Who may ask what.
  public var policy: PeerPolicy
  /// Added to a login name without `@`.
  public var defaultDomain: String?
  /// courier's DEFAULTOPTIONS.
  public var defaultOptions: [UInt8]?
  /// How long one ENUMERATE may take.
  public var enumerateTimeout: Duration
  /// How long a password that was verified is accepted without another hash; nil: each is hashed each time.
  public var verifiedLoginMemory: Duration?

  /// A snapshot.
  public init(
    directories: [Entry], policy: PeerPolicy = PeerPolicy(rules: []), defaultDomain: String? = nil,
    defaultOptions: [UInt8]? = nil, enumerateTimeout: Duration = .seconds(600),
    verifiedLoginMemory: Duration? = nil
  ) {
    self.directories = directories
    self.policy = policy
    self.defaultDomain = defaultDomain
    self.defaultOptions = defaultOptions
    self.enumerateTimeout = enumerateTimeout
    self.verifiedLoginMemory = verifiedLoginMemory
  }
}
