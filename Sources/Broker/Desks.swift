internal import Passwords
internal import Threads

/// All that a request may have to do with on its way, in one object: a request holds it with one reference, whose count every thread
/// writes to, instead of one for each.
final class Desks: Sendable {
  let pool: HashPool
  /// Of accounts.
  let history: LoginHistory
  let verifications: VerificationDesk
  let decoys: Decoys
  let rehashes: RehashDesk
  /// Where requests wait without a thread.
  let holds: AlarmClock
  let throttle: ThrottleDesk
  /// Told of every request once, from any thread.
  let audit: @Sendable (AuditRecord) -> Void

  init(
    pool: HashPool, history: LoginHistory, verifications: VerificationDesk, decoys: Decoys, rehashes: RehashDesk,
    holds: AlarmClock, throttle: ThrottleDesk, audit: @escaping @Sendable (AuditRecord) -> Void
  ) {
    self.pool = pool
    self.history = history
    self.verifications = verifications
    self.decoys = decoys
    self.rehashes = rehashes
    self.holds = holds
    self.throttle = throttle
    self.audit = audit
  }
}
