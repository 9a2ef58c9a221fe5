/// What is to be asked, how often and how many at a time. See `LoadGenerator` for how.
public struct LoadPlan: Sendable {
  /// What is asked.
  public enum Mode: String, Sendable, CaseIterable {
    /// AUTH with the password.
    case login
    /// PRE.
    case account
    /// ENUMERATE.
    case list
  }

  /// When it ends.
  public enum Extent: Sendable, Equatable {
    /// No request begins later than so many seconds after the first.
    case seconds(Double)
    /// After so many requests.
    case requests(Int)
  }

  /// Connections at one time. More would need more than one address space's worth of descriptors on most systems.
  public static let connectionRange = 1...10_000
  /// Of a run: an hour.
  public static let longestSeconds = 3600.0
  /// Of a run.
  public static let mostRequests = 1_000_000_000
  /// Threads that ask.
  public static let threadRange = 1...16

  /// The longest name of a service, in bytes.
  public static let longestService = 64

  /// What is asked.
  public var mode: Mode
  /// How many connections at one time.
  public var connections: Int
  /// When it ends.
  public var extent: Extent
  /// On whose behalf: `imap`, `smtp`, …
  public var service: [UInt8]
  /// After so many seconds a request is given up: courier's library and cyrus-sasl wait for 30.
  public var timeout = 30.0
  /// Threads that ask; the connections are shared out among them.
  public var threads = 1

  /// A plan with the standard patience and one thread.
  public init(mode: Mode, connections: Int, extent: Extent, service: [UInt8]) {
    self.mode = mode
    self.connections = connections
    self.extent = extent
    self.service = service
  }
}
