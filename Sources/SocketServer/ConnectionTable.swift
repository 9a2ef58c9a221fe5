internal import AuthdaemonWire

/// The open connections, by slot. A value type: no I/O. Used by the server's thread alone.
///
/// A token is the slot's index and its generation, so that an event which was already on its way for a connection that is gone
/// finds nothing instead of the slot's next tenant.
struct ConnectionTable {
  struct Entry {
    let exchange: Exchange
    var parser = RequestParser()
    let accepted: ContinuousClock.Instant
    /// Until then the request must be whole, or the answer must have been given.
    var deadline: ContinuousClock.Instant
    /// Whether epoll(7) reports on it.
    var isWatched = false
    /// Handed to the broker. Set by `handOver`.
    fileprivate(set) var isHandedOver = false

    init(exchange: Exchange, accepted: ContinuousClock.Instant, deadline: ContinuousClock.Instant) {
      self.exchange = exchange
      self.accepted = accepted
      self.deadline = deadline
    }
  }

  private struct Slot {
    var generation: UInt32 = 0
    var entry: Entry?
  }

  private var slots: [Slot]
  private var free: [UInt32]
  private var links: [SlotList.Link]
  /// In the order of their acceptance.
  private var reading = SlotList()
  private var handedOver = SlotList()
  private(set) var count = 0

  init(capacity: Int) {
    slots = Array(repeating: Slot(), count: capacity)
    free = (0..<UInt32(capacity)).reversed()
    links = Array(repeating: SlotList.Link(), count: capacity)
  }

  var isFull: Bool { free.isEmpty }

  /// The token that the next `insert` will use, or nil when the house is full.
  var nextToken: UInt64? {
    free.last.map(token)
  }

  mutating func insert(_ entry: Entry) {
    guard let index = free.popLast() else { return }
    slots[Int(index)].entry = entry
    reading.append(index, &links)
    count += 1
  }

  /// Notes that the request is whole: the connection is none of the silent ones any more, and has a new deadline.
  /// - Returns: its exchange; nil when the token names no connection that was still reading.
  mutating func handOver(_ token: UInt64, deadline: ContinuousClock.Instant) -> Exchange? {
    guard let index = index(token), slots[index].entry?.isHandedOver == false else { return nil }
    reading.remove(UInt32(index), &links)
    handedOver.append(UInt32(index), &links)
    return Self.reach(&slots[index].entry) { entry in
      entry.isHandedOver = true
      entry.parser = RequestParser()
      entry.deadline = deadline
      return entry.exchange
    }
  }

  private func index(_ token: UInt64) -> Int? {
    let index = Int(UInt32(truncatingIfNeeded: token))
    guard index < slots.count, slots[index].generation == UInt32(token >> 32), slots[index].entry != nil else {
      return nil
    }
    return index
  }

  /// Reaches an entry in place.
  mutating func with<Result>(_ token: UInt64, _ body: (inout Entry) -> Result) -> Result? {
    guard let index = index(token) else { return nil }
    return Self.reach(&slots[index].entry, body)
  }

  private static func reach<Result>(_ entry: inout Entry?, _ body: (inout Entry) -> Result) -> Result? {
    guard var present = entry.take() else { return nil }
    let result = body(&present)
    entry = present
    return result
  }

  mutating func remove(_ token: UInt64) -> Entry? {
    guard let index = index(token) else { return nil }
    let entry = slots[index].entry
    slots[index].entry = nil
    // The top bit stays clear: it marks listeners' tokens.
    slots[index].generation = (slots[index].generation &+ 1) & 0x7fff_ffff
    if entry?.isHandedOver == true {
      handedOver.remove(UInt32(index), &links)
    } else {
      reading.remove(UInt32(index), &links)
    }
    free.append(UInt32(index))
    count -= 1
    return entry
  }

  /// The one that has waited longest without having sent its request.
  var oldestReading: UInt64? { reading.first.map(token) }

  /// Looks among those that were handed over for one that `isOver`: at most at `steps` of them, in turns, so that no number of
  /// others hides it for long.
  mutating func findHandedOver(steps: Int, _ isOver: (Exchange) -> Bool) -> UInt64? {
    for _ in 0..<min(steps, count) {
      guard let index = handedOver.first, let exchange = slots[Int(index)].entry?.exchange else { return nil }
      if isOver(exchange) { return token(index) }
      handedOver.remove(index, &links)
      handedOver.append(index, &links)
    }
    return nil
  }

  private func token(_ index: UInt32) -> UInt64 { UInt64(slots[Int(index)].generation) << 32 | UInt64(index) }

  /// Gives those that have not sent a byte no longer than until `deadline`.
  mutating func shortenSilent(to deadline: ContinuousClock.Instant) {
    for index in slots.indices {
      guard var entry = slots[index].entry, !entry.isHandedOver, entry.parser.isEmpty else { continue }
      entry.deadline = min(entry.deadline, deadline)
      slots[index].entry = entry
    }
  }

  /// Every open connection's token and entry.
  func forEach(_ body: (UInt64, Entry) -> Void) {
    guard count > 0 else { return }
    for index in slots.indices {
      if let entry = slots[index].entry {
        body(UInt64(slots[index].generation) << 32 | UInt64(index), entry)
      }
    }
  }
}
