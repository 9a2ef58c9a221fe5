public import Foundation

/// Asks an authdaemon socket byte by byte, without any help in understanding the reply.
public struct AuthdaemonClient: Sendable {
  /// The socket.
  public let socketPath: String
  /// How long an answer may take, in seconds. cyrus-sasl and courier give up after 30.
  public let timeLimit: TimeInterval

  /// A client of the socket at `socketPath`.
  public init(_ socketPath: String, timeLimit: TimeInterval = 30) {
    self.socketPath = socketPath
    self.timeLimit = timeLimit
  }

  /// What came back.
  public struct Reply: Sendable, CustomStringConvertible {
    /// All bytes before the end.
    public let bytes: [UInt8]
    /// How the stream ended.
    public let end: SocketConnection.End
    /// In seconds, from before connecting to the end.
    public let elapsed: TimeInterval
    /// The bytes as text, for messages and comparisons.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Short, for the message of a failed test.
    public var description: String { "\(text.prefix(400).debugDescription) \(end) after \(elapsed) s" }
  }

  /// Sends `request` and reads to the end.
  /// - Parameter halfClose: whether to close our direction after the request, as Exim does.
  /// - Throws: when the socket cannot be connected to.
  public func ask(_ request: some Collection<UInt8>, halfClose: Bool = false) throws -> Reply {
    let start = Date()
    let connection = try SocketConnection(unixPath: socketPath)
    connection.send(request)
    if halfClose { connection.shutDownWriting() }
    var bytes: [UInt8] = []
    while true {
      switch connection.receive(until: start.addingTimeInterval(timeLimit)) {
      case .bytes(let more): bytes += more
      case .end(let end): return Reply(bytes: bytes, end: end, elapsed: Date().timeIntervalSince(start))
      }
    }
  }

  /// The same with text.
  public func ask(_ request: String, halfClose: Bool = false) throws -> Reply {
    try ask(Array(request.utf8), halfClose: halfClose)
  }

  /// An AUTH request as libcourierauth sends it.
  public static func authentication(
    service: String, type: String = "login", _ first: String, _ second: String
  ) -> String {
    let payload = "\(service)\n\(type)\n\(first)\n\(second)\n"
    return "AUTH \(payload.utf8.count)\n\(payload)"
  }
}
