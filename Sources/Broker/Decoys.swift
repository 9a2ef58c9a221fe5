internal import Accounts
internal import Passwords
internal import Secrets
internal import Synchronization
internal import Threads

/// Hashes that are computed for users that are not there, so that they take as long as wrong passwords: of the commonest shape among the
/// accounts, and within a budget.
///
/// What is remembered of them is kept apart from what is remembered of accounts: names that nobody has cost nobody a place there.
final class Decoys: Sendable {
  /// The first so many look-ups are all counted, then one in `sampling`: counting costs more than a cheap login has to spare.
  static let learning = 64
  static let sampling = 16

  /// One decoy: every request for an unknown user is verified against it until the commonest shape is another.
  struct Decoy: Sendable {
    let stored: Secret
    let demand: Demand
  }

  private struct State {
    var tally = ShapeTally()
    var shape: HashShape
    var decoy: Decoy
    var budget: DecoyBudget
    /// How many app passwords a wrong one is compared with.
    var appPasswords = CommonestTally(before: 0)
    var fates = DecoyFates()
  }

  /// Of names that nobody has.
  let history: LoginHistory
  let desk: VerificationDesk
  /// What a hash may take, in bytes.
  private let memory: Int
  private let state: Lock<State>
  private let lookUps = Atomic(0)
  private let now: @Sendable () -> Instant

  init(pool: HashPool, random: inout some RandomNumberGenerator, now: @escaping @Sendable () -> Instant) {
    let history = LoginHistory(random: &random, now: now)
    self.history = history
    desk = VerificationDesk(pool: pool, history: history)
    memory = pool.memory
    let shape = HashShape.standard
    state = Lock(
      State(shape: shape, decoy: Self.decoy(of: shape, &random), budget: DecoyBudget(threads: pool.threads)))
    self.now = now
  }

  /// An account was looked up: what it has for a password counts, now and then.
  func saw(_ account: Account, in directory: any AccountDirectory, _ bareScheme: BareScheme? = nil) {
    let number = lookUps.add(1, ordering: .relaxed).oldValue
    guard number < Self.learning || number % Self.sampling == 0, let hash = account.passwordHash,
      case let stored = bareScheme?.labelled(hash) ?? hash, let shape = HashShape(of: stored),
      PasswordSchemes.demand(of: stored).memory <= memory
    else { return }
    state.withLock { state in
      state.tally.note(shape, of: HashJob.Account(directory: directory.name, username: account.username))
      guard state.tally.commonest != state.shape else { return }
      var random = SystemRandomNumberGenerator()
      state.shape = state.tally.commonest
      state.decoy = Self.decoy(of: state.shape, &random)
      state.budget.forgetPace()
      state.fates = DecoyFates()
    }
  }

  /// An account's app passwords were asked for, and so many are good for the service.
  func saw(appPasswords count: Int, of account: HashJob.Account) {
    state.withLock { $0.appPasswords.note(count, of: account) }
  }

  /// How many hashes a login is refused after: that of an account's own password, and as many as most have app passwords.
  var rounds: Int { state.withLock { $0.appPasswords.commonest } + 1 }

  private static func decoy(of shape: HashShape, _ random: inout some RandomNumberGenerator) -> Decoy {
    let stored = shape.decoy(random: &random)
    return Decoy(stored: stored, demand: PasswordSchemes.demand(of: stored))
  }

  /// What to verify against.
  var current: Decoy { state.withLock { $0.decoy } }

  /// A password for a name that nobody has. Each name has tags of its own, as accounts have by their salts.
  /// - Parameter round: of several against the same decoy.
  func attempt(
    _ password: Secret, against decoy: Decoy, of account: HashJob.Account, round: Int = 1
  ) -> LoginHistory.Attempt {
    var bytes = decoy.stored.withBytes { Array($0) }
    bytes += account.username
    if round > 1 { bytes += [0, UInt8(truncatingIfNeeded: round)] }
    return history.attempt(password, against: Secret.taking(&bytes), isHash: true, of: account)
  }

  /// Whether the decoy's hash may be computed, or how to look as if.
  enum Admission {
    /// Yes; `settle` has to be told what became of it.
    case compute(reservation: Duration)
    case pretend(DecoyFates.Fate)
  }

  func admit() -> Admission {
    let now = now()
    return state.withLock { state in
      if let reservation = state.budget.reserve(at: now) { return .compute(reservation: reservation) }
      var random = SystemRandomNumberGenerator()
      return .pretend(state.fates.draw(using: &random) ?? .verdict(after: state.budget.estimate))
    }
  }

  /// A hash was computed, and took a thread for so long.
  func spend(_ duration: Duration) {
    let now = now()
    state.withLock { $0.budget.spend(duration, at: now) }
  }

  /// A request that was admitted has its answer, after so long: a verdict, or the reason why there is none.
  func settle(_ reservation: Duration, after waited: Duration, dropped: HashJob.Reason?) {
    state.withLock { state in
      state.budget.release(reservation)
      switch dropped {
      case nil, .settled: state.fates.record(.verdict(after: waited))
      case .overloaded: state.fates.record(.overloaded)
      // Nobody was there to see it, or it was not the load's doing.
      case .abandoned, .timedOut, .tooLarge, .stopping: break
      }
    }
  }
}
