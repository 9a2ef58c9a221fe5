/// The bounds of the socket side, and what happens at each.
public struct ServerLimits: Sendable, Equatable {
  /// Connections held at once. At the bound one that has its answer and does not close is closed, or else the oldest one that has
  /// not sent its request yet; while all wait for their answers, new ones wait in the kernel's queue.
  public private(set) var connections = 4096
  /// Whether `connections` is less than was asked for, because the process may not open as many descriptors.
  public private(set) var isCutByDescriptors = false
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
  /// How long a connection whose request came at once is not watched: most are answered and closed by then, and the server looks
  /// whether they are each time it is awake. Whoever leaves without waiting for the answer is noticed that much later.
  public static let watchDelay: Duration = .milliseconds(10)
  /// Connections accepted between two looks at the others.
  public static let acceptsPerTurn = 256
  /// Requests handed over together, before the first of them may have to wait for the rest: see `TurnTaking`.
  static let requestsPerTurn = 64
  /// How long the server looks out for the next client before it sleeps, where they come one after the other: see `Vigil`. As long as
  /// a client needs from an answer to its next request, even where a thread that sleeps is woken slowly.
  static let vigil: Duration = .microseconds(50)
  /// Depth of the kernel's queue, cut by it to net.core.somaxconn. cyrus-sasl connects without blocking: a full queue is a
  /// failed login.
  public static let backlog: Int32 = 65_535

  /// Connections looked at for one that has its answer and lingers, before the oldest silent one is closed instead.
  static let lingererSteps = 64
  /// Descriptors kept back for the databases, the configuration, the log: clients never take the last ones.
  public static let descriptorReserve = 48

  /// - Parameters:
  ///   - connections: how many are wanted.
  ///   - descriptors: how many the process may have open (RLIMIT_NOFILE); half of a small number is kept back, at most
  ///     `descriptorReserve`.
  public init(connections: Int = 4096, descriptors: Int = .max) {
    let available = max(1, descriptors - min(Self.descriptorReserve, descriptors / 2))
    self.connections = max(1, min(connections, available))
    isCutByDescriptors = self.connections < connections
  }
}
