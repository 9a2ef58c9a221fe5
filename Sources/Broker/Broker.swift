public import Accounts
public import AuthdaemonWire
public import Passwords
internal import Secrets
internal import Synchronization
public import Threads

/// The one way a request goes: peer policy, directories, verification, outcome, audit.
///
/// It owns no thread for look-ups: a request moves on whatever thread has its next piece of news (`RequestCourse` says where to).
/// Hashing goes to the pool, lists to the listers; neither delays a look-up.
public final class Broker: Sendable {
  private let snapshot: Lock<Snapshot>
  private let desks: Desks
  private let lists: ListDesk
  private let now: @Sendable () -> Instant

  /// How many requests may be held when nobody says otherwise.
  public static let standardHolds = 2048

  /// - Parameters:
  ///   - enumerations: how many lists are written at once, each on a thread of its own.
  ///   - holds: how many requests may be held because passwords were wrong: half of the connections there may be.
  ///   - report: told of what an administrator should know, from any thread.
  ///   - rehashed: told of hashes that were replaced, or could not be, from any thread.
  ///   - audit: told of every request once, from any thread.
  public convenience init(
    settings: BrokerSettings, pool: HashPool, enumerations: Int, holds: Int = Broker.standardHolds,
    report: @escaping @Sendable (ThrottleEvent) -> Void = { _ in },
    rehashed: @escaping @Sendable (RehashEvent) -> Void = { _ in }, audit: @escaping @Sendable (AuditRecord) -> Void
  ) throws(SystemError) {
    try self.init(
      settings: settings, pool: pool, enumerations: enumerations, holds: holds, now: { .now }, report: report,
      rehashed: rehashed, audit: audit)
  }

  /// - Parameters:
  ///   - now: by which what is remembered of logins grows old.
  ///   - keys: makes those of what is remembered. One wrong password in 256 looks like the last right one; which, depends on them.
  init(
    settings: BrokerSettings, pool: HashPool, enumerations: Int, holds: Int = Broker.standardHolds,
    now: @escaping @Sendable () -> Instant,
    keys: any RandomNumberGenerator = SystemRandomNumberGenerator(),
    report: @escaping @Sendable (ThrottleEvent) -> Void = { _ in },
    rehashed: @escaping @Sendable (RehashEvent) -> Void = { _ in }, audit: @escaping @Sendable (AuditRecord) -> Void
  ) throws(SystemError) {
    self.now = now
    snapshot = Lock(Snapshot(settings, verified: Self.memory(settings, now)))
    var random = keys
    let history = LoginHistory(random: &random, now: now)
    let clock = try AlarmClock(name: "holds", capacity: max(Self.holdCapacity, 2 * holds))
    desks = Desks(
      pool: pool, history: history, verifications: VerificationDesk(pool: pool, history: history),
      decoys: Decoys(pool: pool, random: &random, now: now),
      rehashes: RehashDesk(pool: pool, now: now, report: rehashed), holds: clock,
      throttle: ThrottleDesk(capacity: max(1, holds), random: &random, clock: clock, now: now, report: report),
      audit: audit)
    let lists = ListDesk()
    self.lists = lists
    for _ in 0..<max(1, enumerations) {
      _ = try Worker(name: "lister") {
        while let list = lists.next() {
          list.run()
          lists.ended(list.peer)
        }
      }
    }
  }

  /// Serves from `settings` from now on; requests under way keep what they began with. Verified logins are forgotten at once, by
  /// those requests too, unless they are to be remembered as long as before.
  /// - Returns: waits for these, a given time at the most, and then names the old directories, for the caller to shut down.
  public func replace(settings: BrokerSettings) -> @Sendable (_ patience: Duration) -> [any AccountDirectory] {
    let old = snapshot.withLock { current in
      let old = current
      let isKept = settings.verifiedLoginMemory == old.settings.verifiedLoginMemory
      if !isKept { old.verified?.forget() }
      current = Snapshot(settings, verified: isKept ? old.verified : Self.memory(settings, now))
      return old
    }
    old.retire()
    desks.rehashes.begin()
    return { patience in
      old.waitUntilIdle(patience)
      return old.settings.directories.map(\.directory)
    }
  }

  /// The directories that are asked now.
  public var directories: [any AccountDirectory] {
    snapshot.withLock { $0.settings.directories.map(\.directory) }
  }

  var history: LoginHistory { desks.history }
  var decoys: Decoys { desks.decoys }
  var throttle: ThrottleDesk { desks.throttle }

  /// How logins are slowed now.
  var throttleRules: ThrottleRules? { snapshot.withLock { $0.settings.throttle } }

  /// What is added to a login name without `@` now.
  var defaultDomain: String? { snapshot.withLock { $0.settings.defaultDomain } }

  /// How long a list may take now.
  public var enumerateTimeout: Duration { snapshot.withLock { $0.settings.enumerateTimeout } }

  /// How often `tidy` is worth calling: every 30 s.
  public static let tidyInterval = Duration.seconds(30)

  /// Takes verified logins that are too old to count out of memory: without new ones nothing else does.
  public func tidy() {
    snapshot.withLock { $0.verified }?.tidy()
    desks.throttle.tidy()
    desks.rehashes.tidy()
  }

  /// Before the socket server stops: requests that are held are answered "unavailable" at once.
  public func beginToStop() {
    desks.throttle.stop()
    desks.rehashes.stop()
  }

  /// Answers that wait for their time: 65,536, more than there are connections unless somebody raised their number above that. Beyond
  /// that they do not wait.
  static let holdCapacity = 65_536

  /// Ends the listers and the clock; the directories are the caller's to end.
  public func shutDown() {
    beginToStop()
    lists.close()
    desks.holds.shutDown()
  }

  /// Takes a request. Returns at once; the answer goes to `channel` from whatever thread has it.
  public func handle(_ parsed: ParsedRequest, from channel: any RequestChannel) {
    switch parsed {
    case .malformed(let fault):
      var record = AuditRecord(from: channel)
      record.socket = socketName(channel)
      record.result = fault.code == .nothing ? .nothingAsked : .malformed(fault.description)
      conclude(record, channel) { channel.answer([]) }
    case .refused(let refused):
      var record = AuditRecord(from: channel)
      record.socket = socketName(channel)
      record.describe(verb: refused.verb, service: refused.service, userID: refused.userID, refused.meta)
      record.result = .refused(Refusal(refused.reason))
      conclude(record, channel) { channel.answer(Reply.fail) }
    case .request(let request):
      let snapshot = self.snapshot.withLock { current in
        current.enter()
        return current
      }
      begin(request, snapshot, channel)
    }
  }

  /// Many requests are about to come, all from the calling thread.
  /// - Returns: to be called when they have come, within milliseconds, by the same thread and before the next turn begins; nil when
  ///   no directory wants to know.
  public func beginTurn() -> (@Sendable () -> Void)? {
    let (takers, end) = snapshot.withLock { ($0.takers, $0.endTurn) }
    for taker in takers { taker.beginTurn() }
    return end
  }

  private func socketName(_ channel: any RequestChannel) -> String? {
    snapshot.withLock { $0 }.name(ofSocket: channel.socket)
  }

  private func begin(_ request: Request, _ snapshot: Snapshot, _ channel: any RequestChannel) {
    let command = request.command
    let socket = snapshot.socket(at: channel.socket)
    guard
      let grant = socket?.policy.grant(
        command.permission, userID: channel.userID, groupID: channel.groupID, groups: channel.supplementaryGroups)
    else {
      snapshot.leave()
      deny(command.permission, socket, AuditRecord(of: request, snapshot, from: channel), channel)
      return
    }
    let purpose: RequestCourse.Purpose
    var chosen: [Int]?
    switch command {
    case .enumerate:
      enumerate(snapshot, AuditRecord(of: request, snapshot, from: channel), channel)
      return
    case .account(let module, _, _):
      if module != Self.allModules {
        chosen = snapshot.settings.directories.indices.filter {
          snapshot.settings.directories[$0].modules.contains(module)
        }
      }
      purpose = .account
    case .authenticate(_, _, let credentials):
      purpose = .login(credentials)
    case .setPassword(_, _, let old, let new):
      purpose = .change(old: old, new: new)
    }
    RunningRequest(
      course: RequestCourse(
        purpose: purpose, rules: snapshot.rules, chosen: chosen,
        needsAdmission: snapshot.settings.throttle != nil && command.permission != .account),
      key: AccountKey(
        name: LoginName(command.userID, defaultDomain: snapshot.settings.defaultDomain), service: command.service),
      snapshot: snapshot, desks: desks, secrets: grant.secrets, channel: channel
    ).start { $0.note(request, snapshot, from: channel) }
  }

  /// Closes without an answer: a rule that is missing is no user's fault. Tells the audit first: once it has its answer the process
  /// may be gone, and nobody could say which program it was.
  private func deny(
    _ permission: PeerPolicy.Permission, _ socket: BrokerSettings.Socket?, _ record: AuditRecord,
    _ channel: any RequestChannel
  ) {
    var record = record
    record.result = .unavailable(Unavailability(.notPermitted))
    record.denial = Denial(
      permission: permission, groupID: channel.groupID, groups: channel.supplementaryGroups(), socket: socket?.path,
      hasOwnRules: socket?.hasOwnRules ?? false, isBeyondBound: socket?.policy.isWithinBound(permission) == false)
    record.duration = .now - channel.received
    desks.audit(record)
    channel.answer([])
  }

  /// An empty memory of verified logins, if there is to be one.
  private static func memory(
    _ settings: BrokerSettings, _ now: @escaping @Sendable () -> Instant
  ) -> VerifiedLogins? {
    settings.verifiedLoginMemory.map { lifetime in
      var random = SystemRandomNumberGenerator()
      return VerifiedLogins(lifetime: lifetime, random: &random, now: now)
    }
  }

  private static let allModules = Array(".".utf8)

  /// Answers, then tells the audit: the client does not wait for the log.
  private func conclude(_ record: AuditRecord, _ channel: any RequestChannel, _ answer: () -> Void) {
    var record = record
    answer()
    record.duration = .now - channel.received
    desks.audit(record)
  }

  private func enumerate(_ snapshot: Snapshot, _ record: AuditRecord, _ channel: any RequestChannel) {
    let finish: @Sendable (AuditRecord) -> Void = { [desks] record in
      var record = record
      snapshot.leave()
      record.duration = .now - channel.received
      desks.audit(record)
    }
    let lists = self.lists
    lists.take(
      ListRequest(
        peer: ListPeer(userID: channel.userID, processID: channel.processID),
        isAbandoned: { channel.isAbandoned },
        run: {
          var record = record
          Enumeration(settings: snapshot.settings, channel: channel, keepsWaiting: lists.keepsWaiting).run(&record)
          finish(record)
        },
        turnAway: {
          var record = record
          record.result = .unavailable(Unavailability(.overloaded, "too many lists at once"))
          channel.answer([])
          finish(record)
        }))
  }
}

/// One set of settings and how many requests are using it.
final class Snapshot: Sendable {
  let settings: BrokerSettings
  let rules: CourseRules
  /// Per directory; empty when none has any, as is usual.
  let rehashTo: [RehashTarget?]
  /// Nil: no verified login is remembered.
  let verified: VerifiedLogins?
  /// Directories that want to know of turns.
  let takers: [any TurnTaking]
  /// Ends a turn of theirs; nil when there is none.
  let endTurn: (@Sendable () -> Void)?
  private let active = Lock(0)
  private let hasSuccessor = Atomic(false)

  init(_ settings: BrokerSettings, verified: VerifiedLogins?) {
    self.settings = settings
    let offersAppPasswords = settings.directories.map(\.directory.offersAppPasswords)
    let bareSchemes = settings.directories.map(\.bareScheme)
    rules = CourseRules(
      directories: Array(settings.directories.indices),
      offersChange: settings.directories.map(\.directory.offersPasswordChange),
      bareSchemes: bareSchemes.contains { $0 != nil } ? bareSchemes : [], weakSchemes: settings.weakSchemes,
      offersAppPasswords: offersAppPasswords.contains(true) ? offersAppPasswords : nil)
    let rehashTo = settings.directories.map(\.rehashTo)
    self.rehashTo = rehashTo.contains { $0 != nil } ? rehashTo : []
    self.verified = verified
    let takers: [any TurnTaking] = settings.directories.compactMap { entry in
      entry.directory as? any TurnTaking
    }
    self.takers = takers
    if takers.isEmpty {
      endTurn = nil
    } else {
      endTurn = { for taker in takers { taker.endTurn() } }
    }
  }

  /// The socket that a request came through; nil, and nobody may ask anything, when there is none at that place.
  func socket(at place: Int) -> BrokerSettings.Socket? {
    settings.sockets.indices.contains(place) ? settings.sockets[place] : nil
  }

  /// What the log calls the socket at that place: nothing where there is one only.
  func name(ofSocket place: Int) -> String? { settings.sockets.count > 1 ? socket(at: place)?.path : nil }

  /// Whether other settings count by now.
  var isRetired: Bool { hasSuccessor.load(ordering: .acquiring) }

  func retire() { hasSuccessor.store(true, ordering: .releasing) }

  /// Keeps the directories from being shut down as long as somebody holds it.
  final class Stay: Sendable {
    let snapshot: Snapshot

    init(_ snapshot: Snapshot) {
      self.snapshot = snapshot
      snapshot.enter()
    }

    deinit { snapshot.leave() }
  }

  func enter() { active.withLock { $0 += 1 } }

  func leave() {
    let idle = active.withLock { count -> Bool in
      count -= 1
      return count == 0
    }
    if idle { active.broadcast() }
  }

  func waitUntilIdle(_ patience: Duration) {
    _ = active.wait(patience) { $0 == 0 ? true : nil }
  }
}

extension Refusal {
  /// What the wire refused by itself.
  init(_ reason: RefusedRequest.Reason) {
    switch reason {
    case .malformed: self = .malformed
    case .emptyCredentials: self = .emptyCredentials
    case .unknownMechanism: self = .unknownMechanism
    }
  }
}

extension Command {
  /// What a peer needs for it.
  var permission: PeerPolicy.Permission {
    switch self {
    case .authenticate: .login
    case .account: .account
    case .setPassword: .setPassword
    case .enumerate: .enumerate
    }
  }
}

extension AuditRecord {
  fileprivate init(from channel: any RequestChannel) {
    self.init()
    note(channel)
  }

  fileprivate init(of request: Request, _ snapshot: Snapshot, from channel: any RequestChannel) {
    self.init()
    note(request, snapshot, from: channel)
  }

  private mutating func note(_ channel: any RequestChannel) {
    processID = channel.processID
    userID = channel.userID
  }

  /// A request that a set of settings counts for.
  fileprivate mutating func note(_ request: Request, _ snapshot: Snapshot, from channel: any RequestChannel) {
    note(channel)
    describe(
      verb: request.command.verb, service: request.command.service, userID: request.command.userID, request.meta)
    socket = snapshot.name(ofSocket: channel.socket)
  }

  mutating func describe(verb: Verb, service: [UInt8], userID: [UInt8], _ meta: RequestMeta) {
    self.verb = verb.rawValue
    self.service = service
    user = userID
    remoteAddress = meta.remoteAddress
  }
}
