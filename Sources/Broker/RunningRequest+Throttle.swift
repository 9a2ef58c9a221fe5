internal import Accounts
internal import AuthdaemonWire
internal import Passwords
internal import Secrets
internal import Threads

/// What a request has to do with the throttle: whether it may go on, and how it ended.
extension RunningRequest {
  /// Whom it is counted for.
  private var subject: ThrottleSubject {
    ThrottleSubject(
      name: username,
      address: snapshot.settings.throttle?.site(of: progress.withLock { $0.record.remoteAddress }))
  }

  /// Lets it go on, holds it, or turns it away. A password that was verified a moment ago goes on at once.
  func admit(_ candidate: RequestCourse.Candidate) {
    guard let rules = snapshot.settings.throttle else { return advance(.admitted) }
    // It was let in before, and has come upon app passwords since.
    let (hasTicket, keys) = progress.withLock { ($0.ticket != nil, $0.course.keys) }
    if hasTicket { return advance(.admitted) }
    // What is compared on the spot is over before another one of the same directory can begin, unless app passwords come after it.
    let demand = candidate.isHash ? candidate.stored.map { PasswordSchemes.demand(of: $0) } : nil
    let isCheap =
      (candidate.isHash ? demand?.cost == .cheap : candidate.stored != nil) && keys.isEmpty
      && !candidate.lacksAppPasswords
    if isCheap && throttle.isIdle { return goOn(demand) }
    let subject = subject
    let isWatched = throttle.watches(subject)
    if isCheap && !isWatched { return goOn(demand) }
    // Before the glance: where places are taken there is one for a password, whichever it matches.
    if isWatched && candidate.lacksAppPasswords { return advance(.needsAppPasswords) }
    let mayGlance = throttle.mayGlance(subject)
    let memory = keys.isEmpty ? nil : self.memory(of: username)
    if mayGlance, !candidate.isAfresh, case .login(let password) = candidate.credentials {
      if let memory {
        if let place = memory.match(password, keys, all: isWatched) {
          return advance(.recalled(.match(place)))
        }
      } else if let stored = candidate.stored, isWatched || demand?.cost == .expensive,
        let verified = snapshot.verified,
        verified.knows(
          verified.tag(of: password, against: stored, isHash: candidate.isHash, username: candidate.username))
      {
        return advance(.remembered)
      }
    }
    if candidate.lacksAppPasswords && demand?.cost == .expensive { return advance(.needsAppPasswords) }
    let admission = throttle.admit(
      subject, throttle.tag(candidate.credentials, subject), rules, deadline: channel.deadline, mayGlance: mayGlance
    ) {
      guard case .login(let password) = candidate.credentials else { return false }
      if let memory { return memory.familiar(password, keys, all: true) != nil }
      guard let stored = candidate.stored else { return false }
      return history.isFamiliar(
        history.attempt(
          password, against: stored, isHash: candidate.isHash, of: self.account(candidate.username)))
    }
    switch admission {
    case .go(let ticket):
      progress.withLock { $0.ticket = ticket }
      goOn(demand)
    case .hold(let duration, let ticket):
      progress.withLock {
        $0.ticket = ticket
        $0.held = duration
      }
      let isHeld = throttle.hold(duration) { waking in
        switch waking {
        case .goOn where self.channel.isAbandoned: self.advance(.turnedAway(Unavailability(.clientGone)))
        case .goOn: self.advance(.released)
        case .stopping: self.advance(.turnedAway(Unavailability(.stopping)))
        }
      }
      if !isHeld {
        progress.withLock { $0.held = nil }
        advance(
          .turnedAway(
            throttle.hasStopped
              ? Unavailability(.stopping) : Unavailability(.overloaded, Throttle.Bound.house.rawValue)))
      }
    case .turnAway(let bound):
      advance(.turnedAway(Unavailability(.overloaded, bound.rawValue)))
    }
  }

  private func goOn(_ demand: Demand?) {
    carryOut(progress.withLock { $0.course.handle(.admitted) }, demand: demand)
  }

  /// Counts a failure of a request that has nothing to give back. Twice is once: it is the same password.
  func countWithoutTicket() {
    guard snapshot.settings.throttle != nil,
      let credentials = progress.withLock({ $0.ticket == nil ? $0.course.credentials : nil })
    else { return }
    throttle.fail(subject, credentials)
  }

  /// Tells the throttle how it ended.
  func settle(_ outcome: Outcome<Answer>) {
    guard let ticket = progress.withLock({ $0.ticket.take() }) else {
      if case .refused(let refusal) = outcome, refusal.ending == .failed { countWithoutTicket() }
      return
    }
    let ending: Throttle.Ending =
      switch outcome {
      // One app password that leaked must not wipe out the guesses at the account's own.
      case .accepted: progress.withLock { $0.course.matchedAppPassword } == nil ? .succeeded : .undecided
      case .refused(let refusal): refusal.ending
      case .unavailable: .undecided
      }
    throttle.end(ticket, ending)
    // Where somebody guesses, cheap passwords are remembered too: whoever has just logged in is not slowed.
    let (credentials, wasRemembered, appPassword) = progress.withLock {
      ($0.course.credentials, $0.course.wasRemembered, $0.course.matchedAppPassword)
    }
    if case .accepted(.account(let account, let password?)) = outcome, case .login = credentials, !wasRemembered,
      let key = appPassword.map({ Keyring.Key(named($0.hash), appPassword: $0) })
        ?? account.passwordHash.map({ Keyring.Key(named($0)) })
        ?? account.clearPassword.map({ Keyring.Key($0, isHash: false) }),
      key.cost != .expensive
    {
      snapshot.verified.map {
        let tag = $0.tag(of: password, against: key.stored, isHash: key.isHash, username: account.username)
        $0.note(.match, for: tag)
      }
      history.note(.match, of: memory(of: account.username).attempt(password, key))
    }
  }
}

extension Refusal {
  /// Whether it is a password that was not the right one. What was refused afterwards came with the right one.
  fileprivate var ending: Throttle.Ending {
    switch self {
    case .unknownUser, .inactive, .wrongPassword, .locked, .noUsablePassword: .failed
    case .unfitPassword, .passwordChangeNotOffered: .succeeded
    // The password was right: nobody has guessed, and nobody is let in.
    case .emptyCredentials, .malformed, .unknownMechanism, .unknownModule, .weakScheme, .passwordChanged: .undecided
    }
  }
}
