internal import AuthdaemonWire
internal import CLinux
internal import Glibc
public import Threads

/// One connection from its accept to its end, as the threads that answer see it.
///
/// The server's thread reads the request and alone frees the descriptor; the thread that has the answer writes it. Both meet in
/// `state`, so that a descriptor is never written to after it was closed. Exactly one of `answer`, `closeSilently` and `stream`
/// ends an exchange; later calls do nothing.
public final class Exchange: Sendable {
  enum Phase { case reading, answering, streaming, answered, closed }

  struct State {
    var phase = Phase.reading
    var peerStoppedSending = false
    var peerGone = false
    /// Whether nothing of the client's lies unread, and nothing will come.
    var isDrained = false
    var answeredAt: Instant?
    var unsent: [UInt8] = []
    var request: ParsedRequest?
    var deadline: Instant
    var received: Instant
  }

  /// Who connected.
  public let peer: PeerCredentials
  /// The place of the socket it came through among the server's listeners.
  public let listener: Int
  let descriptor: Int32
  let token: UInt64
  let state: Lock<State>
  private let mailbox: Mailbox

  init(
    descriptor: Int32, peer: PeerCredentials, listener: Int = 0, token: UInt64,
    accepted: Instant, mailbox: Mailbox
  ) {
    self.descriptor = descriptor
    self.peer = peer
    self.listener = listener
    self.token = token
    state = Lock(State(deadline: accepted, received: accepted))
    self.mailbox = mailbox
  }

  /// The supplementary groups that the peer had when it connected; nil when the kernel does not tell, or the connection is closed.
  public func supplementaryGroups() -> [UInt32]? {
    state.withLock { $0.phase == .closed ? nil : PeerCredentials.supplementaryGroups(of: descriptor) }
  }

  /// When the request was whole.
  public var received: Instant { state.withLock { $0.received } }
  /// When an answer is of no use any more.
  public var deadline: Instant { state.withLock { $0.deadline } }
  /// Whether nobody waits for the answer: the client closed, or the deadline passed and the server closed. Work for it is lost
  /// work. A client that only stopped sending (shutdown(2)) still waits.
  public var isAbandoned: Bool { state.withLock { $0.peerGone || $0.phase == .closed } }

  /// Sends the reply and ends the exchange. From any thread; never blocks.
  public func answer(_ reply: [UInt8]) {
    let needsServer = state.withLock { state -> Bool in
      guard state.phase == .answering else { return false }
      state.phase = .answered
      state.answeredAt = .now
      guard !state.peerGone else { return true }
      let sent = reply.isEmpty ? 0 : Glibc.send(descriptor, reply, reply.count, Int32(MSG_NOSIGNAL))
      if sent < reply.count {
        guard sent >= 0 || errno == EAGAIN else {
          state.peerGone = true
          return true
        }
        state.unsent = Array(reply[max(0, sent)...])
        return true
      }
      shutdown(descriptor, Int32(SHUT_WR))
      // A client that had already stopped sending gives no further event: the server has to be told.
      return state.peerStoppedSending
    }
    if needsServer { mailbox.post(token) }
  }

  /// Ends the exchange without a byte: the third outcome, "temporary failure".
  public func closeSilently() { answer([]) }

  /// Takes the connection for a long answer that is written by the calling thread.
  /// - Parameter keepsWaiting: see `StreamWriter.Patience`.
  /// - Returns: nil when nobody waits for it any more.
  public func stream(keepsWaiting: @escaping StreamWriter.Patience) -> StreamWriter? {
    let taken = state.withLock { state -> Bool in
      guard state.phase == .answering, !state.peerGone else { return false }
      state.phase = .streaming
      return true
    }
    guard taken else {
      closeSilently()
      return nil
    }
    return StreamWriter(exchange: self, keepsWaiting: keepsWaiting)
  }

  /// The end of a streamed answer.
  func finishStream() {
    state.withLock { state in
      guard state.phase == .streaming else { return }
      state.phase = .answered
      state.answeredAt = .now
      shutdown(descriptor, Int32(SHUT_WR))
    }
    mailbox.post(token)
  }
}
