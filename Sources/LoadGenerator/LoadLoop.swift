internal import AuthdaemonWire
internal import CLinux
internal import Glibc
internal import Secrets
internal import Threads

/// One thread's share of a load: so many connections, each with one request at a time, by epoll(7).
///
/// A connection connects without blocking, as cyrus-sasl does, sends its request, reads to the end, and is closed; then its slot
/// begins the next request, with another account. Nothing is allocated for a request.
struct LoadLoop: ~Copyable {
  /// After a failed connect(2) a slot begins no other request for so long: a daemon that is away is not hammered.
  private static let rest = 1_000_000
  /// How often requests without an end are looked for, in nanoseconds.
  private static let sweepInterval = 100_000_000
  private static let eventsPerWait = 256
  private static let receiveBytes = 64 * 1024

  private struct Slot {
    enum State { case idle, busy, resting }
    var state = State.idle
    var descriptor: Int32 = -1
    var account = 0
    /// In nanoseconds of the monotonic clock.
    var began = 0
    /// Of the request, what the socket has not taken yet: a copy only in that rare case.
    var unsent: [UInt8] = []
    /// Of the reply, what came in earlier pieces.
    var held: [UInt8] = []
    var list = ListCheck()
  }

  private let plan: LoadPlan
  private let users: UsersFile?
  private let poll: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  private let buffer: UnsafeMutableRawBufferPointer
  private var address: sockaddr_un
  private let addressLength: socklen_t
  private var writer: RequestWriter
  private var slots: [Slot]
  private var remaining: Int
  private var end: Int
  private var sequence: ScatteredSequence
  private var busy = 0
  private var resting = 0
  private var report = LoadReport()

  /// - Parameter share: which of the plan's threads this is, from zero.
  init(
    _ plan: LoadPlan, _ users: UsersFile?, address: sockaddr_un, length: socklen_t, share: Int
  ) throws(SystemError) {
    self.plan = plan
    self.users = users
    self.address = address
    addressLength = length
    writer = RequestWriter(service: plan.service)
    slots = Array(repeating: Slot(), count: Self.part(of: plan.connections, plan.threads, share))
    remaining = Int.max
    if case .requests(let count) = plan.extent { remaining = Self.part(of: count, plan.threads, share) }
    end = Int.max
    sequence = ScatteredSequence(count: users?.count ?? 1, part: share, of: plan.threads)
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard poll >= 0 else { throw SystemError.last("epoll_create1") }
    events = .allocate(capacity: Self.eventsPerWait)
    events.initialize(repeating: epoll_event(), count: Self.eventsPerWait)
    buffer = .allocate(byteCount: Self.receiveBytes, alignment: 16)
  }

  deinit {
    for slot in slots where slot.descriptor >= 0 { close(slot.descriptor) }
    // Replies hold hashes and passwords where the server gives them away.
    UnsafeMutableRawBufferPointer(rebasing: buffer[...]).wipe()
    buffer.deallocate()
    events.deallocate()
    close(poll)
  }

  private static func part(of whole: Int, _ parts: Int, _ index: Int) -> Int {
    whole / parts + (index < whole % parts ? 1 : 0)
  }

  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Asks until the plan is fulfilled and the last answer has come.
  mutating func run() -> LoadReport {
    let start = Self.now()
    if case .seconds(let seconds) = plan.extent { end = start + Int(seconds * 1e9) }
    if let users {
      users.withText { text in ask(text, users.entries) }
    } else {
      ask(UnsafeRawBufferPointer(start: nil, count: 0), [])
    }
    report.seconds = Double(Self.now() - start) / 1e9
    return report
  }

  private mutating func ask(_ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]) {
    for index in slots.indices { begin(index, text, entries) }
    var swept = Self.now()
    while busy + resting > 0 {
      let count = Int(epoll_wait(poll, events, Int32(Self.eventsPerWait), resting > 0 ? 1 : 100))
      for position in 0..<max(count, 0) {
        let index = Int(events[position].data.u32)
        if isFinished(index, events[position].events, text, entries) { begin(index, text, entries) }
      }
      let now = Self.now()
      if resting > 0 { wake(now, text, entries) }
      if now - swept >= Self.sweepInterval {
        swept = now
        giveUpOverdue(now, text, entries)
      }
    }
  }

  // MARK: Beginning

  private mutating func begin(_ index: Int, _ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]) {
    let now = Self.now()
    guard remaining > 0, now < end else { return }
    if remaining < Int.max { remaining -= 1 }
    let account = sequence.next()
    slots[index].account = account
    slots[index].began = now
    let descriptor = gatepost_unix_socket()
    guard descriptor >= 0, gatepost_connect(descriptor, &address, addressLength) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      report.add(.unconnected)
      slots[index].state = .resting
      resting += 1
      return
    }
    switch plan.mode {
    case .login:
      let entry = entries[account]
      writer.login(
        user: text.part(entry.user, entry.password - 1), password: text.part(entry.password, entry.expected - 1))
    case .account:
      let entry = entries[account]
      writer.account(user: text.part(entry.user, entry.password - 1))
    case .list:
      writer.list()
      slots[index].list = ListCheck()
    }
    let request = writer.bytes
    let sent = max(0, send(descriptor, request.baseAddress, request.count, Int32(MSG_NOSIGNAL)))
    var interest = UInt32(EPOLLIN.rawValue) | UInt32(EPOLLRDHUP.rawValue)
    if sent < request.count {
      slots[index].unsent = Array(request[sent...])
      interest |= UInt32(EPOLLOUT.rawValue)
    }
    var event = epoll_event(events: interest, data: epoll_data_t(u32: UInt32(index)))
    epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event)
    slots[index].descriptor = descriptor
    slots[index].state = .busy
    busy += 1
  }

  private mutating func wake(_ now: Int, _ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]) {
    for index in slots.indices where slots[index].state == .resting && now - slots[index].began >= Self.rest {
      slots[index].state = .idle
      resting -= 1
      begin(index, text, entries)
    }
  }

  // MARK: Ending

  /// - Returns: whether the slot is free again.
  private mutating func isFinished(
    _ index: Int, _ happened: UInt32, _ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]
  ) -> Bool {
    guard slots[index].state == .busy else { return false }
    let descriptor = slots[index].descriptor
    if !slots[index].unsent.isEmpty { sendRest(index) }
    // Once the server has stopped sending, everything is in the socket: a short read has taken the last of it.
    let isEnding = happened & (UInt32(EPOLLRDHUP.rawValue) | UInt32(EPOLLHUP.rawValue)) != 0
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN { return false }
        finish(index, .truncated)
        return true
      }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      let isLast = count == 0 || isEnding && count < buffer.count
      if plan.mode == .list {
        if count > 0, slots[index].list.bytes == 0 { report.firstByte.add(Self.now() - slots[index].began) }
        slots[index].list.feed(piece)
        if isLast {
          report.accounts += slots[index].list.accounts
          report.bytes += slots[index].list.bytes
          finish(index, slots[index].list.verdict(expecting: users?.count))
          return true
        }
      } else if slots[index].held.count + count > WireLimits.reply {
        // More than clients can hold.
        finish(index, .garbled)
        return true
      } else if isLast {
        finish(index, verdict(index, piece, text, entries))
        return true
      } else {
        slots[index].held.append(contentsOf: piece)
      }
      if count < buffer.count { return false }
    }
  }

  private func verdict(
    _ index: Int, _ piece: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]
  ) -> LoadReport.Verdict {
    let expectation = Expectation(entries[slots[index].account], text, mode: plan.mode)
    if slots[index].held.isEmpty { return expectation.verdict(on: piece) }
    if piece.isEmpty { return slots[index].held.withUnsafeBytes(expectation.verdict) }
    return (slots[index].held + piece).withUnsafeBytes(expectation.verdict)
  }

  private mutating func finish(_ index: Int, _ verdict: LoadReport.Verdict) {
    close(slots[index].descriptor)
    report.latency.add(Self.now() - slots[index].began)
    report.add(verdict)
    slots[index].descriptor = -1
    slots[index].state = .idle
    slots[index].held.removeAll(keepingCapacity: true)
    slots[index].unsent.wipe()
    busy -= 1
  }

  private mutating func sendRest(_ index: Int) {
    let descriptor = slots[index].descriptor
    let sent = slots[index].unsent.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    guard sent > 0 else { return }
    slots[index].unsent.removeFirst(sent)
    guard slots[index].unsent.isEmpty else { return }
    let interest = UInt32(EPOLLIN.rawValue) | UInt32(EPOLLRDHUP.rawValue)
    var event = epoll_event(events: interest, data: epoll_data_t(u32: UInt32(index)))
    epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event)
  }

  private mutating func giveUpOverdue(_ now: Int, _ text: UnsafeRawBufferPointer, _ entries: [UsersFile.Entry]) {
    let patience = Int(plan.timeout * 1e9)
    for index in slots.indices where slots[index].state == .busy && now - slots[index].began > patience {
      finish(index, .overdue)
      begin(index, text, entries)
    }
  }
}
