/// What came of a load.
public struct LoadReport: Sendable {
  /// What became of a request. All but `right` are failures.
  public enum Verdict: String, Sendable, CaseIterable {
    /// The expected answer, whole.
    case right
    /// `FAIL`, where the password was said to be right.
    case refused
    /// Accepted, where a refusal was expected.
    case accepted
    /// Another user's answer, or one without the expected lines; of a list: another number of accounts.
    case foreign
    /// Closed without a byte: a temporary failure.
    case silent
    /// Closed in the middle.
    case truncated
    /// Not an answer of the protocol.
    case garbled
    /// connect(2) failed.
    case unconnected = "connect-errors"
    /// No end within the patience.
    case overdue = "timeouts"

    fileprivate static let positions = allCases.count
    fileprivate var position: Int {
      switch self {
      case .right: 0
      case .refused: 1
      case .accepted: 2
      case .foreign: 3
      case .silent: 4
      case .truncated: 5
      case .garbled: 6
      case .unconnected: 7
      case .overdue: 8
      }
    }
  }

  private var counts = [Int](repeating: 0, count: Verdict.positions)
  /// From before connect(2) to the end of the answer; connect errors are not in it.
  public internal(set) var latency = LatencyHistogram()
  /// From before connect(2) to the first byte of the answer; lists only.
  public internal(set) var firstByte = LatencyHistogram()
  /// From the first request to the last answer.
  public internal(set) var seconds = 0.0
  /// Of the process that asked: its processors' time, user and system.
  public internal(set) var processorSeconds = 0.0
  /// Of lists: accounts, and bytes.
  public internal(set) var accounts = 0
  /// Of lists.
  public internal(set) var bytes = 0

  init() {}

  /// How many requests ended so.
  public func count(_ verdict: Verdict) -> Int { counts[verdict.position] }
  /// How many requests there were.
  public var requests: Int { counts.reduce(0, +) }
  /// How many did not end as they should.
  public var wrong: Int { requests - count(.right) }
  /// Answers a second, right or wrong.
  public var rate: Double { seconds > 0 ? Double(requests - count(.unconnected)) / seconds : 0 }

  mutating func add(_ verdict: Verdict) { counts[verdict.position] += 1 }

  mutating func merge(_ other: LoadReport) {
    for index in counts.indices { counts[index] += other.counts[index] }
    latency.merge(other.latency)
    firstByte.merge(other.firstByte)
    seconds = max(seconds, other.seconds)
    accounts += other.accounts
    bytes += other.bytes
  }
}
