internal import Accounts
internal import ArgumentParser
internal import Broker
internal import CLinux
internal import Configuration
internal import Glibc
internal import Logging
internal import Passwords
internal import ServiceLifecycle
internal import SocketServer
internal import Telemetry
internal import Threads
internal import UnixSignals

/// The daemon from start to end. What runs per request has threads of its own; this is the control plane.
struct Daemon {
  /// How long requests that were accepted may take to finish after SIGTERM.
  static let stopGrace: Duration = .seconds(5)

  /// Heaps that all threads share. Threads that come and go with reloads and lists would leave what they freed in as many as sixteen.
  private static let heaps: Int32 = 2

  let settings: Settings
  let configPath: String

  func run() async throws {
    gatepost_limit_heaps(Self.heaps)
    // A log reader or client that goes away must show as an error of write(2), not end the process.
    signal(SIGPIPE, SIG_IGN)
    // Before the first client can connect: a signal that comes during the start is kept until there is somebody to act on it.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let manager = ServiceManager(
      environment: environment("NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_FDS", "WATCHDOG_USEC", "WATCHDOG_PID"),
      processID: getpid())
    let style = StandardErrorLog.style(journalStream: getenv("JOURNAL_STREAM").map { String(cString: $0) })
    let writer = try LogWriter(descriptor: 2, lostLine: StandardErrorLog.lostLine(style: style))
    let lines = StandardErrorLog(style: style, level: Logger.Level(settings.logLevel), writer: writer)
    let logger = Logger(label: "gatepost") { _ in lines }
    defer { writer.flush() }

    let rights = confinement(logger)
    let inherited = try orExit(logger, writer) { try Assembly.inherited(manager) }
    let unbound = Assembly.unbound(settings, besides: inherited)
    let sockets = (inherited.map(\.path) + unbound.map(\.socket)).map { path in
      (path: path, start: Assembly.configured(path, settings))
    }
    let brokerSettings = try Assembly.brokerSettings(settings, sockets: sockets, logger: logger)
    try inspect(brokerSettings, logger)
    for entry in brokerSettings.directories { entry.directory.prepare() }
    let threads = settings.limits.hashThreads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let pool = try HashPool(
      threads: threads, queueCapacity: settings.limits.hashQueue, memory: settings.limits.hashMemory,
      rights: rights ? .computing : nil)
    // The soft limit is a courtesy to programs that use select(2).
    var descriptors: UInt64 = 0
    _ = gatepost_raise_descriptor_limit(&descriptors)
    let limits = Assembly.serverLimits(settings.limits, descriptors: Int(clamping: descriptors))
    let requestLog = RequestLog(logger: logger, lines: lines, ownProcess: getpid(), apart: rights)
    let broker = try Broker(
      settings: brokerSettings, pool: pool, enumerations: settings.limits.enumerations,
      holds: max(1, limits.connections / 2), report: { Self.log($0, logger) },
      rehashed: { logger.log(level: $0.level, "\($0.line)") }
    ) { requestLog.write($0) }
    let stateFile = (settings.stateFolder ?? ControlDesk.folder("STATE_DIRECTORY")).map {
      StateFile(folder: $0, broker: broker, logger: logger)
    }
    stateFile?.load()

    let control = try orExit(logger, writer) { try ControlDesk(broker: broker, logger: logger).open(settings.control) }
    let listeners = try orExit(logger, writer) {
      do {
        return inherited + (try unbound.map(Assembly.bind))
      } catch {
        control?.stop()
        throw error
      }
    }
    let paths = listeners.map(\.path)
    let server = try SocketServer(
      listeners: listeners, limits: limits, rights: rights ? .servingFiles : nil,
      report: { Self.log($0, connections: limits.connections, logger) },
      beginTurn: { broker.beginTurn() }
    ) { exchange, request in
      broker.handle(request, from: exchange)
    }
    try server.start()
    try stateFile?.start()

    let status =
      "serving \(paths.joined(separator: ", ")) from "
      + settings.directories.map { "\($0.name) (\($0.backEnd.type))" }.joined(separator: ", ")
    logger.notice("gatepost \(Gatepost.version) \(status)")
    for warning in sockets.compactMap({ SocketExposure(path: $0.path, $0.start, settings)?.warning }) {
      logger.warning("\(warning)")
    }
    for socket in sockets where socket.start == nil && !settings.listensByDefault {
      logger.warning("\(socket.path) was handed over and has no [[listen]]: only the [[peer]] rules count there")
    }
    let stopper = Stopper(
      server: server, control: control, broker: broker, pool: pool, stateFile: stateFile, manager: manager,
      logger: logger)
    let reloader = Reloader(
      configPath: configPath, running: settings, sockets: sockets, broker: broker, manager: manager, logger: logger,
      status: status)
    let watchdog = Watchdog(socket: paths.first, manager: manager, logger: logger)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [watchdog, stopper], logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    StartMemory.giveBack()
    // Behind that: what is locked cannot be given back.
    ProcessMemory.lock(logger)
    manager.ready(status: status)
    // Reloads have a thread of their own, one at a time: looking at a database that hangs takes seconds, and SIGTERM must not wait for
    // that. A SIGHUP that comes while another one waits its turn is the same request.
    let reloads = BoundedQueue<Void>(capacity: 1)
    _ = try Worker(name: "reload") {
      while reloads.pop() != nil { reloader.reload() }
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask {
        for await signal in signals {
          if signal == .sighup { reloads.push(()) } else { await group.triggerGracefulShutdown() }
        }
      }
      tasks.addTask {
        while true {
          try await Task.sleep(for: Broker.tidyInterval)
          broker.tidy()
        }
      }
      tasks.addTask {
        while true {
          try await Task.sleep(for: RequestLog.reportInterval)
          requestLog.reportLeftOut()
        }
      }
      // The services end when they were told to; the others never do.
      try await tasks.next()
      tasks.cancelAll()
    }
    reloads.close()
    requestLog.finish()
    logger.notice("stopped")
  }

  /// Without a socket there is nothing to serve.
  private func orExit<Result>(_ logger: Logger, _ writer: LogWriter, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      logger.critical("\(error)")
      writer.flush()
      throw ExitCode.configuration
    }
  }

  /// Whether the threads that read requests and compute hashes can be kept from everything else.
  private func confinement(_ logger: Logger) -> Bool {
    guard let obstacle = ThreadRights.obstacle else { return true }
    logger.notice("threads are not confined: \(obstacle)")
    return false
  }

  /// Looks at every directory before clients are served: what the configuration has wrong stops the start, what is merely away
  /// does not.
  private func inspect(_ brokerSettings: BrokerSettings, _ logger: Logger) throws {
    var isWrong = false
    for entry in brokerSettings.directories {
      let findings = entry.directory.inspect()
      if InspectionLog.write(findings, of: entry.directory.name, wrong: .critical, logger) { isWrong = true }
    }
    if isWrong {
      logger.critical("not started: gatepost check --connect --config \(configPath) shows the same")
      throw ExitCode.configuration
    }
  }

  private static func log(_ event: SocketServer.Event, connections: Int, _ logger: Logger) {
    switch event {
    case .descriptorsExhausted:
      logger.error(
        "out of file descriptors, with room for \(connections) connections: closing idle ones; raise LimitNOFILE= or lower [limits] connections"
      )
    case .houseFull:
      logger.warning(
        "all connections in use: closing idle ones; [limits] connections says how many there may be")
    }
  }

  private static func log(_ event: ThrottleEvent, _ logger: Logger) {
    switch event {
    case .manyFailures(let account):
      var field: [UInt8] = []
      LogText.appendField("account", account, to: &field)
      logger.warning(
        "throttle: \(String(decoding: field, as: UTF8.self)) had 100 failed logins in a row: slowed to the maximum for a day, or until gatepost forgive"
      )
    }
  }

  private func environment(_ names: String...) -> [String: String] {
    var found: [String: String] = [:]
    for name in names {
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
  }
}
