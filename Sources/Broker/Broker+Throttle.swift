public import Accounts
internal import Threads

/// What the control socket and the state file see of the throttle.
extension Broker {
  /// One account or address that is slowed, or was.
  public struct Slowed: Sendable, Equatable {
    /// What `name` is.
    public enum Kind: String, Sendable {
      /// A login name, lower case.
      case account
      /// An address, or the first of a /64.
      case address
    }

    /// Account or address.
    public var kind: Kind
    /// Which.
    public var name: [UInt8]
    /// Failures that count now; for an account with too many in a row, those in a row.
    public var failures: Int
    /// How long the next attempt waits.
    public var delay: Duration
    /// How long ago the first failure was.
    public var since: Duration
    /// How long ago the last failure was.
    public var last: Duration
    /// Whether there were too many failures in a row.
    public var hadTooMany: Bool
  }

  /// Who is slowed now: the slowest, and of these the last to fail, first.
  /// - Parameter most: how many are named.
  public func slowed(most: Int) -> (rows: [Slowed], count: Int) {
    let (throttle, now) = throttle.copy
    let limit = throttleRules?.maxDelay ?? .zero
    func row(_ kind: Slowed.Kind, _ name: [UInt8], _ record: ThrottleRecord, _ schedule: ThrottleSchedule) -> Slowed? {
      let delay = min(limit, ThrottleSchedule.delay(record.level(schedule, at: now)))
      guard delay > .zero else { return nil }
      let hadTooMany = record.isSlowed(at: now)
      return Slowed(
        kind: kind, name: name, failures: hadTooMany ? max(record.row, 1) : record.failures(schedule, at: now),
        delay: delay, since: now - record.since, last: now - record.last, hadTooMany: hadTooMany)
    }
    let rows =
      throttle.accounts.all.compactMap { row(.account, $0.key, $0.record, .account) }
      + throttle.addresses.all.compactMap { row(.address, Array($0.key.description.utf8), $0.record, .address) }
    let sorted = rows.sorted { $0.delay == $1.delay ? $0.last < $1.last : $0.delay > $1.delay }
    return (Array(sorted.prefix(max(0, most))), rows.count)
  }

  /// Forgets an account's failures.
  /// - Parameter name: as it logs in, or as `slowed` has it.
  /// - Returns: whether there were any.
  public func forgive(account name: [UInt8]) -> Bool {
    // Not `||`: both, if they differ.
    let found = [name, LoginName(name, defaultDomain: defaultDomain).username].map { throttle.forgive(account: $0) }
    return found.contains(true)
  }

  /// Forgets an address's failures.
  /// - Returns: whether there were any.
  public func forgive(address: NetworkAddress) -> Bool { throttle.forgive(address: address) }

  /// What is worth keeping over a restart; nil when nothing has changed since `change`, which then counts up.
  /// - Parameter wall: now, in seconds since 1970.
  public func throttleState(wall: Int64, since change: inout Int) -> ThrottleState? {
    throttle.copy(since: &change).map { ThrottleState($0.throttle, at: $0.now, wall: wall) }
  }

  /// Takes back what was kept. To be called before the first request.
  /// - Parameter wall: now, in seconds since 1970.
  public func restore(_ state: ThrottleState, wall: Int64) { throttle.restore(state, wall: wall) }
}
