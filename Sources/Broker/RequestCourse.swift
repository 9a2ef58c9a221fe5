internal import Accounts
internal import AuthdaemonWire
internal import Passwords
internal import Secrets

/// The way of one request through the directories: which to ask, what to verify, when it is decided. A value type without I/O:
/// an event goes in, the next action comes out.
///
/// ```
/// start ─▶ lookUp(i) ─▶ found ─▶ admit ─▶ verify ─▶ match ──▶ finish(accepted), or for PASSWD: makeHash ─▶ store ─▶ finish
///             ▲  │                 │         │
///             │  └ no such user ───│─────────┴ mismatch: the next directory, or finish(refused)
///             ├────────────────────┴ released, after it was held: everything again, for the account may have changed
///             └── anything that could not be decided, anywhere: finish(unavailable)
/// ```
/// `verify` is first a matter of the account's own password. If that does not match, or costs a millisecond or more, or there is none, and the directory
/// has app passwords, these are asked for (`lookUpAppPasswords`), and what is remembered of all of them (`recall`) comes before any hash.
/// Then each is verified, until one matches. PASSWD is never proven by an app password: one that leaked would be worth the account. Nor is
/// a challenge: no hash can answer it.
///
/// `admit` comes once for each login and password change, before the first verification, or before "no such user".
///
/// A password that was compared with nothing, because there is no such user or none who may log in, is verified against a decoy before
/// `finish(refused)`: how long it takes does not say who exists.
struct RequestCourse {
  /// What the request wants to be sure of.
  enum Purpose {
    /// PRE.
    case account
    /// AUTH.
    case login(Credentials)
    /// PASSWD.
    case change(old: Secret, new: Secret)
  }

  enum Event {
    case start
    case lookedUp(Outcome<Account>)
    /// It may go on.
    case admitted
    /// It was held, and may go on now.
    case released
    /// It may not go on.
    case turnedAway(Unavailability)
    case verified(Verdict)
    /// The password was found right for this stored hash a moment ago.
    case remembered
    /// It would cost a hash, or a wait, while there may be app passwords that are right and remembered.
    case needsAppPasswords
    /// Those that are good for the service.
    case foundAppPasswords(Outcome<[AppPassword]>)
    case recalled(Recollection)
    case hashed(Outcome<Secret>)
    case stored(Outcome<Void>)
  }

  /// What is remembered of a password and the keys of an account; the number is a key's place.
  enum Recollection {
    /// It was found right for this one a moment ago.
    case match(Int)
    /// It seems to be the one that was right for this one the last time.
    case familiar(Int)
    case nothing
  }

  /// `of` and `for` are the account's name as the database spells it.
  enum Action {
    case lookUp(directory: Int)
    case lookUpAppPasswords(directory: Int, of: [UInt8])
    case admit(Candidate)
    /// To be looked up in what is remembered; nothing is hashed.
    case recall(Secret, among: [Keyring.Key], of: [UInt8])
    /// `afresh`: to be hashed, even if it was right a moment ago.
    case verify(Secret, against: Secret, of: [UInt8], afresh: Bool)
    /// Whatever the verdict, the answer is no.
    case verifyDecoy(Secret, afresh: Bool)
    case verifyChallenge(Credentials, clearPassword: Secret)
    case makeHash(Secret, successorOf: Secret?, for: [UInt8])
    case store(directory: Int, hash: Secret, password: Secret)
    case finish(Outcome<Answer>)
  }

  private enum State {
    case initial
    case lookingUp(Int)
    /// Without an account: nothing is to be verified.
    case admitting(Int, Account?)
    /// While there are no keys, app passwords were asked for; then, what is remembered of them.
    case gathering(Int, Account)
    case verifying(Int, Account)
    case deceiving(Refusal)
    case hashing(Int)
    case storing
    case finished
  }

  private let purpose: Purpose
  private let rules: CourseRules
  /// Indices of the directories to ask, in order; nil: all.
  private let chosen: [Int]?
  /// The passwords of the account that was found last, once its own did not match or the others were asked for.
  private var keyring: Keyring? {
    get { if case .holding(let keyring)? = keyringBox { keyring } else { nil } }
    set { keyringBox = newValue.map { .holding($0) } }
  }
  private var keyringBox: KeyringBox?
  private var wasKeyRight = false
  private var state = State.initial
  private var refusal: Refusal?
  /// Whether the password was compared with that of an account.
  private var wasCompared = false
  /// The directory that decided, for the log; the last one asked until then.
  private(set) var decidingDirectory: Int?
  /// Whether no hash was computed for the password that was accepted.
  private(set) var wasRemembered = false
  private let isThrottled: Bool
  /// Whether it was the account's own stored password that was given and found right: no challenge was answered.
  private(set) var gaveStoredPassword = false
  private var needsAdmission: Bool
  /// Where it was let go on without being held.
  private var admittedAt: Int?
  /// The first account that was found, as the database spells it; nil when there was none.
  private(set) var foundName: [UInt8]?

  /// The weak scheme by which the password is stored that was right, when `weak-schemes` wants to know: a place in
  /// `PasswordSchemes.all`.
  private(set) var weakScheme: Int?

  /// - Parameters:
  ///   - chosen: indices of the directories to ask, in order; nil: all.
  ///   - needsAdmission: whether a login asks `admit` before it goes on.
  init(purpose: Purpose, rules: CourseRules, chosen: [Int]? = nil, needsAdmission: Bool = false) {
    self.purpose = purpose
    self.rules = rules
    self.chosen = chosen
    self.needsAdmission = needsAdmission
    isThrottled = needsAdmission
  }

  private var count: Int { chosen?.count ?? rules.directories.count }

  private func directory(at position: Int) -> Int { chosen?[position] ?? rules.directories[position] }

  /// What is offered as proof of who somebody is; nil when nothing is.
  var credentials: Credentials? {
    switch purpose {
    case .account: nil
    case .login(let credentials): credentials
    case .change(let old, _): .login(password: old)
    }
  }

  /// Whether a refusal must not tell by its time who exists: it does for logins and password changes; PRE is there to tell.
  var hidesWhoExists: Bool {
    if case .account = purpose { false } else { true }
  }

  /// The app password that was right; nil when the account's own was, or none. Its hash is not the account's.
  var matchedAppPassword: AppPassword? { wasKeyRight ? keyring?.current?.appPassword : nil }

  /// All passwords of the account that was found last; empty until its app passwords were asked for.
  var keys: [Keyring.Key] { keyring?.keys ?? [] }

  /// Whether what is being verified is compared with an app password.
  var isTryingAppPassword: Bool { keyring?.current?.appPassword != nil }

  /// Whether what is being verified may wait until app passwords were asked for.
  var lacksAppPasswords: Bool {
    if case .verifying(let position, _) = state { lacksAppPasswords(at: position) } else { false }
  }

  mutating func handle(_ event: Event) -> Action {
    switch (state, event) {
    case (.initial, .start):
      return ask(0)
    case (.lookingUp(let position), .lookedUp(let outcome)):
      return lookedUp(outcome, at: position)
    case (.admitting(let position, let account), .admitted):
      needsAdmission = false
      admittedAt = position
      return account.map { verify($0, at: position) } ?? ask(position)
    case (.admitting, .released):
      needsAdmission = false
      admittedAt = nil
      refusal = nil
      return ask(0)
    case (.admitting, .turnedAway(let cause)):
      return finish(.unavailable(cause))
    case (.admitting(let position, let account?), .remembered):
      return remembered(account, at: position)
    case (.verifying(let position, let account), .verified(let verdict)):
      return verified(verdict, account, at: position)
    case (.verifying(let position, let account), .remembered):
      return remembered(account, at: position)
    case (.admitting(let position, let account?), .needsAppPasswords),
      (.verifying(let position, let account), .needsAppPasswords):
      return lacksAppPasswords(at: position) ? askForAppPasswords(account, at: position) : contradiction(event)
    case (.gathering(let position, let account), .foundAppPasswords(let outcome)):
      guard keys.isEmpty else { return contradiction(event) }
      return foundAppPasswords(outcome, account, at: position)
    case (.admitting(let position, let account?), .recalled(.match(let place))),
      (.gathering(let position, let account), .recalled(.match(let place))):
      guard keyring?.select(place) == true else { return contradiction(event) }
      return remembered(account, at: position)
    case (.gathering(let position, let account), .recalled(let recollection)):
      guard !keys.isEmpty else { return contradiction(event) }
      if case .familiar(let place) = recollection { keyring?.prefer(place) }
      return tryNextKey(account, at: position)
    case (.deceiving(let refusal), .verified):
      return finish(.refused(refusal))
    case (.hashing(let position), .hashed(let outcome)):
      guard case .change(_, let new) = purpose else { return contradiction(event) }
      switch outcome {
      case .accepted(let hash):
        state = .storing
        return .store(directory: directory(at: position), hash: hash, password: new)
      case .refused(let refusal): return finish(.refused(refusal))
      case .unavailable(let cause): return finish(.unavailable(cause))
      }
    case (.storing, .stored(let outcome)):
      return finish(outcome.map { .accepted(.changed) })
    default:
      return contradiction(event)
    }
  }

  /// A stored hash, with its scheme's name where the directory's settings say what it is.
  private func named(_ hash: Secret, at position: Int) -> Secret {
    let index = directory(at: position)
    guard rules.bareSchemes.indices.contains(index), let scheme = rules.bareSchemes[index] else { return hash }
    return scheme.labelled(hash)
  }

  private mutating func ask(_ position: Int) -> Action {
    keyringBox = nil
    guard position < count else {
      guard count > 0 else { return finish(.refused(.unknownModule)) }
      if needsAdmission { return admit(nil, against: nil, isHash: false, at: position) }
      return conclude(refusal ?? .unknownUser)
    }
    state = .lookingUp(position)
    decidingDirectory = directory(at: position)
    return .lookUp(directory: directory(at: position))
  }

  /// Unknown user and wrong password go on to the next directory; the first reason that says more than "unknown" is kept.
  private mutating func refuse(_ reason: Refusal, at position: Int) -> Action {
    if refusal == nil || refusal == .unknownUser { refusal = reason }
    return ask(position + 1)
  }

  /// Nobody has this password. That takes a hash, whoever is or is not there.
  private mutating func conclude(_ refusal: Refusal) -> Action {
    guard !wasCompared else { return finish(.refused(refusal)) }
    switch purpose {
    // PRE tells who exists, and a challenge is answered by a few microseconds of HMAC.
    case .account, .login(.challengeResponse): return finish(.refused(refusal))
    case .login(.login(let password)):
      state = .deceiving(refusal)
      return .verifyDecoy(password, afresh: false)
    case .change(let password, _):
      state = .deceiving(refusal)
      return .verifyDecoy(password, afresh: true)
    }
  }

  private mutating func lookedUp(_ outcome: Outcome<Account>, at position: Int) -> Action {
    switch outcome {
    case .unavailable(let cause): return finish(.unavailable(cause))
    case .refused(let reason): return refuse(reason, at: position)
    case .accepted(let account):
      if needsAdmission, foundName == nil { foundName = account.username }
      guard account.isActive else { return refuse(.inactive, at: position) }
      return verify(account, at: position)
    }
  }

  private mutating func verify(_ account: Account, at position: Int) -> Action {
    // It was let go for what another directory has, which may have taken little time. This may take more.
    if let admittedAt, admittedAt < position { needsAdmission = isThrottled }
    switch purpose {
    case .account:
      return finish(.accepted(.account(account, password: account.clearPassword)))
    case .login(.login(let password)), .change(let password, _):
      let hash = account.passwordHash.map { named($0, at: position) }
      if rules.offersAppPasswords != nil, hasAppPasswords(at: position),
        let action = approach(account, hash: hash, password, at: position)
      {
        return action
      }
      guard let stored = hash ?? account.clearPassword else { return refuse(.noUsablePassword, at: position) }
      if needsAdmission { return admit(account, against: stored, isHash: hash != nil, at: position) }
      state = .verifying(position, account)
      if hash != nil {
        return .verify(password, against: stored, of: account.username, afresh: isAfresh)
      }
      // A clear password is compared in the same constant time as a digest would be; nothing to hand over.
      return handle(.verified(stored.matches(password) ? .match : .mismatch))
    case .login(let credentials):
      // Without a clear password that is present and not empty nothing can be computed; an empty one would let anybody in.
      guard let clear = account.clearPassword, !clear.isEmpty else { return refuse(.noUsablePassword, at: position) }
      // Whoever locks the password means the account.
      if let hash = account.passwordHash, PasswordSchemes.isLocked(named(hash, at: position)) {
        return refuse(.locked, at: position)
      }
      if needsAdmission { return admit(account, against: clear, isHash: false, at: position) }
      state = .verifying(position, account)
      return .verifyChallenge(credentials, clearPassword: clear)
    }
  }

  /// The stored hash that was matched; nil when it was a password in the clear.
  private func matchedHash(_ account: Account, at position: Int) -> Secret? {
    guard let key = keyring?.current else { return account.passwordHash.map { named($0, at: position) } }
    return key.isHash ? key.stored : nil
  }

  /// Whether it is the stored hash that a password is compared with, if there is one.
  private var isProvenByHash: Bool {
    switch purpose {
    case .login(.login), .change: true
    case .account, .login(.challengeResponse): false
    }
  }

  /// Whoever would change a password proves the old one by a hash of its own.
  private var isAfresh: Bool {
    if case .change = purpose { true } else { false }
  }

  private mutating func admit(
    _ account: Account?, against stored: Secret?, isHash: Bool, at position: Int
  ) -> Action {
    guard let credentials else {
      needsAdmission = false
      return ask(position)
    }
    state = .admitting(position, account)
    return .admit(
      Candidate(
        credentials: credentials, stored: stored, isHash: isHash, username: account?.username ?? [],
        isAfresh: isAfresh,
        lacksAppPasswords: account != nil && lacksAppPasswords(at: position)))
  }

  // MARK: App passwords

  /// Whether a password that is not the account's own may be right all the same.
  private func hasAppPasswords(at position: Int) -> Bool {
    guard let offersAppPasswords = rules.offersAppPasswords, case .login(.login) = purpose else { return false }
    let index = directory(at: position)
    return offersAppPasswords.indices.contains(index) && offersAppPasswords[index]
  }

  private func lacksAppPasswords(at position: Int) -> Bool { keyringBox == nil && hasAppPasswords(at: position) }

  /// Where there are app passwords, and it is not the account's own password alone that comes next.
  private mutating func approach(_ account: Account, hash: Secret?, _ password: Secret, at position: Int) -> Action? {
    // Whoever locks the password means the account.
    if let hash, PasswordSchemes.isLocked(hash) { return refuse(.locked, at: position) }
    guard let keyring else {
      return hash == nil && account.clearPassword == nil ? askForAppPasswords(account, at: position) : nil
    }
    if needsAdmission {
      return admit(account, against: hash ?? account.clearPassword, isHash: hash != nil, at: position)
    }
    state = .gathering(position, account)
    return .recall(password, among: keyring.keys, of: account.username)
  }

  private mutating func askForAppPasswords(_ account: Account, at position: Int) -> Action {
    state = .gathering(position, account)
    return .lookUpAppPasswords(directory: directory(at: position), of: account.username)
  }

  private mutating func foundAppPasswords(
    _ outcome: Outcome<[AppPassword]>, _ account: Account, at position: Int
  ) -> Action {
    switch outcome {
    case .unavailable(let cause):
      // The account's own password needs none of them: it may still be a yes, and nothing else a no.
      guard keyring == nil, let own = ownKey(account, at: position) else { return finish(.unavailable(cause)) }
      keyring = Keyring([own], doubt: cause)
      return verify(account, at: position)
    case .refused(let reason): return refuse(reason, at: position)
    case .accepted(let found):
      let others = found.map { Keyring.Key(named($0.hash, at: position), appPassword: $0) }
      if let tried = keyring {
        keyring = Keyring(others, after: tried)
        // It was let go for a comparison that took little time. What follows may take more.
        needsAdmission = isThrottled && !others.isEmpty
      } else {
        keyring = Keyring((ownKey(account, at: position).map { [$0] } ?? []) + others)
      }
      return keys.isEmpty ? tryNextKey(account, at: position) : verify(account, at: position)
    }
  }

  private func ownKey(_ account: Account, at position: Int) -> Keyring.Key? {
    account.passwordHash.map { Keyring.Key(named($0, at: position)) }
      ?? account.clearPassword.map { Keyring.Key($0, isHash: false) }
  }

  private mutating func tryNextKey(_ account: Account, at position: Int) -> Action {
    guard case .login(.login(let password)) = purpose, let key = keyring?.next() else {
      if let doubt = keyring?.doubt { return finish(.unavailable(doubt)) }
      return refuse(keyring?.refusal ?? .noUsablePassword, at: position)
    }
    state = .verifying(position, account)
    if key.isHash { return .verify(password, against: key.stored, of: account.username, afresh: false) }
    return handle(.verified(key.stored.matches(password) ? .match : .mismatch))
  }

  /// It does not match one of the account's passwords; another one may.
  private mutating func tryOthers(_ verdict: Verdict, _ account: Account, at position: Int) -> Action {
    if verdict == .mismatch { wasCompared = true }
    let isOwn = keyringBox == nil
    var keyring = self.keyring ?? Keyring([])
    keyring.note(verdict)
    self.keyring = keyring
    return isOwn ? askForAppPasswords(account, at: position) : tryNextKey(account, at: position)
  }

  private mutating func remembered(_ account: Account, at position: Int) -> Action {
    guard case .login(.login) = purpose else { return contradiction(.remembered) }
    needsAdmission = false
    admittedAt = position
    wasRemembered = true
    state = .verifying(position, account)
    return verified(.match, account, at: position)
  }

  private mutating func verified(_ verdict: Verdict, _ account: Account, at position: Int) -> Action {
    switch verdict {
    case .match: break
    case _ where hasAppPasswords(at: position): return tryOthers(verdict, account, at: position)
    case .mismatch:
      wasCompared = true
      return refuse(.wrongPassword, at: position)
    case .locked: return refuse(.locked, at: position)
    case .unverifiable(let scheme): return finish(.unavailable(Unavailability(.unknownScheme, scheme)))
    }
    // After the hash, so that a wrong password is a wrong password, and takes as long.
    if rules.weakSchemes != .accept, isProvenByHash, let hash = matchedHash(account, at: position) {
      weakScheme = PasswordSchemes.weakScheme(of: hash)
      if weakScheme != nil, rules.weakSchemes == .refuse {
        wasCompared = true
        return refuse(.weakScheme, at: position)
      }
    }
    switch purpose {
    case .account, .login(.challengeResponse):
      return finish(.accepted(.account(account, password: account.clearPassword)))
    case .login(.login(let password)):
      wasKeyRight = true
      gaveStoredPassword = matchedAppPassword == nil
      return finish(.accepted(.account(account, password: password)))
    case .change(_, let new):
      guard rules.offersChange[directory(at: position)] else { return finish(.refused(.passwordChangeNotOffered)) }
      state = .hashing(position)
      return .makeHash(new, successorOf: account.passwordHash, for: account.username)
    }
  }

  private mutating func finish(_ outcome: Outcome<Answer>) -> Action {
    state = .finished
    return .finish(outcome)
  }

  /// An event that the state does not expect is our own mistake: never a yes, and never blamed on the user.
  private mutating func contradiction(_ event: Event) -> Action {
    finish(.unavailable(Unavailability(.defect, "a request met an event that does not belong to its state")))
  }
}

/// Outside of the course, which is copied often and rarely has one.
private indirect enum KeyringBox { case holding(Keyring) }

/// What an accepted request is answered with.
enum Answer: Sendable {
  /// AUTH, PRE. `password` is what PASSWD2 would hold, for peers that may see it.
  case account(Account, password: Secret?)
  /// PASSWD.
  case changed
}
