public import Accounts

/// A configuration file, checked: everything the daemon is told.
public struct Settings: Sendable {
  /// Added to a login name without `@`; nil adds nothing.
  public var defaultDomain: String?
  /// `name=value` pairs joined by commas, for options that an account does not set itself.
  public var defaultOptions: String?
  /// How long a password that was verified is accepted without another hash; nil: each is hashed each time.
  public var verifiedLoginMemory: Duration? = .seconds(120)
  /// What becomes of logins whose password is stored by a weak scheme.
  public var weakSchemes = WeakSchemes.accept
  /// What is logged.
  public var logLevel: LogLevel = .info
  /// Where to listen; `ListenerSettings.standard` when the file names no socket.
  public var listeners: [ListenerSettings] = []
  /// Whether the file has no `[[listen]]`: sockets handed over by systemd then stand instead of the standard one.
  public var listensByDefault = false
  /// Where accounts are looked for, in this order; at least one.
  public var directories: [DirectorySettings] = []
  /// Who may ask what, at sockets without rules of their own; empty: whoever can open the socket may use every verb, and secrets are withheld.
  public var peers: [PeerRule] = []
  /// The bounds.
  public var limits = LimitSettings()
  /// How logins are slowed after wrong passwords.
  public var throttle = ThrottleSettings()
  /// Where the administrator talks to the daemon.
  public var control = ControlSettings()
  /// The folder of what is kept over a restart; nil leaves it to systemd's `StateDirectory=`.
  public var stateFolder: String?
}

/// The least urgent messages that are logged.
public enum LogLevel: String, Sendable, CaseIterable {
  /// Everything.
  case debug
  /// A line for each request, and what follows.
  case info
  /// Start, stop, reload, and what follows.
  case notice
  /// What should be looked at, and what follows.
  case warning
  /// What keeps requests from being answered.
  case error
}
