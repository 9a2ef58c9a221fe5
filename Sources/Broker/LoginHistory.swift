internal import Accounts
internal import Passwords
internal import Secrets
internal import Threads

/// What earlier logins say about the next one: wrong passwords that need not be hashed again, and who goes first. It is the
/// process's own, and ends with it.
final class LoginHistory: Sendable {
  /// One password against one of an account's stored passwords.
  struct Attempt: Hashable, Sendable {
    let account: HashJob.Account
    let tag: PasswordTag
    /// In the place of the account, for what is remembered of passwords that were right or came one after the other: each app password
    /// has its own, or an account with several would look like one that is guessed at.
    var appPassword: HashJob.Account?

    fileprivate var holder: HashJob.Account { appPassword ?? account }
  }

  private struct State {
    var refusals = RefusalMemory()
    var standing = Standing()
  }

  private let tags: PasswordTag.Maker
  private let state = Lock(State())
  private let now: @Sendable () -> Instant

  /// - Parameter random: a generator fit for keys.
  init(random: inout some RandomNumberGenerator, now: @escaping @Sendable () -> Instant) {
    tags = PasswordTag.Maker(random: &random)
    self.now = now
  }

  func attempt(
    _ password: Secret, against stored: Secret, isHash: Bool, of account: HashJob.Account
  ) -> Attempt {
    Attempt(
      account: account, tag: tags.tag(of: password, against: stored, isHash: isHash, username: account.username))
  }

  /// The same against an app password of the account.
  func attempt(
    _ password: Secret, againstAppPassword stored: Secret, of account: HashJob.Account
  ) -> Attempt {
    // Hasher's key is the process's own. No user name has a NUL.
    var hasher = Hasher()
    stored.withBytes { hasher.combine(bytes: $0) }
    let holder = withUnsafeBytes(of: hasher.finalize()) { account.username + [0] + $0 }
    var attempt = attempt(password, against: stored, isHash: true, of: account)
    attempt.appPassword = HashJob.Account(directory: account.directory, username: holder)
    return attempt
  }

  /// How soon to hash it; nil when it was wrong less than a minute ago.
  func rank(of attempt: Attempt) -> HashRank? {
    let now = now()
    return state.withLock { state in
      state.refusals.knows(attempt.tag, at: now) ? nil : state.standing.rank(attempt.holder, attempt.tag, at: now)
    }
  }

  /// Whether it was right the last time, as far as one byte can tell.
  func isFamiliar(_ attempt: Attempt) -> Bool {
    let now = now()
    return state.withLock { $0.standing.isFamiliar(attempt.holder, attempt.tag, at: now) }
  }

  /// Whether it was wrong less than a minute ago.
  func isRefused(_ attempt: Attempt) -> Bool {
    let now = now()
    return state.withLock { $0.refusals.knows(attempt.tag, at: now) }
  }

  /// Remembers what hashing it said.
  func note(_ verdict: Verdict, of attempt: Attempt) {
    let now = now()
    state.withLock { state in
      state.refusals.note(verdict, for: attempt.tag, at: now)
      state.standing.note(verdict, of: attempt.holder, attempt.tag, at: now)
    }
  }

  /// The password was the right one of several: that it was tried against the account's own and others counts for nothing.
  func forget(_ attempts: [Attempt], of account: HashJob.Account) {
    state.withLock { state in
      state.standing.forgetAttempts(at: account)
      for attempt in attempts { state.standing.forgetAttempts(at: attempt.holder) }
    }
  }
}
