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
  private let secrets: Bool
  private let record: AuditRecord
  private let channel: any RequestChannel
  private let conclude: @Sendable (AuditRecord) -> Void

  init(
    course: RequestCourse, key: AccountKey, snapshot: Snapshot, pool: HashPool, secrets: Bool, record: AuditRecord,
    channel: any RequestChannel, conclude: @escaping @Sendable (AuditRecord) -> Void
  ) {
    self.course = Lock(course)
    self.key = key
    self.snapshot = snapshot
    self.pool = pool
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
    case .verify(let password, let stored):
      verify(password, against: stored)
    case .verifyChallenge(let credentials, let clear):
      guard case .challengeResponse(let mechanism, let challenge, let digest) = credentials else { return }
      advance(
        .verified(
          ChallengeResponse.verify(
            hash: mechanism.function, clearPassword: clear, challenge: challenge, digest: digest)))
    case .makeHash(let password, let old):
      onPool { scratch in
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

  /// A digest of a few microseconds is computed where the row arrived; a costly hash goes to the pool.
  private func verify(_ password: Secret, against stored: Secret) {
    if PasswordSchemes.cost(of: stored) == .cheap {
      advance(.verified(PasswordSchemes.verify(password, against: stored, using: CryptScratch())))
    } else {
      onPool { scratch in
        self.advance(.verified(PasswordSchemes.verify(password, against: stored, using: scratch)))
      }
    }
  }

  private func onPool(_ work: @escaping @Sendable (CryptScratch) -> Void) {
    let accepted = pool.submit { scratch in
      // Between queueing and now the client may have given up: a hash for nobody would delay everybody else's.
      if self.channel.isAbandoned {
        self.finish(.unavailable(Unavailability(.clientGone)))
      } else if .now >= self.channel.deadline {
        self.finish(.unavailable(Unavailability(.timedOut, "waiting for a hash thread")))
      } else {
        work(scratch)
      }
    }
    if !accepted { finish(.unavailable(Unavailability(.overloaded, "hash queue full"))) }
  }

  private func finish(_ outcome: Outcome<Answer>) {
    let settings = snapshot.settings
    let encoder = AnswerEncoder(defaultOptions: settings.defaultOptions)
    let (reply, sent) = encoder.encode(outcome, service: key.service, secrets: secrets)
    channel.answer(reply)
    var record = self.record
    record.directory = course.withLock { $0.decidingDirectory }.map { settings.directories[$0].directory.name }
    switch sent {
    case .accepted: record.result = .accepted
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
