public import Threads

/// What a hash is computed for, as far as the queue must know.
public struct HashJob: Sendable {
  /// The account whose jobs share a turn.
  public struct Account: Hashable, Sendable {
    /// The directory's name.
    public let directory: String
    /// As the database spells it: different spellings of one name are one account.
    public let username: [UInt8]

    /// An account of a directory.
    public init(directory: String, username: [UInt8]) {
      self.directory = directory
      self.username = username
    }
  }

  /// How a job ended.
  public enum Turn {
    /// It is its turn: this thread's working memory.
    case run(CryptScratch)
    /// It will not run.
    case dropped(Reason)
  }

  /// Why a job does not run.
  public enum Reason: Sendable, Equatable {
    /// No room, or no chance to be done in time.
    case overloaded
    /// It waited until its deadline.
    case timedOut
    /// Nobody waits for it any more.
    case abandoned
    /// Its answer has become known without it.
    case settled
    /// It takes more memory than all together may.
    case tooLarge
    /// The pool is shut down.
    case stopping
  }

  let account: Account
  let rank: HashRank
  let memory: Int
  /// When its result is of no use any more.
  var deadline: Instant { latest() }
  private let latest: @Sendable () -> Instant
  let isAbandoned: @Sendable () -> Bool
  let isSettled: @Sendable () -> Bool
  let body: @Sendable (Turn) -> Void

  /// - Parameters:
  ///   - memory: bytes that it takes while it runs (``Demand``).
  ///   - deadline: when its result is of no use any more.
  ///   - isAbandoned: whether nobody waits any more. Asked from any thread, and must neither block nor call the pool.
  ///   - isSettled: whether the answer has become known while it waited; asked in the same way.
  ///   - body: called exactly once, from a thread of the pool with `.run`, or from any thread with `.dropped`.
  public init(
    account: Account, rank: HashRank, memory: Int = 0, deadline: Instant,
    isAbandoned: @escaping @Sendable () -> Bool, isSettled: @escaping @Sendable () -> Bool = { false },
    body: @escaping @Sendable (Turn) -> Void
  ) {
    self.init(
      account: account, rank: rank, memory: memory, latest: { deadline }, isAbandoned: isAbandoned,
      isSettled: isSettled, body: body)
  }

  /// A job whose deadline may move, because more requests come to wait for it.
  /// - Parameter latest: its deadline now; asked in the same way as `isAbandoned`.
  public init(
    account: Account, rank: HashRank, memory: Int = 0,
    latest: @escaping @Sendable () -> Instant,
    isAbandoned: @escaping @Sendable () -> Bool, isSettled: @escaping @Sendable () -> Bool,
    body: @escaping @Sendable (Turn) -> Void
  ) {
    self.account = account
    self.rank = rank
    self.memory = max(0, memory)
    self.latest = latest
    self.isAbandoned = isAbandoned
    self.isSettled = isSettled
    self.body = body
  }

  /// Why it is not worth a hash any more; nil when it is.
  func uselessness(at now: Instant) -> Reason? {
    if isAbandoned() { return .abandoned }
    if now >= deadline { return .timedOut }
    return isSettled() ? .settled : nil
  }
}
