internal import Passwords
internal import Threads

/// Who goes first when hashes have to wait. A value without a clock. It orders, and decides nothing.
///
/// The password that was right the last time goes first, by one byte of its tag: enough to hold back 255 of 256 wrong ones, and too
/// little to be worth stealing. An account that is asked with one password after another is being guessed at, and goes last.
struct Standing {
  /// How long it counts that an account was asked with changing passwords: a minute from the last one.
  static let suspicion = Duration.seconds(60)
  /// How long the last right password goes first: a week.
  static let familiarity = Duration.seconds(7 * 86_400)
  /// Accounts for which each is kept: 32,768, a few MiB in all. The oldest give way.
  static let capacity = 32_768

  /// Not private, though nobody else needs it: Swift 6.3.1 then fails in debug builds ("Global is external").
  struct Attempt {
    var hint: UInt8
    var isChanging: Bool
  }

  /// An account in eight bytes, however long the name that somebody asks for. Two of the same would share their order, no more.
  private struct Key: Hashable {
    private let digest: Int

    init(_ account: HashJob.Account) { digest = account.hashValue }
  }

  private var right: RecentMemory<Key, UInt8>
  private var unproven: RecentMemory<Key, Attempt>

  init(capacity: Int = Self.capacity) {
    right = RecentMemory(capacity: capacity, lifetime: Self.familiarity)
    unproven = RecentMemory(capacity: capacity, lifetime: Self.suspicion)
  }

  /// Whether a password was right the last time, as far as one byte can tell. Counts as nothing.
  func isFamiliar(_ account: HashJob.Account, _ tag: PasswordTag, at now: Instant) -> Bool {
    right.recall(Key(account), at: now) == tag.hint
  }

  /// The rank of a password that is about to be hashed; counts as an attempt.
  mutating func rank(_ account: HashJob.Account, _ tag: PasswordTag, at now: Instant) -> HashRank {
    if isFamiliar(account, tag, at: now) { return .familiar }
    var attempt = Attempt(hint: tag.hint, isChanging: false)
    if let last = unproven.recall(Key(account), at: now) {
      attempt.isChanging = last.isChanging || last.hint != tag.hint
    }
    unproven.remember(Key(account), attempt, at: now)
    return attempt.isChanging ? .suspect : .ordinary
  }

  /// Remembers what verifying said.
  mutating func note(
    _ verdict: Verdict, of account: HashJob.Account, _ tag: PasswordTag, at now: Instant
  ) {
    guard verdict == .match else { return }
    right.remember(Key(account), tag.hint, at: now)
  }

  /// Forgets which passwords an account was asked with.
  mutating func forgetAttempts(at account: HashJob.Account) { unproven.forget(Key(account)) }
}
