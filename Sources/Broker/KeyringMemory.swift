internal import Passwords
internal import Secrets

/// What is remembered of a password and the keys of one account.
struct KeyringMemory {
  /// Nil: no verified login is remembered.
  let verified: VerifiedLogins?
  let history: LoginHistory
  let account: HashJob.Account

  func attempt(_ password: Secret, _ key: Keyring.Key) -> LoginHistory.Attempt {
    key.appPassword == nil
      ? history.attempt(password, against: key.stored, isHash: key.isHash, of: account)
      : history.attempt(password, againstAppPassword: key.stored, of: account)
  }

  /// The place of the key for which the password was found right a moment ago; nil when there is none.
  /// - Parameter all: also among those that are not costly enough to be remembered everywhere.
  func match(_ password: Secret, _ keys: [Keyring.Key], all: Bool = false) -> Int? {
    guard let verified else { return nil }
    return keys.firstIndex {
      (all || $0.cost == .expensive)
        && verified.knows(
          verified.tag(of: password, against: $0.stored, isHash: $0.isHash, username: account.username))
    }
  }

  /// The place of the key for which it was right the last time, as far as one byte can tell.
  func familiar(_ password: Secret, _ keys: [Keyring.Key], all: Bool = false) -> Int? {
    keys.firstIndex { (all || $0.cost != .cheap) && history.isFamiliar(attempt(password, $0)) }
  }

  /// One that was right a moment ago decides; one that was right the last time is tried first.
  func recall(_ password: Secret, among keys: [Keyring.Key]) -> RequestCourse.Recollection {
    if let place = match(password, keys) { return .match(place) }
    return familiar(password, keys).map { .familiar($0) } ?? .nothing
  }

  /// The password was right. That it was compared with other keys before does not make the account one that is guessed at.
  func forgetAttempts(_ password: Secret, _ keys: [Keyring.Key]) {
    history.forget(keys.filter { $0.cost != .cheap }.map { attempt(password, $0) }, of: account)
  }
}
