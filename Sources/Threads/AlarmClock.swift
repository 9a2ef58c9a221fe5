/// Things to do at a later time, all on one thread: a request that has to wait costs a place here, and no thread.
///
/// Bounded: a full clock refuses at once. What it runs must be short, and must not block.
public final class AlarmClock: Sendable {
  private struct State {
    var agenda = Agenda<@Sendable () -> Void>()
    var isClosed = false
    /// For when the thread sleeps; nil while it is awake.
    var sleepsUntil: Instant?
  }

  /// How many may wait.
  public let capacity: Int
  private let state: Lock<State>

  /// Starts the thread.
  /// - Parameters:
  ///   - name: the thread's, see `Worker`.
  ///   - capacity: at least 1.
  /// - Throws: `SystemError` when the system gives no thread.
  public init(name: String, capacity: Int) throws(SystemError) {
    self.capacity = max(1, capacity)
    let state = Lock(State())
    self.state = state
    _ = try Worker(name: name) {
      while let due = Self.next(state) { due() }
    }
  }

  /// Ends the thread; what still waits is done at once.
  deinit { shutDown() }

  /// Does `body` at `time`, or as soon as the thread gets to it.
  /// - Returns: false when the clock is full or shut down; `body` was not taken.
  public func set(_ time: Instant, _ body: @escaping @Sendable () -> Void) -> Bool {
    let (taken, wake) = state.withLock { state -> (Bool, Bool) in
      guard !state.isClosed, state.agenda.count < capacity else { return (false, false) }
      state.agenda.insert(body, at: time)
      return (true, state.sleepsUntil.map { time < $0 } ?? false)
    }
    if wake { state.signal() }
    return taken
  }

  /// How many wait.
  public var count: Int { state.withLock { $0.agenda.count } }

  /// Does what waits now at once; what is set from now on waits for its time.
  public func hurry() {
    state.withLock { $0.agenda.makeAllDue(at: .now) }
    state.broadcast()
  }

  /// Takes no more. What still waits is done at once: whoever waits for it must hear of it.
  public func shutDown() {
    state.withLock { $0.isClosed = true }
    state.broadcast()
  }

  /// Waits for what is due; nil when nothing will be.
  private static func next(_ state: Lock<State>) -> (@Sendable () -> Void)? {
    while true {
      // Until the earliest, or for a day: a new one that is earlier wakes the thread.
      let patience = state.withLock { state -> Duration in
        let now = Instant.now
        let end = state.agenda.earliest ?? now + .seconds(86_400)
        state.sleepsUntil = end
        return end - now
      }
      enum Step { case run(@Sendable () -> Void), end, again }
      let step = state.wait(max(patience, .zero)) { state -> Step? in
        if let body = state.agenda.take(at: state.isClosed ? nil : .now) {
          state.sleepsUntil = nil
          return .run(body)
        }
        if state.isClosed { return .end }
        guard let earliest = state.agenda.earliest, let until = state.sleepsUntil, earliest < until else { return nil }
        return .again
      }
      switch step {
      case .run(let body): return body
      case .end: return nil
      case .again, nil: continue
      }
    }
  }
}

/// What is to be done when, the earliest first; equal times in any order. A binary heap, without a clock.
struct Agenda<Item> {
  private var entries: [(time: Instant, item: Item)] = []

  var count: Int { entries.count }
  var earliest: Instant? { entries.first?.time }

  mutating func insert(_ item: Item, at time: Instant) {
    entries.append((time, item))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].time < entries[parent].time else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// Moves everything to `now`, which keeps any order of a heap.
  mutating func makeAllDue(at now: Instant) {
    for index in entries.indices { entries[index].time = min(entries[index].time, now) }
  }

  /// Takes the earliest out, if it is due.
  /// - Parameter now: nil when everything is.
  mutating func take(at now: Instant?) -> Item? {
    guard let first = entries.first else { return nil }
    if let now, first.time > now { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first.item }
    entries[0] = last
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if entries[child].time < entries[smallest].time { smallest = child }
      }
      if smallest == parent { return first.item }
      entries.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
