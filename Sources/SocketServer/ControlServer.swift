internal import CLinux
internal import Glibc
public import Threads

/// Where an administrator talks to the daemon: a line comes in, bytes go out, the connection closes. What the lines mean is the
/// handler's business.
///
/// On a thread of its own, so that it answers while everything else is busy; everything is bounded, so that nobody who may connect
/// can keep the others from it for long.
public final class ControlServer: Sendable {
  /// Connections at one time. For more, the oldest that has asked nothing yet is closed.
  public static let connections = 8
  /// The longest line, in bytes.
  public static let requestBytes = 4096
  /// A connection is closed this long after it was accepted, whatever it does: 5 s.
  public static let patience: Duration = .seconds(5)

  private let listener: Listener
  private let mailbox: Mailbox
  private let worker: Lock<Worker?> = Lock(nil)
  private let isStopping = Lock(false)
  private let mayAsk: @Sendable (PeerCredentials, [UInt32]) -> Bool
  private let refusal: [UInt8]
  private let handler: @Sendable ([UInt8]) -> [UInt8]

  /// - Parameters:
  ///   - listener: its socket, with a mode that lets nobody in who may not ask.
  ///   - mayAsk: whether a process may ask, by its credentials and supplementary groups: the mode of a file alone is soon changed.
  ///   - refusal: the answer to who may not.
  ///   - handler: called with a line, without its line feed, on the server's thread; returns the answer.
  public init(
    listener: Listener, mayAsk: @escaping @Sendable (PeerCredentials, [UInt32]) -> Bool, refusal: [UInt8],
    handler: @escaping @Sendable ([UInt8]) -> [UInt8]
  ) throws(SystemError) {
    self.listener = listener
    self.mayAsk = mayAsk
    self.refusal = refusal
    self.handler = handler
    mailbox = try Mailbox()
  }

  /// Begins to serve.
  public func start() throws(SystemError) {
    let started = try Worker(name: "control") { self.run() }
    worker.withLock { $0 = started }
  }

  /// Closes everything and removes the socket. Waits for the answer that is being made.
  public func stop() {
    isStopping.withLock { $0 = true }
    mailbox.post(0)
    worker.withLock { $0 }?.join(Self.patience)
  }

  private struct Client {
    let descriptor: Int32
    let deadline: Instant
    let isAllowed: Bool
    var request: [UInt8] = []
    var reply: [UInt8]?
    var sent = 0
  }

  private enum Step { case waits, isOver }

  private func run() {
    var clients: [Client] = []
    defer {
      for client in clients { close(client.descriptor) }
      listener.withdraw()
    }
    while true {
      var waiting = [pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)]
      let hasRoom = clients.count < Self.connections || clients.contains { $0.reply == nil }
      // A negative descriptor is not looked at (poll(2)).
      waiting.append(pollfd(fd: hasRoom ? listener.descriptor : -1, events: Int16(POLLIN), revents: 0))
      for client in clients {
        let events = client.reply == nil ? POLLIN : POLLOUT
        waiting.append(pollfd(fd: client.descriptor, events: Int16(events), revents: 0))
      }
      poll(&waiting, nfds_t(waiting.count), patience(clients))
      if isStopping.withLock({ $0 }) { return }
      if waiting[0].revents != 0 { _ = mailbox.collect() }
      let now = Instant.now
      for index in clients.indices.reversed() {
        let isOver =
          now >= clients[index].deadline || (waiting[index + 2].revents != 0 && attend(&clients[index]) == .isOver)
        if isOver { close(clients.remove(at: index).descriptor) }
      }
      guard waiting[1].revents != 0, let client = accept(now) else { continue }
      // Who may not ask is told so, and takes no room from those who may.
      if !client.isAllowed && clients.count >= Self.connections / 2 {
        close(client.descriptor)
        continue
      }
      if clients.count >= Self.connections, let silent = clients.firstIndex(where: { $0.reply == nil }) {
        close(clients.remove(at: silent).descriptor)
      }
      clients.append(client)
    }
  }

  /// Until the first deadline, in milliseconds.
  private func patience(_ clients: [Client]) -> Int32 {
    guard let first = clients.map(\.deadline).min() else { return -1 }
    let left = max(.zero, first - .now).components
    return Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
  }

  private func accept(_ now: Instant) -> Client? {
    let descriptor = gatepost_accept(listener.descriptor)
    guard descriptor >= 0 else {
      // Nothing to be done about a lack of descriptors but to wait; without this the loop would spin.
      if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { usleep(Self.pauseMicroseconds) }
      return nil
    }
    guard let peer = try? PeerCredentials(of: descriptor) else {
      close(descriptor)
      return nil
    }
    return Client(
      descriptor: descriptor, deadline: now + Self.patience,
      isAllowed: mayAsk(peer, PeerCredentials.supplementaryGroups(of: descriptor) ?? []))
  }

  private static let pauseMicroseconds: UInt32 = 50_000

  private func attend(_ client: inout Client) -> Step {
    if client.reply == nil {
      var buffer = [UInt8](repeating: 0, count: Self.requestBytes + 1)
      let count = recv(client.descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? .waits : .isOver }
      client.request += buffer[..<count]
      guard let end = client.request.firstIndex(of: UInt8(ascii: "\n")) else {
        return client.request.count > Self.requestBytes ? .isOver : .waits
      }
      client.reply = client.isAllowed ? handler(Array(client.request[..<end])) : refusal
    }
    guard let reply = client.reply else { return .isOver }
    while client.sent < reply.count {
      let count = reply.withUnsafeBytes {
        send(client.descriptor, $0.baseAddress.map { $0 + client.sent }, reply.count - client.sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return errno == EAGAIN ? .waits : .isOver }
      client.sent += count
    }
    return .isOver
  }
}
