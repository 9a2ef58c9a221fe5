internal import Foundation

/// One connection through `FaultProxy`: the client's end, the server's, and what it suffers. Belongs to the proxy's thread.
final class FaultLink {
  /// What was read on one side and not yet written on the other.
  private struct Flow {
    var waiting: [UInt8] = []
    /// Not before this time.
    var due = ContinuousClock.now
    /// Whether its source has ended.
    var isAtEnd = false
  }

  /// How many bytes are read ahead, in each direction.
  private static let room = 65_536

  private(set) var client: Int32
  private(set) var server: Int32 = -1
  private var toServer = Flow()
  private var toClient = Flow()
  private var fault: Fault?
  /// Bytes until the fault, or of it.
  private var left = 0
  private var isCounted = false
  /// Of the server's: none passes any more.
  private var isStalled = false
  /// Of the client's: they are read and dropped.
  private var isDropping = false
  private(set) var isOver = false

  init(client: Int32) {
    self.client = client
    var on: Int32 = 1
    setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
  }

  /// Connects to the server's Unix socket; that does not block.
  func connect(_ path: String) -> Bool {
    server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard server >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    _ = fcntl(server, F_SETFL, O_NONBLOCK)
    return result == 0
  }

  /// From now on; nil heals what can be healed.
  func suffer(_ fault: Fault?, isNew: Bool = false) {
    self.fault = fault
    left = fault?.bytes ?? 0
    isCounted = isNew && fault?.kind == .silence
    isStalled = fault?.kind == .silence
    guard fault == nil else { return }
    toClient.due = .now
    // A connection that was never made cannot go on.
    if server < 0 || isDropping { reset() }
  }

  /// Closes both ends, the client's with RST.
  func reset() { end(withReset: true) }

  private func end(withReset: Bool) {
    guard !isOver else { return }
    isOver = true
    if withReset {
      var hard = linger(l_onoff: 1, l_linger: 0)
      setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
    }
    close(client)
    if server >= 0 { close(server) }
  }

  /// Whether it has got over its fault.
  var isSpent: Bool {
    guard let fault, fault.kind == .delay || fault.kind == .drip else { return false }
    return left <= 0
  }

  // MARK: - Moving bytes

  /// For poll(): what each end waits for, and the milliseconds until something is due.
  var interest: (client: Int16, server: Int16, wait: Int32) {
    var (forClient, forServer): (Int32, Int32) = (0, 0)
    var wait: Int32 = 1_000
    if toServer.waiting.count < Self.room && !toServer.isAtEnd { forClient |= POLLIN }
    if !toServer.waiting.isEmpty && !isStalled { forServer |= POLLOUT }
    if toClient.waiting.count < Self.room && !toClient.isAtEnd { forServer |= POLLIN }
    if !toClient.waiting.isEmpty && !isStalled {
      let pause = toClient.due - .now
      if pause <= .zero { forClient |= POLLOUT } else { wait = Int32(pause / .milliseconds(1)) + 1 }
    }
    return (Int16(forClient), Int16(forServer), wait)
  }

  /// Reads and writes what can be.
  func move(client clientEvents: Int16, server serverEvents: Int16, _ felt: (Fault.Kind) -> Void) {
    guard !isOver else { return }
    let gone = Int16(POLLERR | POLLHUP)
    if clientEvents & (Int16(POLLIN) | gone) != 0 { readClient() }
    if !isOver && serverEvents & (Int16(POLLIN) | gone) != 0 { readServer() }
    if !isOver { writeServer(felt) }
    if !isOver { writeClient(felt) }
    guard !isOver else { return }
    // Either end's close ends the link once what it had said is delivered.
    if toServer.isAtEnd || (toClient.isAtEnd && toClient.waiting.isEmpty && !isStalled) { end(withReset: false) }
  }

  private func read(_ descriptor: Int32, into flow: inout Flow) {
    guard flow.waiting.count < Self.room, !flow.isAtEnd else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 {
      flow.waiting += buffer[..<count]
    } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
      flow.isAtEnd = true
    }
  }

  private func readClient() {
    read(client, into: &toServer)
    if isDropping { toServer.waiting = [] }
  }

  private func readServer() {
    read(server, into: &toClient)
    guard let fault, fault.kind == .delay, left > 0, toClient.due <= .now else { return }
    toClient.due = .now + .milliseconds(fault.milliseconds)
  }

  private func writeServer(_ felt: (Fault.Kind) -> Void) {
    guard !isStalled, !toServer.waiting.isEmpty else { return }
    var room = toServer.waiting.count
    let counts = fault?.kind == .reset && fault?.direction == .toServer
    if counts { room = min(room, left) }
    let sent = room == 0 ? 0 : send(server, toServer.waiting, room, Int32(MSG_NOSIGNAL))
    if sent > 0 { toServer.waiting.removeFirst(sent) }
    if sent < 0 && errno != EAGAIN { return end(withReset: false) }
    guard counts else { return }
    left -= max(0, sent)
    if left == 0 {
      felt(.reset)
      end(withReset: true)
    }
  }

  private func writeClient(_ felt: (Fault.Kind) -> Void) {
    guard !isStalled, !toClient.waiting.isEmpty, toClient.due <= .now else { return }
    var room = toClient.waiting.count
    switch fault?.kind {
    case .reset? where fault?.direction == .toClient: room = min(room, left)
    case .truncate?, .halfClose?, .stall?: room = min(room, left)
    case .drip? where left > 0: room = 1
    default: break
    }
    let passing = toClient.waiting[..<room]
    let isReady = passing.count >= 6 && Array(passing.suffix(6).prefix(5)) == [0x5A, 0, 0, 0, 5]
    let sent = room == 0 ? 0 : send(client, toClient.waiting, room, Int32(MSG_NOSIGNAL))
    if sent > 0 { toClient.waiting.removeFirst(sent) }
    if sent < 0 && errno != EAGAIN { return end(withReset: false) }
    afterPassing(max(0, sent), isReady: isReady && sent == room, felt)
  }

  private func afterPassing(_ count: Int, isReady: Bool, _ felt: (Fault.Kind) -> Void) {
    guard let fault else { return }
    func feel() {
      if !isCounted { felt(fault.kind) }
      isCounted = true
    }
    switch fault.kind {
    case .reset where fault.direction == .toClient, .truncate, .halfClose, .stall:
      left -= count
      guard left <= 0, !isStalled else { return }
      feel()
      switch fault.kind {
      case .reset: end(withReset: true)
      case .truncate: end(withReset: false)
      case .stall: isStalled = true
      default:
        shutdown(client, Int32(SHUT_WR))
        toClient.waiting = []
        toClient.isAtEnd = false
        isStalled = true
        isDropping = true
      }
    case .delay, .drip:
      if left > 0 { feel() }
      left -= count
    case .dropWhenReady:
      // Not behind the greeting's own: the client must have come to believe in the connection.
      left -= count
      guard isReady, left <= 0 else { return }
      feel()
      end(withReset: false)
    case .refuse, .silence, .reset: break
    }
  }
}
