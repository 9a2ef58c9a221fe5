internal import Accounts
internal import Broker
internal import Configuration
internal import Glibc
internal import Logging
internal import SocketServer

/// Makes the parts of the daemon from settings: the one place that knows how the modules' types meet.
enum Assembly {
  /// Opens every directory; none is connected to.
  static func brokerSettings(_ settings: Settings, logger: Logger) throws -> BrokerSettings {
    let entries = try settings.directories.map { directory -> BrokerSettings.Entry in
      let parameters = directory.parameters { event in
        logger.log(level: Logger.Level(event.level), "directory \(directory.name): \(event.text)")
      }
      let names = [directory.name, directory.backEnd.type] + directory.backEnd.aliases
      return BrokerSettings.Entry(
        directory: try directory.backEnd.open(parameters), modules: Set(names.map { Array($0.utf8) }))
    }
    return BrokerSettings(
      directories: entries, policy: PeerPolicy(rules: settings.peers.map(rule)), defaultDomain: settings.defaultDomain,
      defaultOptions: settings.defaultOptions.map { Array($0.utf8) },
      enumerateTimeout: settings.limits.enumerateTimeout, verifiedLoginMemory: settings.verifiedLoginMemory)
  }

  /// - Parameter descriptors: how many the process may have open.
  static func serverLimits(_ limits: LimitSettings, descriptors: Int) -> ServerLimits {
    var server = ServerLimits(connections: limits.connections, descriptors: descriptors)
    server.requestTimeout = limits.requestTimeout
    server.answerTimeout = limits.answerTimeout
    return server
  }

  /// Takes the sockets that were handed over, and binds those that are configured and not among them.
  static func listeners(_ settings: Settings, _ manager: ServiceManager) throws -> [Listener] {
    var listeners: [Listener] = []
    for descriptor in manager.inheritedDescriptors { listeners.append(try Listener.inherit(descriptor)) }
    if settings.listensByDefault && !listeners.isEmpty { return listeners }
    let inherited = Set(listeners.map(\.path))
    for socket in settings.listeners where !inherited.contains(socket.socket) {
      listeners.append(
        try Listener.bind(
          path: socket.socket, mode: socket.mode, owner: socket.owner.flatMap(userID),
          group: socket.group.flatMap(groupID)))
    }
    return listeners
  }

  private static func rule(_ peer: PeerRule) -> PeerPolicy.Rule {
    PeerPolicy.Rule(
      // A name that the reader found and that is gone by now matches nobody.
      userID: peer.uid ?? peer.user.map { userID($0) ?? UInt32.max },
      groupID: peer.group.map { groupID($0) ?? UInt32.max },
      groupMembers: peer.group.map(groupMembers) ?? [],
      allow: Set(peer.allow.compactMap { PeerPolicy.Permission(rawValue: $0.rawValue) }),
      secrets: peer.secrets)
  }

  private static func userID(_ name: String) -> UInt32? {
    if case .known(let id) = SystemFacts.current.user(name) { return id }
    return nil
  }

  private static func groupID(_ name: String) -> UInt32? {
    if case .known(let id) = SystemFacts.current.group(name) { return id }
    return nil
  }

  /// The users whom the group database lists as members.
  private static func groupMembers(_ name: String) -> Set<UInt32> {
    var room = 4096
    while room <= 1 << 20 {
      var entry = group()
      var found: UnsafeMutablePointer<group>?
      var buffer = [CChar](repeating: 0, count: room)
      let names = buffer.withUnsafeMutableBufferPointer { buffer -> [String]? in
        guard getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found) != ERANGE else { return nil }
        var names: [String] = []
        var member = found?.pointee.gr_mem
        while let name = member?.pointee {
          names.append(String(cString: name))
          member = member?.successor()
        }
        return names
      }
      if let names { return Set(names.compactMap(userID)) }
      room *= 4
    }
    return []
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
