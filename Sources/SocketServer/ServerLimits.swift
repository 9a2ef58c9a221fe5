/// The bounds of the socket side, and what happens at each.
public struct ServerLimits: Sendable, Equatable {
  /// Connections held at once. At the bound the oldest one that has not sent its request yet is closed; when all have, new ones
  /// wait in the kernel's queue.
  public var connections = 4096
  /// A request must have arrived whole this long after its connection was accepted, or it is closed. Drips do not extend it.
  public var requestTimeout: Duration = .seconds(10)
  /// An answer is given up this long after the request was whole: clients wait for 30 s (libcourierauth, cyrus-sasl).
  public var answerTimeout: Duration = .seconds(25)

  /// After the reply, how long a client's own close is waited for. Closing earlier, with bytes of the client still unread,
  /// would turn the reply into ECONNRESET at its end (unix(7)); cyrus-sasl always sends one byte more than it declares.
  public static let drainTimeout: Duration = .seconds(2)
  /// How many bytes are read and thrown away for the same reason.
  public static let drainBytes = 256 * 1024
  /// How often deadlines are looked at: the precision of all of the above.
  public static let sweepInterval: Duration = .milliseconds(500)
  /// How long a silent connection may hold up the end of the daemon.
  public static let silentGrace: Duration = .seconds(1)
  /// The same trouble is told once in this time.
  public static let reportInterval: Duration = .seconds(60)
  /// What one recv(2) takes: twice the longest request, so that a request and its padding come in one call.
  public static let receiveBytes = 32 * 1024
  /// Connections accepted between two looks at the others.
  public static let acceptsPerTurn = 256
  /// Depth of the kernel's queue, cut by it to net.core.somaxconn. cyrus-sasl connects without blocking: a full queue is a
  /// failed login.
  public static let backlog: Int32 = 65_535

  /// The defaults.
  public init() {}
}
