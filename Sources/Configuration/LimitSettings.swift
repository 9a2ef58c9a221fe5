/// `[limits]`: the bounds of the daemon, each with its default.
public struct LimitSettings: Sendable, Equatable {
  /// Connections at one time.
  public var connections = 4096
  /// Within this time after connecting, the whole request must have arrived.
  public var requestTimeout = Duration.seconds(10)
  /// Within this time an answer is there, or the connection closes without one.
  public var answerTimeout = Duration.seconds(25)
  /// Threads that compute password hashes; nil: as many as there are processors.
  public var hashThreads: Int?
  /// Passwords that wait for such a thread; more are answered "temporary failure".
  public var hashQueue = 1024
  /// What password hashes that are being computed may take together, in bytes: yescrypt and scrypt are made to need much.
  public var hashMemory = 256 << 20
  /// ENUMERATEs at one time.
  public var enumerations = 2
  /// Within this time an ENUMERATE is done, or ends without the final dot.
  public var enumerateTimeout = Duration.seconds(600)

  /// The defaults.
  public init() {}

  /// courier's library and cyrus-sasl wait 30 s for an answer: one that takes longer is lost work.
  static let longestAnswer = Duration.seconds(29)

  static var schema: TableSchema<LimitSettings> {
    TableSchema(
      title: "[limits]",
      rows: [
        Row("connections", .integer(1...1_000_000), default: \.connections),
        Row("request-timeout", .duration(.milliseconds(100)...(.seconds(300)), like: "10s"), default: \.requestTimeout),
        Row("answer-timeout", .duration(.milliseconds(100)...longestAnswer, like: "25s"), default: \.answerTimeout),
        Row("hash-threads", .integer(1...1024), \.hashThreads),
        Row("hash-queue", .integer(1...1_000_000), default: \.hashQueue),
        Row("hash-memory", .size(1 << 20...1 << 40, like: "256MiB"), default: \.hashMemory),
        Row("enumerations", .integer(1...64), default: \.enumerations),
        Row("enumerate-timeout", .duration(.seconds(1)...(.seconds(86_400)), like: "10m"), default: \.enumerateTimeout),
      ])
  }
}
