internal import AuthdaemonWire
internal import Threads

/// The open connections, by slot. A value type: no I/O. Used by the server's thread alone.
///
/// A token is the slot's index and its generation, so that an event which was already on its way for a connection that is gone
/// finds nothing instead of the slot's next tenant.
struct ConnectionTable {
  struct Entry {
    let exchange: Exchange
    var parser = RequestParser()
    let accepted: Instant
    /// Until then the request must be whole, or the answer must have been given.
    var deadline: Instant
    /// Whether epoll(7) reports on it.
    var isWatched = false
    /// Handed to the broker. Set by `handOver`.
    fileprivate(set) var isHandedOver = false

    init(exchange: Exchange, accepted: Instant, deadline: Instant) {
      self.exchange = exchange
      self.accepted = accepted
      self.deadline = deadline
    }

    /// Lets `body` change it where it is.
    fileprivate mutating func change<Result>(_ body: (inout Entry) -> Result) -> Result { body(&self) }
  }

  private var entries: [Entry?]
  /// Which tenant of its slot each is, or will be.
  private var generations: [UInt32]
  private var free: [UInt32]
  private var links: [SlotList.Link]
  /// In the order of their acceptance.
  private var reading = SlotList()
  private var handedOver = SlotList()
  private(set) var count = 0

  init(capacity: Int) {
    entries = Array(repeating: nil, count: capacity)
    generations = Array(repeating: 0, count: capacity)
    free = (0..<UInt32(capacity)).reversed()
    links = Array(repeating: SlotList.Link(), count: capacity)
  }

  var isFull: Bool { free.isEmpty }

  /// The token that the next `insert` will use, or nil when the house is full.
  var nextToken: UInt64? {
    free.last.map(token)
  }

  mutating func insert(_ entry: consuming Entry) {
    guard let index = free.popLast() else { return }
    entries[Int(index)] = entry
    reading.append(index, &links)
    count += 1
  }

  /// Notes that the request is whole: the connection is none of the silent ones any more, and has a new deadline.
  /// - Returns: its exchange; nil when the token names no connection that was still reading.
  mutating func handOver(_ token: UInt64, deadline: Instant) -> Exchange? {
    guard let index = index(token) else { return nil }
    let exchange = entries[index]?.change { entry -> Exchange? in
      if entry.isHandedOver { return nil }
      entry.isHandedOver = true
      entry.parser = RequestParser()
      entry.deadline = deadline
      return entry.exchange
    }
    guard let exchange else { return nil }
    reading.remove(UInt32(index), &links)
    handedOver.append(UInt32(index), &links)
    return exchange
  }

  private func index(_ token: UInt64) -> Int? {
    let index = Int(UInt32(truncatingIfNeeded: token))
    // Whoever leaves a slot leaves it to the next generation: this one is there, or has yet to come.
    guard index < generations.count, generations[index] == UInt32(token >> 32) else { return nil }
    return index
  }

  /// Reaches an entry in place.
  mutating func with<Result>(_ token: UInt64, _ body: (inout Entry) -> Result) -> Result? {
    guard let index = index(token) else { return nil }
    return entries[index]?.change(body)
  }

  mutating func remove(_ token: UInt64) -> Entry? {
    guard let index = index(token), let entry = entries[index].take() else { return nil }
    // The top bit stays clear: it marks listeners' tokens.
    generations[index] = (generations[index] &+ 1) & 0x7fff_ffff
    if entry.isHandedOver {
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
      guard let index = handedOver.first, let exchange = entries[Int(index)]?.exchange else { return nil }
      if isOver(exchange) { return token(index) }
      handedOver.remove(index, &links)
      handedOver.append(index, &links)
    }
    return nil
  }

  private func token(_ index: UInt32) -> UInt64 { UInt64(generations[Int(index)]) << 32 | UInt64(index) }

  /// Gives those that have not sent a byte no longer than until `deadline`.
  mutating func shortenSilent(to deadline: Instant) {
    for index in entries.indices {
      entries[index]?.change { entry in
        if !entry.isHandedOver && entry.parser.isEmpty { entry.deadline = min(entry.deadline, deadline) }
      }
    }
  }

  /// Every open connection's token and entry.
  func forEach(_ body: (UInt64, Entry) -> Void) {
    guard count > 0 else { return }
    for index in entries.indices {
      if let entry = entries[index] { body(token(UInt32(index)), entry) }
    }
  }
}
