internal import Accounts
internal import Passwords
internal import Secrets
internal import Threads

/// What a request leaves to be done after its answer: better hashes.
extension RunningRequest {
  /// What `rehash-to` of the directory that decided says.
  private var target: RehashTarget? {
    guard !snapshot.rehashTo.isEmpty, let index = progress.withLock({ $0.course.decidingDirectory }) else { return nil }
    return snapshot.rehashTo[index]
  }

  /// What the hash of a changed password is made by.
  func successor(of stored: Secret?) -> PasswordScheme {
    let named = stored.map(self.named)
    return target.map { $0.successor(of: stored, named: named) } ?? PasswordSchemes.successor(of: stored, named: named)
  }

  /// Has the hash replaced that the password was verified by, if the directory wants a better one. The client has its answer by now.
  func offerToRehash(_ outcome: Outcome<Answer>) {
    let (gaveStoredPassword, wasRemembered, index) = progress.withLock {
      ($0.course.gaveStoredPassword, $0.course.wasRemembered, $0.course.decidingDirectory)
    }
    guard gaveStoredPassword, !wasRemembered, let target, let index,
      case .accepted(.account(let account, let password?)) = outcome, let stored = account.passwordHash,
      account.clearPassword.map({ $0.matches(password) }) ?? true,
      let replacement = target.replacement(of: stored, named: named(stored), matching: password)
    else { return }
    rehashes.offer(
      RehashOrder(
        attempt: history.attempt(
          password, against: stored, isHash: true, of: self.account(account.username)), key: key,
        directory: snapshot.settings.directories[index].directory, stored: stored, password: password,
        replacement: replacement, stay: Snapshot.Stay(snapshot)))
  }
}
