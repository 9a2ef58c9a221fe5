internal import AuthdaemonWire
internal import CLinux
internal import Glibc
internal import Threads

/// What runs on the server's thread. Unchecked: `run` is called once, and everything mutable is touched by that thread alone; what
/// other threads need is in `Exchange` and `Mailbox`.
final class ServerLoop: @unchecked Sendable {
  private static let listenerBit: UInt64 = 1 << 63
  static let wakeToken: UInt64 = .max
  /// Turns of accepting that empty even the deepest queue of the kernel at the end.
  private static let lastTurns = Int(ServerLimits.backlog) / ServerLimits.acceptsPerTurn + 1

  private let limits: ServerLimits
  private let mailbox: Mailbox
  private let report: @Sendable (SocketServer.Event) -> Void
  private let beginTurn: SocketServer.TurnBeginning
  private let handler: SocketServer.Handler
  private let stopRequested: @Sendable () -> Duration?
  private let closer: Closer
  private let epoll: Epoll
  private let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: ServerLimits.receiveBytes, alignment: 16)

  private var listeners: [Listener]
  private var nextSweep = Instant.now
  private var end: Instant?
  private var lastReports: [SocketServer.Event: Instant] = [:]

  // What each request needs. The compiler cannot see that one thread touches it, so that it would have each access noted, and looked
  // for among those under way: a thirtieth of what a request costs. That none overlaps is checked in debug builds, and so by the tests.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var connections: ConnectionTable
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var young = YoungExchanges()
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var vigil = Vigil(ServerLimits.vigil)
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var acceptPending: Set<Int> = []
  /// While a turn lasts.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var turn: Turn?
  /// Whether look-ups are this thread's work too, so that it is the one that others wait for.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var answersItself = false
  /// Of connections whose clients have gone.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var closing: [Closer.Ended] = []
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var isOutOfDescriptors = false

  init(
    listeners: [Listener], limits: ServerLimits, mailbox: Mailbox, closer: Closer,
    report: @escaping @Sendable (SocketServer.Event) -> Void, beginTurn: @escaping SocketServer.TurnBeginning,
    handler: @escaping SocketServer.Handler,
    stopRequested: @escaping @Sendable () -> Duration?
  ) throws(SystemError) {
    self.listeners = listeners
    self.limits = limits
    self.mailbox = mailbox
    self.closer = closer
    self.report = report
    self.beginTurn = beginTurn
    self.handler = handler
    self.stopRequested = stopRequested
    connections = ConnectionTable(capacity: max(1, limits.connections))
    epoll = try Epoll()
    _ = epoll.add(mailbox.descriptor, Epoll.readable, token: Self.wakeToken)
  }

  deinit { receiveBuffer.deallocate() }

  func run() {
    for (index, listener) in listeners.enumerated() {
      _ = epoll.add(listener.descriptor, Epoll.readable, token: Self.listenerBit | UInt64(index))
      acceptPending.insert(index)
    }
    while true {
      if end == nil, let grace = stopRequested() { beginToStop(grace) }
      if let end, connections.count == 0 || .now >= end { break }
      acceptWaiting()
      endTurn()
      for index in 0..<wait() {
        let (token, happened) = epoll[index]
        if token == Self.wakeToken {
          for token in mailbox.collect() where token != Self.wakeToken { attend(token) }
        } else if token & Self.listenerBit != 0 {
          acceptPending.insert(Int(truncatingIfNeeded: token & ~Self.listenerBit))
        } else {
          handle(token, happened)
        }
      }
      endTurn()
      let now = Instant.now
      lookAfterYoung(now)
      // While nobody is here, there is no better time; and where other threads are behind, this one had better do it than wake another.
      if closing.count >= Closer.fewest || connections.count == 0 || !answersItself { closeWaiting() }
      if now >= nextSweep { sweep(now) }
    }
    closeEverything()
  }

  /// How long to wait for events, in milliseconds: not at all while more clients can be accepted, otherwise until the next look at
  /// those that are not watched, or the next sweep.
  private var patience: Int32 {
    if !acceptPending.isEmpty && !connections.isFull && !isOutOfDescriptors { return 0 }
    if connections.count == 0 && end == nil && acceptPending.isEmpty { return -1 }
    if young.first != nil { return Int32(ServerLimits.watchDelay.components.attoseconds / 1_000_000_000_000_000) }
    return Int32(ServerLimits.sweepInterval.components.attoseconds / 1_000_000_000_000_000)
  }

  /// - Returns: how many events have come.
  private func wait() -> Int {
    let patience = patience
    if patience == 0 { return epoll.wait(0, vigil: nil) }
    let isAlone = connections.count <= 1
    let began = Instant.now
    let count = epoll.wait(patience, vigil: isAlone && vigil.isDue ? vigil : nil)
    vigil.waited(.now - began, isAlone: isAlone)
    return count
  }

  // MARK: Accepting

  private func acceptWaiting() {
    for index in listeners.indices where acceptPending.contains(index) {
      var room = ServerLimits.acceptsPerTurn
      while room > 0 {
        room -= 1
        if connections.isFull && !makeRoom() { return }
        let descriptor = gatepost_accept(listeners[index].descriptor)
        if descriptor >= 0 {
          isOutOfDescriptors = false
          admit(descriptor, from: index)
          continue
        }
        switch errno {
        case EINTR, ECONNABORTED: continue
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
          tell(.descriptorsExhausted)
          isOutOfDescriptors = true
          guard let idle = findIdle() else { return }
          close(idle)
        default:
          acceptPending.remove(index)
          room = 0
        }
      }
    }
  }

  private func makeRoom() -> Bool {
    lookAfterYoung(.now)
    guard connections.isFull else { return true }
    guard let idle = findIdle() else { return false }
    tell(limits.isCutByDescriptors ? .descriptorsExhausted : .houseFull)
    close(idle)
    return true
  }

  /// Who loses nothing, or least, by being closed for a new client: one that has its whole answer and does not go, otherwise the one
  /// that has been silent longest. Never one whose answer is still to come.
  private func findIdle() -> UInt64? {
    func lingers(_ exchange: Exchange) -> Bool {
      exchange.state.withLock { $0.phase == .answered && $0.unsent.isEmpty }
    }
    let oldest = connections.oldestReading
    let steps = oldest == nil ? connections.count : ServerLimits.lingererSteps
    return connections.findHandedOver(steps: steps, lingers) ?? oldest
  }

  private func tell(_ event: SocketServer.Event) {
    let now = Instant.now
    if let last = lastReports[event], now - last < ServerLimits.reportInterval { return }
    lastReports[event] = now
    report(event)
  }

  private func admit(_ descriptor: Int32, from listener: Int) {
    guard let token = connections.nextToken, let peer = try? PeerCredentials(of: descriptor) else {
      Glibc.close(descriptor)
      return
    }
    let now = Instant.now
    let exchange = Exchange(
      descriptor: descriptor, peer: peer, listener: listener, token: token, accepted: now, mailbox: mailbox)
    connections.insert(
      ConnectionTable.Entry(exchange: exchange, accepted: now, deadline: now + limits.requestTimeout))
    // Most clients have sent everything by now: one recv and the request is on its way, before epoll hears of it.
    receive(token, descriptor)
    // Closed already, if it came broken: the number may be another descriptor's by now.
    guard let isHandedOver = connections.with(token, { $0.isHandedOver }) else { return }
    if isHandedOver { young.append(token, since: now) } else { watch(token, Epoll.readable | Epoll.peerStoppedSending) }
  }

  /// Has epoll(7) report on a connection, or on more of it.
  private func watch(_ token: UInt64, _ interest: UInt32) {
    guard let (exchange, isWatched) = connections.with(token, { ($0.exchange, $0.isWatched) }) else { return }
    let isTaken =
      isWatched
      ? epoll.change(exchange.descriptor, interest, token: token)
      : epoll.add(exchange.descriptor, interest, token: token)
    if isTaken {
      connections.with(token) { $0.isWatched = true }
    } else if exchange.state.withLock({ $0.phase == .reading || $0.phase == .answered }) {
      // The kernel has no memory for it: nothing more would be heard of this client.
      close(token)
    } else {
      exchange.state.withLock { $0.peerGone = true }
    }
  }

  /// Closes those that have their answer and have gone, and has epoll(7) watch those that have not for a while. In the order in which
  /// they came, and no further than the first that is neither: a turn costs no more than what it gets done.
  private func lookAfterYoung(_ now: Instant) {
    while let (token, since) = young.first {
      guard let (exchange, isWatched) = connections.with(token, { ($0.exchange, $0.isWatched) }), !isWatched else {
        young.removeFirst()
        continue
      }
      if hasGone(exchange) {
        young.removeFirst()
        close(token)
        continue
      }
      guard now - since >= ServerLimits.watchDelay else { return }
      young.removeFirst()
      watch(token, Epoll.readable | Epoll.peerStoppedSending)
    }
  }

  /// Whether a client that has its whole answer has closed, or said that it sends no more.
  private func hasGone(_ exchange: Exchange) -> Bool {
    exchange.state.withLock { state in
      guard state.phase == .answered, state.unsent.isEmpty else { return false }
      if state.peerGone { return true }
      if LateBytes.discard(from: exchange.descriptor) { return false }
      state.peerGone = true
      state.isDrained = true
      return true
    }
  }

  // MARK: Events

  private func handle(_ token: UInt64, _ happened: UInt32) {
    guard let (exchange, handedOver) = connections.with(token, { ($0.exchange, $0.isHandedOver) }) else { return }
    if happened & Epoll.readable != 0 && !handedOver { receive(token, exchange.descriptor) }
    guard happened & (Epoll.hangUp | Epoll.peerStoppedSending | Epoll.writable) != 0 else { return }
    if happened & Epoll.hangUp != 0 {
      let over = exchange.state.withLock { state -> Bool in
        // After our own shutdown, a client that stopped sending looks like one that closed: both mean "done" then.
        state.peerGone = true
        return state.phase == .answered || state.phase == .reading
      }
      if over { close(token) }
    } else if happened & Epoll.peerStoppedSending != 0 {
      exchange.state.withLock { $0.peerStoppedSending = true }
      attend(token)
    } else {
      attend(token)
    }
  }

  private func receive(_ token: UInt64, _ descriptor: Int32) {
    while true {
      let count = recv(descriptor, receiveBuffer.baseAddress, receiveBuffer.count, 0)
      if count < 0 {
        if errno == EINTR { continue }
        if errno != EAGAIN { close(token) }
        return
      }
      let bytes = UnsafeRawBufferPointer(rebasing: receiveBuffer[..<count])
      let parsed = connections.with(token) { entry -> ParsedRequest? in
        if count == 0 { return entry.parser.end() }
        if case .done(let request) = entry.parser.feed(bytes) { return request }
        return nil
      }
      if count > 0, let base = receiveBuffer.baseAddress { gatepost_wipe(base, count) }
      if case .some(.some(let request)) = parsed {
        handOver(token, request)
        return
      }
      // A short read is no proof that nothing is left: a read ends early where another process wrote on, or a descriptor was
      // passed along. Only EAGAIN makes sure of the next edge.
      if parsed == nil { return }
    }
  }

  private func handOver(_ token: UInt64, _ request: ParsedRequest) {
    let now = Instant.now
    let deadline = now + limits.answerTimeout
    // By the sweep, what misses its deadline is closed.
    guard let exchange = connections.handOver(token, deadline: deadline) else { return }
    exchange.state.withLock { state in
      state.phase = .answering
      state.received = now
      state.deadline = deadline
    }
    if turn == nil {
      let begun = Turn(end: beginTurn())
      answersItself = begun.end != nil
      turn = begun
    }
    handler(exchange, request)
    turn?.requests += 1
    // The first do not wait for hundreds.
    if turn?.requests == ServerLimits.requestsPerTurn { endTurn() }
  }

  private struct Turn {
    var requests = 0
    let end: (@Sendable () -> Void)?
  }

  private func endTurn() {
    guard let turn else { return }
    self.turn = nil
    turn.end?()
  }

  /// Looks after a connection whose answer was given elsewhere: sends what is left, drains, closes.
  private func attend(_ token: UInt64) {
    guard let exchange = connections.with(token, { $0.exchange }) else { return }
    enum Next { case nothing, close, awaitWritable }
    let next = exchange.state.withLock { state -> Next in
      guard state.phase == .answered else { return .nothing }
      if state.peerGone { return .close }
      while !state.unsent.isEmpty {
        let sent = send(exchange.descriptor, state.unsent, state.unsent.count, Int32(MSG_NOSIGNAL))
        if sent < 0 && errno == EINTR { continue }
        if sent < 0 { return errno == EAGAIN ? .awaitWritable : .close }
        state.unsent.removeFirst(sent)
        if state.unsent.isEmpty { shutdown(exchange.descriptor, Int32(SHUT_WR)) }
      }
      return state.peerStoppedSending ? .close : .nothing
    }
    switch next {
    case .nothing: break
    case .close: close(token)
    case .awaitWritable:
      watch(token, Epoll.readable | Epoll.peerStoppedSending | Epoll.writable)
    }
  }

  // MARK: Ends

  private func sweep(_ now: Instant) {
    nextSweep = now + ServerLimits.sweepInterval
    isOutOfDescriptors = false
    closeWaiting()
    var overdue: [UInt64] = []
    connections.forEach { token, entry in
      if !entry.isHandedOver {
        if now >= entry.deadline { overdue.append(token) }
        return
      }
      let isOver = entry.exchange.state.withLock { state -> Bool in
        switch state.phase {
        case .streaming: false
        case .answered:
          state.peerGone || state.answeredAt.map { now - $0 >= ServerLimits.drainTimeout } ?? true
        case .reading, .answering, .closed: now >= entry.deadline
        }
      }
      if isOver { overdue.append(token) }
    }
    for token in overdue {
      // After a moment in which this machine stood still, a request may lie here unread that came in time.
      if let (exchange, isHandedOver) = connections.with(token, { ($0.exchange, $0.isHandedOver) }), !isHandedOver {
        receive(token, exchange.descriptor)
        if connections.with(token, { $0.isHandedOver }) == true { continue }
      }
      close(token)
    }
  }

  /// Frees a connection. Nothing but this, and the end, gives a client's descriptor away.
  private func close(_ token: UInt64) {
    guard var entry = connections.remove(token) else { return }
    _ = entry.parser.end()
    let exchange = entry.exchange
    exchange.state.withLock { state in
      state.phase = .closed
      state.unsent = []
      let ended = Closer.Ended(descriptor: exchange.descriptor, isDrained: state.isDrained)
      // All descriptors together are never more than there may be connections; and who has not gone yet waits for the end.
      let held = connections.count + closing.count + closer.waitingCount
      if !state.peerGone || isOutOfDescriptors || held >= limits.connections {
        ended.close()
      } else {
        closing.append(ended)
      }
    }
    if closing.count >= Closer.enough { closeWaiting() }
  }

  /// Has the descriptors closed that were put aside.
  private func closeWaiting() {
    if closing.isEmpty { return }
    closer.close(closing)
    closing = []
    closing.reserveCapacity(Closer.fewest)
  }

  private func beginToStop(_ grace: Duration) {
    let now = Instant.now
    end = now + grace
    for (index, listener) in listeners.enumerated() where !listener.isInherited { acceptPending.insert(index) }
    // Who is in the kernel's queue of a socket of ours has no other server to wait for; an inherited one's queue outlives us.
    for index in listeners.indices where listeners[index].isInherited { acceptPending.remove(index) }
    for _ in 0..<Self.lastTurns where !acceptPending.isEmpty && !isOutOfDescriptors { acceptWaiting() }
    // The service manager holds an inherited one open: closed here, it would go on telling of clients that are its own now.
    for listener in listeners { epoll.remove(listener.descriptor) }
    listeners = []
    acceptPending = []
    // Whoever has not sent a byte gets a moment, not the whole grace.
    connections.shortenSilent(to: now + ServerLimits.silentGrace)
  }

  private func closeEverything() {
    var rest: [UInt64] = []
    connections.forEach { token, entry in
      if entry.exchange.state.withLock({ $0.phase != .streaming }) { rest.append(token) }
    }
    for token in rest { close(token) }
    closeWaiting()
  }
}
