internal import Accounts
internal import AuthdaemonWire
internal import Passwords
internal import Secrets
internal import Threads

/// Carries out what the course of one request asks for. Its steps follow one another, each on the thread that had the news, so the
/// lock is never waited for; it is there because the compiler cannot see that.
final class RunningRequest: Sendable {
  struct Progress {
    var course: RequestCourse
    /// Empty before the start, and once it was given away.
    var record = AuditRecord()
    /// What it has to give back to the throttle.
    var ticket: Throttle.Ticket?
    /// How long it was held.
    var held: Duration?
  }

  let progress: Lock<Progress>
  let key: AccountKey
  let snapshot: Snapshot
  private let desks: Desks
  private let secrets: Bool
  let channel: any RequestChannel

  init(
    course: consuming RequestCourse, key: consuming AccountKey, snapshot: Snapshot, desks: Desks, secrets: Bool,
    channel: any RequestChannel
  ) {
    progress = Lock(Progress(course: course))
    self.key = key
    self.snapshot = snapshot
    self.desks = desks
    self.secrets = secrets
    self.channel = channel
  }

  private var pool: HashPool { desks.pool }
  var history: LoginHistory { desks.history }
  private var desk: VerificationDesk { desks.verifications }
  private var decoys: Decoys { desks.decoys }
  var rehashes: RehashDesk { desks.rehashes }
  private var holds: AlarmClock { desks.holds }
  var throttle: ThrottleDesk { desks.throttle }

  /// - Parameter note: notes what is asked, in the record that stays: to copy one costs more than to make one.
  func start(_ note: (inout AuditRecord) -> Void) {
    carryOut(
      progress.withLock {
        note(&$0.record)
        return $0.course.handle(.start)
      })
  }

  func advance(_ event: RequestCourse.Event) {
    carryOut(progress.withLock { $0.course.handle(event) })
  }

  /// - Parameter demand: of a verification, where that is known.
  func carryOut(_ action: RequestCourse.Action, demand: Demand? = nil) {
    switch action {
    case .lookUp(let index):
      let directory = snapshot.settings.directories[index].directory
      let bareSchemes = snapshot.rules.bareSchemes
      directory.lookUp(key, deadline: channel.deadline) { outcome in
        if case .accepted(let account) = outcome {
          self.decoys.saw(account, in: directory, bareSchemes.isEmpty ? nil : bareSchemes[index])
        }
        self.advance(.lookedUp(outcome))
      }
    case .lookUpAppPasswords(let index, let username):
      snapshot.settings.directories[index].directory.appPasswords(key, deadline: channel.deadline) { outcome in
        let fitting = outcome.map { .accepted($0.filter { $0.services.contains(self.key.service) }) }
        if case .accepted(let found) = fitting {
          self.decoys.saw(appPasswords: found.count, of: self.account(username))
        }
        self.advance(.foundAppPasswords(fitting))
      }
    case .admit(let candidate):
      admit(candidate)
    case .recall(let password, let keys, let username):
      advance(.recalled(memory(of: username).recall(password, among: keys)))
    case .verify(let password, let stored, let username, let afresh):
      verify(
        password, against: stored, of: username, afresh: afresh, demand: demand ?? PasswordSchemes.demand(of: stored))
    case .verifyDecoy(let password, let afresh):
      // Whatever comes of it is a failure: it counts from now on, as what is under way does.
      countWithoutTicket()
      // An app password proves no password change.
      verify(password, against: decoys.current, afresh: afresh, rounds: afresh ? 1 : decoys.rounds)
    case .verifyChallenge(let credentials, let clear):
      guard case .challengeResponse(let mechanism, let challenge, let digest) = credentials else { return }
      advance(
        .verified(
          ChallengeResponse.verify(
            hash: mechanism.function, clearPassword: clear, challenge: challenge, digest: digest)))
    case .makeHash(let password, let old, let username):
      // The old password was right: whoever asks this is at home here.
      let scheme = successor(of: old)
      onPool(account(username), rank: .familiar, memory: PasswordSchemes.memory(toMake: scheme)) { scratch in
        var random = SystemRandomNumberGenerator()
        do throws(PasswordMakingError) {
          let hash = try PasswordSchemes.make(password, scheme: scheme, random: &random, using: scratch)
          self.advance(.hashed(.accepted(hash)))
        } catch {
          self.advance(
            .hashed(
              error.isUsersFault
                ? .refused(.unfitPassword)
                : .unavailable(Unavailability(.unknownScheme, "cannot make a hash of \(scheme.name)"))))
        }
      }
    case .store(let index, let hash, let password):
      let change = PasswordChange(key: key, newHash: hash, newPassword: password)
      snapshot.settings.directories[index].directory.setPassword(change, deadline: channel.deadline) {
        self.advance(.stored($0))
      }
    case .finish(let outcome):
      finish(outcome)
    }
  }

  /// Of the first account that was found, or as the client named it.
  var username: [UInt8] { progress.withLock { $0.course.foundName } ?? key.name.username }

  /// A stored hash of the directory that decided, with its scheme's name where the settings say what it is.
  func named(_ hash: Secret) -> Secret {
    guard let index = progress.withLock({ $0.course.decidingDirectory }),
      snapshot.rules.bareSchemes.indices.contains(index),
      let scheme = snapshot.rules.bareSchemes[index]
    else { return hash }
    return scheme.labelled(hash)
  }

  /// Of the passwords of an account.
  func memory(of username: [UInt8]) -> KeyringMemory {
    KeyringMemory(verified: snapshot.verified, history: history, account: account(username))
  }

  // MARK: Hashes

  /// A digest of a few microseconds is computed where the row arrived, and so is what is remembered; a costly hash goes to the pool,
  /// together with all who ask for the same.
  private func verify(
    _ password: Secret, against stored: Secret, of username: [UInt8], afresh: Bool, demand: Demand
  ) {
    if demand.cost == .cheap {
      advance(.verified(PasswordSchemes.verify(password, of: username, against: stored, using: CryptScratch())))
      return
    }
    guard demand.memory <= pool.memory else {
      let what = PasswordSchemes.tooMuchMemory(demand.memory, for: stored, of: pool.memory)
      advance(.verified(.unverifiable(scheme: what)))
      return
    }
    let memory = afresh || demand.cost != .expensive ? nil : snapshot.verified
    let proof = memory?.tag(of: password, against: stored, isHash: true, username: username)
    if let memory, let proof, memory.knows(proof) {
      advance(.remembered)
      return
    }
    let (lacksAppPasswords, isAppPassword) = progress.withLock {
      ($0.course.lacksAppPasswords, $0.course.isTryingAppPassword)
    }
    // One of them may be remembered.
    if lacksAppPasswords && demand.cost == .expensive { return advance(.needsAppPasswords) }
    let attempt =
      isAppPassword
      ? history.attempt(password, againstAppPassword: stored, of: account(username))
      : history.attempt(password, against: stored, isHash: true, of: account(username))
    guard let rank = history.rank(of: attempt) else {
      advance(.verified(.mismatch))
      return
    }
    let history = self.history
    let work: VerificationDesk.Work = { scratch in
      let verdict = PasswordSchemes.verify(password, of: username, against: stored, using: scratch)
      history.note(verdict, of: attempt)
      if let memory, let proof { memory.note(verdict, for: proof) }
      return verdict
    }
    hash(attempt, rank, demand.memory, afresh: afresh, history, desk, work) { self.hear($0) }
  }

  /// The same against a hash that is nobody's, step by step, so that it takes as long. Nothing of it can be a yes.
  /// - Parameter rounds: how many hashes are left to compute.
  private func verify(_ password: Secret, against decoy: Decoys.Decoy, afresh: Bool, rounds: Int) {
    let end: @Sendable () -> Void = {
      if rounds > 1 {
        self.verify(password, against: decoy, afresh: afresh, rounds: rounds - 1)
      } else {
        self.advance(.verified(.mismatch))
      }
    }
    if decoy.demand.cost == .cheap {
      _ = PasswordSchemes.verify(password, against: decoy.stored, using: CryptScratch())
      advance(.verified(.mismatch))
      return
    }
    if !afresh, decoy.demand.cost == .expensive, let memory = snapshot.verified {
      _ = memory.knows(
        memory.tag(of: password, against: decoy.stored, isHash: true, username: key.name.username))
    }
    let decoys = self.decoys
    let history = decoys.history
    let attempt = decoys.attempt(password, against: decoy, of: account(key.name.username), round: rounds)
    guard let rank = history.rank(of: attempt) else { return end() }
    switch decoys.admit() {
    case .pretend(.overloaded): dropped(.overloaded)
    case .pretend(.verdict(let wait)):
      let settle: @Sendable () -> Void = {
        history.note(.mismatch, of: attempt)
        end()
      }
      if !holds.set(.now + wait, settle) { settle() }
    case .compute(let reservation):
      let begin = Instant.now
      let work: VerificationDesk.Work = { scratch in
        let begin = Instant.now
        _ = PasswordSchemes.verify(password, against: decoy.stored, using: scratch)
        decoys.spend(.now - begin)
        history.note(.mismatch, of: attempt)
        return .mismatch
      }
      hash(attempt, rank, decoy.demand.memory, afresh: afresh, history, decoys.desk, work) { news in
        let reason: HashJob.Reason? = if case .dropped(let reason) = news { reason } else { nil }
        decoys.settle(reservation, after: .now - begin, dropped: reason)
        switch reason {
        case nil, .settled: end()
        case let reason?: self.dropped(reason)
        }
      }
    }
  }

  /// Has a hash computed by the pool: together with all who ask for the same, unless it is to be one of its own.
  private func hash(
    _ attempt: LoginHistory.Attempt, _ rank: HashRank, _ memory: Int, afresh: Bool, _ history: LoginHistory,
    _ desk: VerificationDesk, _ work: @escaping VerificationDesk.Work,
    _ hears: @escaping @Sendable (VerificationDesk.News) -> Void
  ) {
    let channel = self.channel
    guard afresh else {
      desk.verify(
        attempt, rank: rank, memory: memory,
        for: VerificationDesk.Waiter(
          deadline: channel.deadline, isAbandoned: { channel.isAbandoned }, hears: hears), work: work)
      return
    }
    pool.submit(
      HashJob(
        account: attempt.account, rank: rank, memory: memory, deadline: channel.deadline,
        isAbandoned: { channel.isAbandoned },
        // While it waits, the same may be asked by another connection and be found wrong.
        isSettled: { history.isRefused(attempt) }
      ) { turn in
        switch turn {
        case .run(let scratch): hears(.verdict(work(scratch)))
        case .dropped(let reason): hears(.dropped(reason))
        }
      })
  }

  private func hear(_ news: VerificationDesk.News) {
    switch news {
    case .verdict(let verdict): advance(.verified(verdict))
    case .dropped(let reason): dropped(reason)
    }
  }

  /// Whose turn in the queue a hash takes: that of the account as the database spells it, in the directory that was asked last.
  func account(_ username: [UInt8]) -> HashJob.Account {
    let index = progress.withLock { $0.course.decidingDirectory }
    return HashJob.Account(
      directory: index.map { snapshot.settings.directories[$0].directory.name } ?? "", username: username)
  }

  private func onPool(
    _ account: HashJob.Account, rank: HashRank, memory: Int, _ work: @escaping @Sendable (CryptScratch) -> Void
  ) {
    let channel = self.channel
    pool.submit(
      HashJob(
        account: account, rank: rank, memory: memory, deadline: channel.deadline,
        isAbandoned: { channel.isAbandoned }
      ) { turn in
        switch turn {
        case .run(let scratch): work(scratch)
        case .dropped(let reason): self.dropped(reason)
        }
      })
  }

  /// No hash was computed.
  private func dropped(_ reason: HashJob.Reason) {
    switch reason {
    case .settled: advance(.verified(.mismatch))
    case .abandoned: finish(.unavailable(Unavailability(.clientGone)))
    case .timedOut: finish(.unavailable(Unavailability(.timedOut, "waiting for a hash thread")))
    case .overloaded: finish(.unavailable(Unavailability(.overloaded, "hash queue full")))
    case .tooLarge:
      finish(.unavailable(Unavailability(.unknownScheme, "a hash that takes more memory than [limits] hash-memory")))
    case .stopping: finish(.unavailable(Unavailability(.stopping)))
    }
  }

  /// Answers; a refusal that must not tell who exists, at the next time for such.
  private func finish(_ outcome: Outcome<Answer>) {
    // Before the client knows: its next attempt must find this one counted.
    settle(outcome)
    if snapshot.rules.offersAppPasswords != nil, case .accepted(.account(let account, let password?)) = outcome {
      let keys = progress.withLock { $0.course.keys }
      if !keys.isEmpty { memory(of: account.username).forgetAttempts(password, keys) }
    }
    if case .refused = outcome, progress.withLock({ $0.course.hidesWhoExists }) {
      let time = AnswerGrid.next(after: channel.received, at: .now)
      // A full clock, or a client that will not wait so long: at once.
      if time < channel.deadline, holds.set(time, { self.send(outcome) }) { return }
    }
    send(outcome)
  }

  private func send(_ outcome: Outcome<Answer>) {
    let encoder = AnswerEncoder(defaultOptions: snapshot.settings.defaultOptions)
    let (reply, sent) = encoder.encode(outcome, service: key.service, secrets: secrets)
    channel.answer(reply)
    var record = AuditRecord()
    let (decider, wasRemembered, weakScheme, appPassword, held) = progress.withLock {
      swap(&record, &$0.record)
      return (
        $0.course.decidingDirectory, $0.course.wasRemembered, $0.course.weakScheme, $0.course.matchedAppPassword,
        $0.held
      )
    }
    record.held = held
    record.directory = decider.map { snapshot.settings.directories[$0].directory.name }
    switch sent {
    case .accepted:
      record.result = .accepted
      record.isRemembered = wasRemembered
      record.weakRow = weakScheme
      record.appPassword = appPassword?.label
      if !snapshot.rehashTo.isEmpty { offerToRehash(outcome) }
    case .refused(let refusal):
      record.result = .refused(refusal)
      if refusal == .weakScheme { record.weakRow = weakScheme }
    case .unavailable(let cause): record.result = .unavailable(cause)
    }
    record.duration = .now - channel.received
    snapshot.leave()
    desks.audit(record)
  }
}

extension ChallengeMechanism {
  /// The function under its HMAC.
  fileprivate var function: ChallengeResponse.Function {
    switch self {
    case .cramMD5: .md5
    case .cramSHA1: .sha1
    case .cramSHA256: .sha256
    }
  }
}
