internal import Foundation

/// Stands between libpq and a PostgreSQL server and does wrong what a network and a dying server do wrong. Listens on a
/// port of 127.0.0.1, where a reset is a real one; reaches the server by its Unix socket. One thread of its own.
public final class FaultProxy: @unchecked Sendable {
  // Unchecked: everything that changes is reached under `lock` only; the links belong to the thread.

  /// The port on 127.0.0.1.
  public let port: UInt16
  private let upstreamPath: String
  private let lock = NSLock()
  private let ended = DispatchSemaphore(value: 0)
  private let wakeUp: (reader: Int32, writer: Int32)
  private var standing: Fault?
  private var once: [Fault] = []
  private var plan: (kinds: [Fault.Kind], random: SeededGenerator)?
  private var isCutting = false
  private var isEnding = false
  private var counts: [Fault.Kind: Int] = [:]
  private var arrivals: [ContinuousClock.Instant] = []
  // The thread's own.
  private var listener: Int32
  private var links: [FaultLink] = []

  /// Starts to listen.
  /// - Parameter upstreamPath: the server's socket, such as `/run/postgresql/.s.PGSQL.5432`.
  public init(to upstreamPath: String) throws {
    self.upstreamPath = upstreamPath
    port = try freePort()
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
    wakeUp = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    listener = Self.listen(port)
    guard listener >= 0 else { throw ServerTrouble("cannot listen on port \(port)") }
    let thread = Thread { [self] in run() }
    thread.start()
  }

  /// In front of `server`.
  public convenience init(_ server: PostgreSQLServer) throws {
    try self.init(to: "\(server.socketFolder)/.s.PGSQL.\(server.port)")
  }

  /// A libpq connection string.
  public func conninfo(database: String = "postgres", user: String = "postgres") -> String {
    "host=127.0.0.1 port=\(port) dbname=\(database) user=\(user) sslmode=disable gssencmode=disable"
  }

  // MARK: - Commands

  /// From now on every connection, also those that exist, suffers `fault`; nil: none does.
  public func set(_ fault: Fault?) { command { $0.standing = fault } }

  /// The next connections suffer these, one each.
  public func inject(_ faults: [Fault]) { command { $0.once += faults } }

  /// From now on every new connection suffers a fault by chance, and one that gets over it another. Those that exist are
  /// reset.
  public func play(_ kinds: [Fault.Kind], seed: UInt64) {
    command {
      $0.plan = (kinds, SeededGenerator(seed: seed))
      $0.isCutting = true
    }
  }

  /// Ends the plan; resets all connections.
  public func heal() {
    command {
      $0.plan = nil
      $0.standing = nil
      $0.once = []
      $0.isCutting = true
    }
  }

  /// How many faults of each kind have been felt so far.
  public var injected: [Fault.Kind: Int] { lock.withLock { counts } }
  /// When connections came.
  public var connections: [ContinuousClock.Instant] { lock.withLock { arrivals } }

  /// Ends the thread and all connections.
  public func stop() {
    command { $0.isEnding = true }
    ended.wait()
  }

  // Not at the thread's end: somebody may be waking it at that moment.
  deinit {
    close(wakeUp.reader)
    close(wakeUp.writer)
  }

  private func command(_ change: (FaultProxy) -> Void) {
    lock.withLock { change(self) }
    var byte: UInt8 = 1
    _ = write(wakeUp.writer, &byte, 1)
  }

  // MARK: - The thread

  private func run() {
    var last: Fault?
    while true {
      let (fault, cut, end) = lock.withLock { () -> (Fault?, Bool, Bool) in
        defer { isCutting = false }
        return (standing, isCutting, isEnding)
      }
      if end { break }
      if cut {
        for link in links { link.reset() }
        links.removeAll()
      }
      if fault != last {
        last = fault
        take(fault)
      }
      step()
    }
    for link in links { link.reset() }
    if listener >= 0 { close(listener) }
    ended.signal()
  }

  /// A standing fault begins or ends.
  private func take(_ fault: Fault?) {
    if fault?.kind == .refuse {
      for link in links {
        link.reset()
        count(.refuse)
      }
      links.removeAll()
      if listener >= 0 { close(listener) }
      listener = -1
      return
    }
    if listener < 0 { listener = Self.listen(port) }
    for link in links {
      link.suffer(fault)
      if fault?.kind == .silence { count(.silence) }
    }
    links.removeAll { $0.isOver }
  }

  private func step() {
    var entries = [pollfd(fd: wakeUp.reader, events: Int16(POLLIN), revents: 0)]
    entries.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
    var timeout: Int32 = 1_000
    for link in links {
      let (client, server, wait) = link.interest
      // poll() reports an end that has hung up even to who asks for nothing.
      entries.append(pollfd(fd: client == 0 ? -1 : link.client, events: client, revents: 0))
      entries.append(pollfd(fd: server == 0 ? -1 : link.server, events: server, revents: 0))
      timeout = min(timeout, wait)
    }
    guard poll(&entries, nfds_t(entries.count), timeout) >= 0 else { return }
    if entries[0].revents != 0 {
      var bytes = [UInt8](repeating: 0, count: 64)
      while read(wakeUp.reader, &bytes, bytes.count) > 0 {}
    }
    for (index, link) in links.enumerated() {
      link.move(client: entries[2 + 2 * index].revents, server: entries[3 + 2 * index].revents) { self.count($0) }
    }
    links.removeAll { $0.isOver }
    for link in links where link.isSpent {
      lock.withLock {
        guard var plan else { return }
        let fault = Fault.random(of: plan.kinds, using: &plan.random)
        self.plan = plan
        // Those that concern a new connection only are felt at once.
        if fault.kind == .refuse || fault.kind == .silence { counts[fault.kind, default: 0] += 1 }
        if fault.kind == .refuse { link.reset() } else { link.suffer(fault) }
      }
    }
    if entries[1].revents & Int16(POLLIN) != 0 { accept() }
  }

  private func accept() {
    let client = Foundation.accept(listener, nil, nil)
    guard client >= 0 else { return }
    let fault = lock.withLock { () -> Fault? in
      arrivals.append(.now)
      if let standing { return standing }
      if !once.isEmpty { return once.removeFirst() }
      guard var plan else { return nil }
      defer { self.plan = plan }
      return Fault.random(of: plan.kinds, using: &plan.random)
    }
    let link = FaultLink(client: client)
    if fault?.kind == .refuse || (fault?.kind != .silence && !link.connect(upstreamPath)) {
      if fault?.kind == .refuse { count(.refuse) }
      link.reset()
      return
    }
    if fault?.kind == .silence { count(.silence) }
    if fault != nil { link.suffer(fault, isNew: true) }
    links.append(link)
  }

  private func count(_ kind: Fault.Kind) { lock.withLock { counts[kind, default: 0] += 1 } }

  /// Once more where a process that is being started still holds what was closed a moment ago.
  private static func listen(_ port: UInt16) -> Int32 {
    var descriptor: Int32 = -1
    _ = eventually(within: 5) {
      descriptor = tryToListen(port)
      return descriptor >= 0
    }
    return descriptor
  }

  private static func tryToListen(_ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let bound = withUnsafePointer(to: loopbackAddress(port: port)) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Foundation.listen(descriptor, 128) == 0 else {
      close(descriptor)
      return -1
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    return descriptor
  }
}
