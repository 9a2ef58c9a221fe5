internal import Passwords
internal import Secrets
internal import Threads

/// The memory of verified logins with its key, which is its own: when the memory goes, the key goes, and what may be left of the tags
/// somewhere in the process's memory says nothing.
final class VerifiedLogins: Sendable {
  private let tags: PasswordTag.Maker
  /// Nil once it was told to forget.
  private let memory: Lock<VerifiedMemory?>
  private let now: @Sendable () -> Instant

  /// - Parameters:
  ///   - lifetime: how long a verified login is remembered.
  ///   - random: a generator fit for keys.
  init(
    lifetime: Duration, random: inout some RandomNumberGenerator,
    now: @escaping @Sendable () -> Instant
  ) {
    tags = PasswordTag.Maker(random: &random)
    memory = Lock(VerifiedMemory(lifetime: lifetime))
    self.now = now
  }

  /// What a login is remembered by.
  func tag(of password: Secret, against stored: Secret, isHash: Bool, username: [UInt8]) -> PasswordTag {
    tags.tag(of: password, against: stored, isHash: isHash, username: username)
  }

  /// Whether it was verified a moment ago.
  func knows(_ tag: PasswordTag) -> Bool {
    let now = now()
    return memory.withLock { $0?.knows(tag, at: now) ?? false }
  }

  /// Remembers what verifying it said.
  func note(_ verdict: Verdict, for tag: PasswordTag) {
    let now = now()
    memory.withLock { $0?.note(verdict, for: tag, at: now) }
  }

  /// Takes out what counts no more. A millisecond or two, with a full memory.
  func tidy() {
    let now = now()
    memory.withLock { $0?.tidy(at: now) }
  }

  /// How many are held, those that count no more included.
  var count: Int { memory.withLock { $0?.count ?? 0 } }

  /// Forgets everything, for good. Requests that still hold it find nothing and leave nothing.
  func forget() {
    memory.withLock { $0 = nil }
  }
}
