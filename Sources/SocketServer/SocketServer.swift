public import AuthdaemonWire
internal import CLinux
internal import Glibc
public import Threads

/// The socket side of the daemon: one thread that accepts, reads requests, and closes; answers are written by whoever has them.
///
/// Everything is bounded (`ServerLimits`) and every wait has an end. A request that has arrived whole is handed to `handler` on this
/// thread, so the handler must not block.
public final class SocketServer: Sendable {
  /// Something to tell the administrator; at most once per spell of trouble.
  public enum Event: Sendable, Hashable {
    /// accept(2) failed for want of descriptors, or too few of them are left; an idle connection was closed, serving goes on.
    case descriptorsExhausted
    /// The house is full: an idle connection was closed for a new one.
    case houseFull
  }

  /// Takes over what arrived: a request, or bytes that are none.
  public typealias Handler = @Sendable (Exchange, ParsedRequest) -> Void

  /// Told on the server's thread that requests come.
  /// - Returns: to be called when those that came together were handed over; nil when that is of no interest.
  public typealias TurnBeginning = @Sendable () -> (@Sendable () -> Void)?

  private let loop: ServerLoop
  private let mailbox: Mailbox
  private let worker: Lock<Worker?> = Lock(nil)
  private let stopping: Lock<Duration?> = Lock(nil)
  private let rights: ThreadRights?
  /// Until they are withdrawn.
  private let listeners: Lock<[Listener]>

  /// Prepares to serve `listeners`.
  /// - Parameters:
  ///   - rights: of the thread, and so of `report`, `beginTurn` and `handler`; `.serving` is enough for what the server does itself.
  ///   - beginTurn: asked before the first of several requests that come together.
  public init(
    listeners: [Listener], limits: ServerLimits = ServerLimits(), rights: ThreadRights? = nil,
    report: @escaping @Sendable (Event) -> Void = { _ in },
    beginTurn: @escaping TurnBeginning = { nil },
    handler: @escaping Handler
  ) throws(SystemError) {
    mailbox = try Mailbox()
    self.rights = rights
    self.listeners = Lock(listeners)
    let stopping = self.stopping
    loop = try ServerLoop(
      listeners: listeners, limits: limits, mailbox: mailbox,
      closer: Closer(room: min(Closer.mostWaiting, limits.connections / 2), rights: rights), report: report,
      beginTurn: beginTurn, handler: handler,
      stopRequested: { stopping.withLock { $0 } })
  }

  /// Begins to serve, on a thread of its own.
  public func start() throws(SystemError) {
    let loop = self.loop
    let started = try Worker(name: "front", rights: rights) { loop.run() }
    worker.withLock { $0 = started }
  }

  /// Whether `stop` has been called.
  var isStopping: Bool { stopping.withLock { $0 != nil } }

  /// Stops accepting, withdraws the sockets, and lets what was accepted finish.
  /// - Parameter grace: how long that may take.
  /// - Returns: when all is closed; false when the grace did not suffice.
  @discardableResult
  public func stop(grace: Duration) -> Bool {
    withdrawListeners()
    stopping.withLock { $0 = grace }
    mailbox.post(ServerLoop.wakeToken)
    return worker.withLock { $0 }?.join(grace + .seconds(1)) ?? true
  }

  /// Not by the thread that serves, which need not have the right to remove files. Who connected before is still served.
  private func withdrawListeners() {
    listeners.withLock { listeners in
      for listener in listeners { listener.withdraw() }
      listeners = []
    }
  }
}
