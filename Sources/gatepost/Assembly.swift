internal import Accounts
internal import Broker
internal import Configuration
internal import Glibc
internal import Logging
internal import SocketServer

/// Makes the parts of the daemon from settings: the one place that knows how the modules' types meet.
enum Assembly {
  /// Opens every directory; none is connected to.
  /// - Parameter sockets: the paths that are listened on, in the server's order, and the `[[listen]]` that each was started with.
  static func brokerSettings(
    _ settings: Settings, sockets: [(path: String, start: ListenerSettings?)], logger: Logger
  ) throws -> BrokerSettings {
    let entries = try settings.directories.map { directory -> BrokerSettings.Entry in
      let parameters = directory.parameters { event in
        logger.log(level: Logger.Level(event.level), "directory \(directory.name): \(event.text)")
      }
      let names = [directory.name, directory.backEnd.type] + directory.backEnd.aliases
      return BrokerSettings.Entry(
        directory: try directory.backEnd.open(parameters), modules: Set(names.map { Array($0.utf8) }),
        bareScheme: directory.bareScheme, rehashTo: directory.rehashTo)
    }
    return BrokerSettings(
      directories: entries, sockets: sockets.map { socket($0.path, start: $0.start, settings) },
      defaultDomain: settings.defaultDomain,
      defaultOptions: settings.defaultOptions.map { Array($0.utf8) },
      enumerateTimeout: settings.limits.enumerateTimeout, verifiedLoginMemory: settings.verifiedLoginMemory,
      weakSchemes: settings.weakSchemes, throttle: throttle(settings.throttle))
  }

  private static func throttle(_ settings: ThrottleSettings) -> ThrottleRules? {
    guard settings.isEnabled else { return nil }
    return ThrottleRules(maxDelay: settings.maxDelay, exempt: settings.exempt ?? ThrottleRules.standardExempt)
  }

  /// - Parameter descriptors: how many the process may have open.
  static func serverLimits(_ limits: LimitSettings, descriptors: Int) -> ServerLimits {
    var server = ServerLimits(connections: limits.connections, descriptors: descriptors)
    server.requestTimeout = limits.requestTimeout
    server.answerTimeout = limits.answerTimeout
    return server
  }

  /// Takes the sockets that the service manager handed over.
  static func inherited(_ manager: ServiceManager) throws -> [Listener] {
    try manager.inheritedDescriptors.map { try Listener.inherit($0) }
  }

  /// What has to be bound besides: what is configured and was not handed over. Nothing, if sockets were handed over and none are
  /// configured.
  static func unbound(_ settings: Settings, besides inherited: [Listener]) -> [ListenerSettings] {
    if settings.listensByDefault && !inherited.isEmpty { return [] }
    let taken = Set(inherited.map { ListenerSettings.normalised($0.path) })
    return settings.listeners.filter { !taken.contains(ListenerSettings.normalised($0.socket)) }
  }

  /// Binds a socket.
  static func bind(_ socket: ListenerSettings) throws -> Listener {
    try Listener.bind(
      path: socket.socket, mode: socket.mode, owner: socket.owner.flatMap(userID),
      group: socket.group.flatMap(groupID))
  }

  /// The `[[listen]]` of the socket at `path`; nil when there is none, as for one that was handed over.
  static func configured(_ path: String, _ settings: Settings) -> ListenerSettings? {
    if settings.listensByDefault { return nil }
    let path = ListenerSettings.normalised(path)
    return settings.listeners.first { ListenerSettings.normalised($0.socket) == path }
  }

  /// Who may ask what through the socket at `path`. One that a reload does not name any more is open until the end of the process,
  /// with the bound and the rules of its own that it was `start`ed with: nobody gets more.
  private static func socket(_ path: String, start: ListenerSettings?, _ settings: Settings) -> BrokerSettings.Socket {
    let listener = configured(path, settings) ?? start
    let own = listener?.peers ?? []
    let rules = own.isEmpty ? settings.peers : own
    return BrokerSettings.Socket(
      path: path,
      policy: PeerPolicy(
        rules: rules.map(rule), bound: listener.map { permissions($0.allow) } ?? Set(PeerPolicy.Permission.allCases)),
      hasOwnRules: !own.isEmpty)
  }

  private static func rule(_ peer: PeerRule) -> PeerPolicy.Rule {
    PeerPolicy.Rule(
      // A name that the reader found and that is gone by now matches nobody.
      userID: peer.uid ?? peer.user.map { userID($0) ?? UInt32.max },
      groupID: peer.group.map { groupID($0) ?? UInt32.max }, allow: permissions(peer.allow), secrets: peer.secrets)
  }

  private static func permissions(_ verbs: Set<AllowedVerb>) -> Set<PeerPolicy.Permission> {
    Set(verbs.compactMap { PeerPolicy.Permission(rawValue: $0.rawValue) })
  }

  private static func userID(_ name: String) -> UInt32? {
    if case .known(let id) = SystemFacts.current.user(name) { return id }
    return nil
  }

  private static func groupID(_ name: String) -> UInt32? {
    if case .known(let id) = SystemFacts.current.group(name) { return id }
    return nil
  }
}

extension Logger.Level {
  init(_ level: DirectoryEvent.Level) {
    switch level {
    case .info: self = .info
    case .notice: self = .notice
    case .warning: self = .warning
    case .error: self = .error
    }
  }

  init(_ level: LogLevel) {
    switch level {
    case .debug: self = .debug
    case .info: self = .info
    case .notice: self = .notice
    case .warning: self = .warning
    case .error: self = .error
    }
  }
}
