internal import Accounts
internal import AuthdaemonWire
internal import Passwords
internal import Secrets
internal import Threads

/// Carries out what the course of one request asks for. Its steps follow one another, each on the thread that had the news, so the
/// lock is never waited for; it is there because the compiler cannot see that.
final class RunningRequest: Sendable {
  private let course: Lock<RequestCourse>
  private let key: AccountKey
  private let snapshot: Snapshot
  private let pool: HashPool
  private let history: LoginHistory
  private let desk: VerificationDesk
  private let secrets: Bool
  private let record: AuditRecord
  private let channel: any RequestChannel
  private let conclude: @Sendable (AuditRecord) -> Void

  init(
    course: RequestCourse, key: AccountKey, snapshot: Snapshot, pool: HashPool, history: LoginHistory,
    desk: VerificationDesk, secrets: Bool, record: AuditRecord, channel: any RequestChannel,
    conclude: @escaping @Sendable (AuditRecord) -> Void
  ) {
    self.course = Lock(course)
    self.key = key
    self.snapshot = snapshot
    self.pool = pool
    self.history = history
    self.desk = desk
    self.secrets = secrets
    self.record = record
    self.channel = channel
    self.conclude = conclude
  }

  func advance(_ event: RequestCourse.Event) {
    let action = course.withLock { $0.handle(event) }
    switch action {
    case .lookUp(let index):
      snapshot.settings.directories[index].directory.lookUp(key, deadline: channel.deadline) {
        self.advance(.lookedUp($0))
      }
    case .verify(let password, let stored, let username, let afresh):
      verify(password, against: stored, of: username, afresh: afresh)
    case .verifyChallenge(let credentials, let clear):
      guard case .challengeResponse(let mechanism, let challenge, let digest) = credentials else { return }
      advance(
        .verified(
          ChallengeResponse.verify(
            hash: mechanism.function, clearPassword: clear, challenge: challenge, digest: digest)))
    case .makeHash(let password, let old, let username):
      // The old password was right: whoever asks this is at home here.
      onPool(account(username), rank: .familiar) { scratch in
        let scheme = PasswordSchemes.successor(of: old)
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

  /// A digest of a few microseconds is computed where the row arrived, and so is what is remembered; a costly hash goes to the pool,
  /// together with all who ask for the same.
  private func verify(_ password: Secret, against stored: Secret, of username: [UInt8], afresh: Bool) {
    let cost = PasswordSchemes.cost(of: stored)
    if cost == .cheap {
      advance(.verified(PasswordSchemes.verify(password, against: stored, using: CryptScratch())))
      return
    }
    let memory = afresh || cost != .expensive ? nil : snapshot.verified
    let proof = memory?.tag(of: password, against: stored)
    if let memory, let proof, memory.knows(proof) {
      advance(.remembered)
      return
    }
    let attempt = history.attempt(password, against: stored, of: account(username))
    guard let rank = history.rank(of: attempt) else {
      advance(.verified(.mismatch))
      return
    }
    let history = self.history
    let work: VerificationDesk.Work = { scratch in
      let verdict = PasswordSchemes.verify(password, against: stored, using: scratch)
      history.note(verdict, of: attempt)
      if let memory, let proof { memory.note(verdict, for: proof) }
      return verdict
    }
    if afresh {
      // While it waits, the same may be asked by another connection and be found wrong.
      onPool(attempt.account, rank: rank, isSettled: { history.isRefused(attempt) }) {
        self.advance(.verified(work($0)))
      }
      return
    }
    let channel = self.channel
    let waiter = VerificationDesk.Waiter(deadline: channel.deadline, isAbandoned: { channel.isAbandoned }) { news in
      switch news {
      case .verdict(let verdict): self.advance(.verified(verdict))
      case .dropped(let reason): self.dropped(reason)
      }
    }
    desk.verify(attempt, rank: rank, for: waiter, work: work)
  }

  /// Whose turn in the queue a hash takes: that of the account as the database spells it, in the directory that was asked last.
  private func account(_ username: [UInt8]) -> HashJob.Account {
    let index = course.withLock { $0.decidingDirectory }
    return HashJob.Account(
      directory: index.map { snapshot.settings.directories[$0].directory.name } ?? "", username: username)
  }

  /// - Parameter isSettled: whether it is known by now that the password is wrong.
  private func onPool(
    _ account: HashJob.Account, rank: HashRank, isSettled: @escaping @Sendable () -> Bool = { false },
    _ work: @escaping @Sendable (CryptScratch) -> Void
  ) {
    let channel = self.channel
    pool.submit(
      HashJob(
        account: account, rank: rank, deadline: channel.deadline, isAbandoned: { channel.isAbandoned },
        isSettled: isSettled
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
    case .stopping: finish(.unavailable(Unavailability(.stopping)))
    }
  }

  private func finish(_ outcome: Outcome<Answer>) {
    let settings = snapshot.settings
    let encoder = AnswerEncoder(defaultOptions: settings.defaultOptions)
    let (reply, sent) = encoder.encode(outcome, service: key.service, secrets: secrets)
    channel.answer(reply)
    var record = self.record
    let (decider, wasRemembered) = course.withLock { ($0.decidingDirectory, $0.wasRemembered) }
    record.directory = decider.map { settings.directories[$0].directory.name }
    switch sent {
    case .accepted:
      record.result = .accepted
      record.isRemembered = wasRemembered
    case .refused(let refusal): record.result = .refused(refusal)
    case .unavailable(let cause): record.result = .unavailable(cause)
    }
    record.duration = .now - channel.received
    snapshot.leave()
    conclude(record)
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
