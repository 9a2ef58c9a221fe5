internal import Accounts
internal import Threads

/// Slows down whoever guesses passwords. A value without a clock: failures are counted for each account and each address, and a login is let
/// go, held for a while, or turned away when too many are held already.
///
/// A login is held before anything is verified, so right and wrong passwords take the same time: if only wrong ones did, a guesser would
/// not wait for them. What is under way counts as if it had failed, so that a thousand guesses at once gain nothing.
struct Throttle: Sendable {
  /// Requests that one account may have waiting: 16; and as many again with the password that was right the last time.
  static let placesForAccount = 16
  /// Requests that one address may have waiting: 64; and as many again with passwords that were right the last time.
  static let placesForAddress = 64
  /// What an address has under way counts as failed from the 65th on.
  static let freeForAddress = 64
  /// When places are taken, how often one password from an unknown address is compared with what is remembered of an account: once a
  /// second.
  static let glanceInterval = Duration.seconds(1)
  /// Accounts for which that is kept: 65,536.
  static let glanceCapacity = 65_536
  /// Accounts of which it is known from where they logged in last: 32,768, for a week.
  static let homeCapacity = 32_768
  static let homeLifetime = Duration.seconds(7 * 86_400)

  /// Where a held request stands.
  enum Place: Sendable { case ordinary, familiar }

  /// What a login that was let in has to give back.
  struct Ticket: Sendable {
    let subject: ThrottleSubject
    let tag: ThrottleTag
    fileprivate let place: Place?
  }

  enum Admission: Sendable {
    case go(Ticket)
    case hold(Duration, Ticket)
    case turnAway(Bound)
  }

  /// Which bound was reached.
  enum Bound: String, Sendable {
    case account = "too many attempts at once for this account"
    case address = "too many attempts at once from this address"
    case house = "too many attempts at once"
  }

  /// How a login ended, as far as this counts.
  enum Ending: Sendable {
    case succeeded, failed
    /// It was our fault, or nobody waited for it.
    case undecided
  }

  private struct UnderWay: Sendable {
    var tags: [(tag: ThrottleTag, count: Int)] = []
    var waiting = 0
    var familiar = 0
  }

  private struct AddressUnderWay: Sendable {
    var count = 0
    var waiting = 0
    var familiar = 0
  }

  /// The most requests that may be held.
  let capacity: Int
  private(set) var accounts: ThrottleTable<[UInt8]>
  private(set) var addresses: ThrottleTable<NetworkAddress>
  private var underWay: [[UInt8]: UnderWay] = [:]
  private var addressesUnderWay: [NetworkAddress: AddressUnderWay] = [:]
  private var homes = RecentMemory<[UInt8], NetworkAddress>(capacity: homeCapacity, lifetime: homeLifetime)
  /// Accounts of which that was done a moment ago.
  private var glances = RecentMemory<[UInt8], Bool>(capacity: glanceCapacity, lifetime: glanceInterval)
  /// How many are held, or were and have not ended.
  private(set) var held = 0
  /// Goes up with each change that is worth writing down.
  private(set) var changes = 0

  /// - Parameters:
  ///   - capacity: the most requests that may be held.
  ///   - tracked: the most accounts, and the most addresses, that are kept.
  init(capacity: Int, tracked: Int = ThrottleTable<[UInt8]>.standardCapacity) {
    self.capacity = capacity
    accounts = ThrottleTable(.account, capacity: tracked)
    addresses = ThrottleTable(.address, capacity: tracked)
  }

  /// Whether nobody has failed and nothing is under way: most logins need not ask for more.
  var isIdle: Bool {
    accounts.count == 0 && addresses.count == 0 && underWay.isEmpty && addressesUnderWay.isEmpty
  }

  /// Whether anything is known of the account or the address.
  func watches(_ subject: ThrottleSubject) -> Bool {
    if accounts[subject.account] != nil || underWay[subject.account] != nil { return true }
    guard let address = subject.address else { return false }
    return addresses[address] != nil || addressesUnderWay[address] != nil
  }

  /// Takes a login in.
  /// - Parameters:
  ///   - limit: the longest that it may be held.
  ///   - mayGlance: what `mayGlance` said.
  ///   - isFamiliar: whether the password was right the last time, as far as one byte can tell. Asked when it matters.
  mutating func admit(
    _ subject: ThrottleSubject, _ tag: ThrottleTag, limit: Duration, mayGlance: Bool = true,
    at now: Instant, isFamiliar: () -> Bool
  ) -> Admission {
    let delay = min(limit, delay(subject, tag, at: now))
    guard delay > .zero else { return .go(enter(subject, tag, nil)) }
    if held >= capacity { return .turnAway(.house) }
    let account = underWay[subject.account]
    let address = subject.address.flatMap { addressesUnderWay[$0] }
    var place = Place.ordinary
    let accountIsFull = (account?.waiting ?? 0) >= Self.placesForAccount
    let addressIsFull = (address?.waiting ?? 0) >= Self.placesForAddress
    if accountIsFull || addressIsFull {
      let bound: Bound = accountIsFull ? .account : .address
      guard (account?.familiar ?? 0) < Self.placesForAccount, (address?.familiar ?? 0) < Self.placesForAddress,
        mayGlance, isFamiliar()
      else { return .turnAway(bound) }
      place = .familiar
    }
    return .hold(delay, enter(subject, tag, place))
  }

  /// Whether its password may be compared with what is remembered: with a login that was verified a moment ago, which passes at once, and
  /// with the byte of the last right one, which has places of its own.
  ///
  /// It may; but where places are taken and others are turned away at once, whoever sees who is not could try passwords without end. Then
  /// it must come from where the account logged in last, or be the first within a second.
  mutating func mayGlance(_ subject: ThrottleSubject, at now: Instant) -> Bool {
    let isFull =
      held >= capacity || (underWay[subject.account]?.waiting ?? 0) >= Self.placesForAccount
      || subject.address.map { (addressesUnderWay[$0]?.waiting ?? 0) >= Self.placesForAddress } ?? false
    guard isFull else { return true }
    if let address = subject.address, homes.recall(subject.account, at: now) == address { return true }
    if glances.recall(subject.account, at: now) != nil { return false }
    glances.remember(subject.account, true, at: now)
    return true
  }

  /// A login that was let in is over.
  /// - Returns: whether it was the one failure too many in a row.
  mutating func end(_ ticket: Ticket, _ ending: Ending, at now: Instant) -> Bool {
    leave(ticket)
    switch ending {
    case .failed: return fail(ticket.subject, ticket.tag, at: now)
    case .undecided: return false
    case .succeeded:
      if let address = ticket.subject.address { homes.remember(ticket.subject.account, address, at: now) }
      if accounts[ticket.subject.account]?.hasFailures == true {
        accounts.change(ticket.subject.account, at: now) { record, _ in record.succeed(at: now) }
        changes += 1
      }
      return false
    }
  }

  /// Counts a failure.
  /// - Returns: whether it was the one too many in a row.
  mutating func fail(_ subject: ThrottleSubject, _ tag: ThrottleTag, at now: Instant) -> Bool {
    var hasReachedMany = false
    if accounts[subject.account]?.knows(tag) != true {
      changes += 1
      hasReachedMany =
        accounts.change(subject.account, at: now) { $0.count(tag, $1, at: now) } == .reachedMany
    }
    if let address = subject.address, addresses[address]?.knows(tag) != true {
      changes += 1
      _ = addresses.change(address, at: now) { $0.count(tag, $1, at: now) }
    }
    return hasReachedMany
  }

  /// Forgets an account's failures.
  mutating func forgive(account: [UInt8]) -> Bool {
    let found = accounts.forget(account)
    if found { changes += 1 }
    return found
  }

  /// Forgets an address's failures.
  mutating func forgive(address: NetworkAddress) -> Bool {
    let found = addresses.forget(address)
    if found { changes += 1 }
    return found
  }

  /// Forgets what does not count any more.
  mutating func tidy(at now: Instant) {
    let before = accounts.count + addresses.count
    accounts.tidy(at: now)
    addresses.tidy(at: now)
    homes.tidy(at: now)
    glances.tidy(at: now)
    if accounts.count + addresses.count != before { changes += 1 }
  }

  /// Takes back what was written down, the oldest first.
  mutating func restore(account: [UInt8], _ record: ThrottleRecord, changed: Instant) {
    accounts.restore(account, record, changed: changed)
  }

  mutating func restore(address: NetworkAddress, _ record: ThrottleRecord, changed: Instant) {
    addresses.restore(address, record, changed: changed)
  }

  /// How long the next attempt would wait.
  func delay(_ subject: ThrottleSubject, _ tag: ThrottleTag, at now: Instant) -> Duration {
    let account = accounts[subject.account]
    // Each other password that is being tried counts as if it had failed.
    let others = underWay[subject.account]?.tags.count { $0.tag != tag && account?.knows($0.tag) != true } ?? 0
    var level = account?.level(.account, underWay: others, at: now) ?? ThrottleSchedule.account.level(others)
    if let address = subject.address {
      let more = max(0, (addressesUnderWay[address]?.count ?? 0) - Self.freeForAddress)
      level = max(
        level,
        addresses[address]?.level(.address, underWay: more, at: now) ?? ThrottleSchedule.address.level(more))
    }
    return ThrottleSchedule.delay(level)
  }

  private mutating func enter(_ subject: ThrottleSubject, _ tag: ThrottleTag, _ place: Place?) -> Ticket {
    var account = underWay.removeValue(forKey: subject.account) ?? UnderWay()
    if let index = account.tags.firstIndex(where: { $0.tag == tag }) {
      account.tags[index].count += 1
    } else {
      account.tags.append((tag, 1))
    }
    switch place {
    case .ordinary: account.waiting += 1
    case .familiar: account.familiar += 1
    case nil: break
    }
    underWay[subject.account] = account
    if let address = subject.address {
      var entry = addressesUnderWay[address] ?? AddressUnderWay()
      entry.count += 1
      switch place {
      case .ordinary: entry.waiting += 1
      case .familiar: entry.familiar += 1
      case nil: break
      }
      addressesUnderWay[address] = entry
    }
    if place != nil { held += 1 }
    return Ticket(subject: subject, tag: tag, place: place)
  }

  private mutating func leave(_ ticket: Ticket) {
    if ticket.place != nil { held -= 1 }
    let subject = ticket.subject
    if var account = underWay.removeValue(forKey: subject.account) {
      if let index = account.tags.firstIndex(where: { $0.tag == ticket.tag }) {
        account.tags[index].count -= 1
        if account.tags[index].count <= 0 { account.tags.swapAt(index, account.tags.count - 1) }
        if account.tags.last?.count ?? 1 <= 0 { account.tags.removeLast() }
      }
      switch ticket.place {
      case .ordinary: account.waiting -= 1
      case .familiar: account.familiar -= 1
      case nil: break
      }
      if !account.tags.isEmpty { underWay[subject.account] = account }
    }
    if let address = subject.address, var entry = addressesUnderWay[address] {
      entry.count -= 1
      switch ticket.place {
      case .ordinary: entry.waiting -= 1
      case .familiar: entry.familiar -= 1
      case nil: break
      }
      addressesUnderWay[address] = entry.count > 0 ? entry : nil
    }
  }
}
