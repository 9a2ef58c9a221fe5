internal import Accounts
internal import Passwords
internal import Secrets
internal import Synchronization
internal import Threads

/// A stored hash that is to be replaced.
struct RehashOrder: Sendable {
  /// Which password matched which hash of whom.
  let attempt: LoginHistory.Attempt
  /// As the login asked for it.
  let key: AccountKey
  let directory: any AccountDirectory
  /// As it stands in the database.
  let stored: Secret
  let password: Secret
  let replacement: RehashTarget.Replacement
  /// The settings that want it, whose directories are there meanwhile.
  let stay: Snapshot.Stay
}

/// Replaces weak hashes after logins: one at a time, behind all logins that wait for a hash, and only while the account still has the
/// hash that was verified.
final class RehashDesk: Sendable {
  /// How long storing a hash may take: 10 s.
  static let storePatience = Duration.seconds(10)

  private let pool: HashPool
  private let backlog = Lock(RehashBacklog<RehashOrder>())
  private let isStopped = Atomic(false)
  private let now: @Sendable () -> Instant
  private let report: @Sendable (RehashEvent) -> Void

  init(
    pool: HashPool, now: @escaping @Sendable () -> Instant,
    report: @escaping @Sendable (RehashEvent) -> Void
  ) {
    self.pool = pool
    self.now = now
    self.report = report
  }

  /// Takes a hash that is to be replaced, or leaves it for the account's next login.
  func offer(_ order: RehashOrder) {
    guard isWanted(order) else { return }
    let now = now()
    backlog.withLock { $0.add(order, for: order.attempt, at: now) }
    proceed()
  }

  /// Other settings count from now on.
  func begin() { backlog.withLock { $0.begin() } }

  /// Begins nothing more. What is under way ends as it can.
  func stop() {
    isStopped.store(true, ordering: .releasing)
    backlog.withLock { $0.close() }
  }

  /// Says how many were left out.
  func tidy() {
    let count = backlog.withLock { $0.takeLeftOut() }
    if count > 0 { report(.leftOut(count)) }
  }

  /// Asked by the pool under its own lock.
  private func isWanted(_ order: RehashOrder) -> Bool {
    !isStopped.load(ordering: .acquiring) && !order.stay.snapshot.isRetired
  }

  private func proceed() {
    let now = now()
    guard let (order, end) = backlog.withLock({ $0.take(at: now) }) else { return }
    pool.submit(
      HashJob(
        account: order.attempt.account, rank: .background,
        memory: PasswordSchemes.memory(toMake: order.replacement.scheme), deadline: end,
        isAbandoned: { !self.isWanted(order) }
      ) { turn in
        switch turn {
        case .run(let scratch): self.hash(order, scratch)
        case .dropped(.overloaded), .dropped(.timedOut): self.end(.overloaded)
        case .dropped(.tooLarge): self.fail(order, Unavailability(.unknownScheme, self.tooLarge(order)))
        case .dropped(.abandoned), .dropped(.settled), .dropped(.stopping): self.end(.givenUp)
        }
      })
  }

  private func hash(_ order: RehashOrder, _ scratch: CryptScratch) {
    var random = SystemRandomNumberGenerator()
    let hash: Secret
    do throws(PasswordMakingError) {
      hash = try PasswordSchemes.make(
        order.password, scheme: order.replacement.scheme, random: &random, using: scratch)
    } catch {
      // A password that the new scheme cannot hold keeps its old hash.
      return error.isUsersFault ? end(.settled) : fail(order, Unavailability(.unknownScheme, "\(error)"))
    }
    guard isWanted(order) else { return end(.givenUp) }
    let change = PasswordChange(
      key: order.key, newHash: hash, newPassword: order.password, replacing: order.stored)
    order.directory.setPassword(change, deadline: .now + Self.storePatience) { self.stored(order, $0) }
  }

  private func stored(_ order: RehashOrder, _ outcome: Outcome<Void>) {
    let account = order.attempt.account
    switch outcome {
    case .accepted:
      end(.settled)
      report(
        .replaced(
          account: account.username, directory: account.directory, from: order.replacement.old,
          to: order.replacement.scheme.name))
    case .refused:
      end(.settled)
      report(.superseded(account: account.username, directory: account.directory))
    case .unavailable(let cause) where cause.code == .stopping: end(.givenUp)
    case .unavailable(let cause): fail(order, cause)
    }
  }

  private func fail(_ order: RehashOrder, _ cause: Unavailability) {
    end(.failed)
    let account = order.attempt.account
    report(.failed(account: account.username, directory: account.directory, cause))
  }

  private func end(_ ending: RehashBacklog<RehashOrder>.Ending) {
    let now = now()
    backlog.withLock { $0.end(ending, at: now) }
    proceed()
  }

  private func tooLarge(_ order: RehashOrder) -> String {
    let kibibytes = PasswordSchemes.memory(toMake: order.replacement.scheme) >> 10
    return "a hash of \(order.replacement.scheme.name) takes \(kibibytes) KiB of memory, more than the hash-memory "
      + "that was set at the start"
  }
}

extension Broker {
  /// How long a directory that cannot be written to is left alone: 5 minutes.
  public static let rehashPause = RehashBacklog<RehashOrder>.pause
}
