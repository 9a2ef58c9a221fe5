internal import Passwords
internal import Threads

/// Where costly verifications are asked for. Those of one password against one account's stored hash that come while it waits, or is
/// being computed, share that hash, its turn in the pool's queue and its verdict.
///
/// The hash belongs to all who wait for it: it is worth computing as long as one of them is there and in time.
final class VerificationDesk: Sendable {
  /// How many requests may wait for hashes that were begun for others: 1,024. More have their own, in the pool's queue.
  static let capacity = 1024

  /// A request that waits.
  struct Waiter: Sendable {
    let deadline: Instant
    let isAbandoned: @Sendable () -> Bool
    /// Told once, on any thread.
    let hears: @Sendable (News) -> Void

    /// Why it needs no verdict any more; nil when it does.
    func uselessness(at now: Instant) -> HashJob.Reason? {
      if isAbandoned() { return .abandoned }
      return now >= deadline ? .timedOut : nil
    }
  }

  /// What became of it.
  enum News: Sendable {
    case verdict(Verdict)
    case dropped(HashJob.Reason)
  }

  /// Computes the hash, and tells whoever remembers.
  typealias Work = @Sendable (CryptScratch) -> Verdict

  private let pool: HashPool
  private let history: LoginHistory
  // The pool asks who waits while it holds its own lock: the pool is never called from within this one.
  private let waiting: Lock<SharedWork<LoginHistory.Attempt, Waiter>>

  init(pool: HashPool, history: LoginHistory, capacity: Int = VerificationDesk.capacity) {
    self.pool = pool
    self.history = history
    waiting = Lock(SharedWork(capacity: capacity))
  }

  /// Has the verdict told to `waiter`, from whoever's hash it comes.
  /// - Parameter memory: bytes that computing it takes.
  func verify(
    _ attempt: LoginHistory.Attempt, rank: HashRank, memory: Int = 0, for waiter: Waiter, work: @escaping Work
  ) {
    switch waiting.withLock({ $0.add(waiter, for: attempt, rank: rank) }) {
    case .joins: break
    case .leads: begin(attempt, rank, memory, work)
    case .alone:
      let history = self.history
      pool.submit(
        HashJob(
          account: attempt.account, rank: rank, memory: memory, deadline: waiter.deadline,
          isAbandoned: waiter.isAbandoned, isSettled: { history.isRefused(attempt) }
        ) { turn in
          switch turn {
          case .run(let scratch): waiter.hears(.verdict(work(scratch)))
          case .dropped(let reason): waiter.hears(.dropped(reason))
          }
        })
    }
  }

  private func begin(_ attempt: LoginHistory.Attempt, _ rank: HashRank, _ memory: Int, _ work: @escaping Work) {
    pool.submit(
      HashJob(
        account: attempt.account, rank: rank, memory: memory, latest: { self.deadline(attempt) },
        isAbandoned: { self.isAbandoned(attempt) }, isSettled: { self.history.isRefused(attempt) }
      ) { turn in
        switch turn {
        case .run(let scratch): self.end(attempt, .verdict(work(scratch)))
        // Somebody may have come after the pool asked.
        case .dropped(.abandoned), .dropped(.timedOut): self.handOn(attempt, rank, memory, work)
        case .dropped(let reason): self.end(attempt, .dropped(reason))
        }
      })
  }

  private func end(_ attempt: LoginHistory.Attempt, _ news: News) {
    for waiter in waiting.withLock({ $0.end(attempt) }) { waiter.hears(news) }
  }

  /// Begins again for those who still wait.
  private func handOn(_ attempt: LoginHistory.Attempt, _ rank: HashRank, _ memory: Int, _ work: @escaping Work) {
    let now = Instant.now
    let (gone, isWanted) = waiting.withLock { $0.dismiss(attempt) { $0.uselessness(at: now) != nil } }
    for waiter in gone { waiter.hears(.dropped(waiter.uselessness(at: now) ?? .abandoned)) }
    if isWanted { begin(attempt, rank, memory, work) }
  }

  /// The latest of those who are still there.
  private func deadline(_ attempt: LoginHistory.Attempt) -> Instant {
    waiting.withLock { $0.waiters(for: attempt) }.filter { !$0.isAbandoned() }.map(\.deadline).max() ?? .now
  }

  private func isAbandoned(_ attempt: LoginHistory.Attempt) -> Bool {
    waiting.withLock { $0.waiters(for: attempt) }.allSatisfy { $0.isAbandoned() }
  }
}
