public import Synchronization

/// A queue between threads with a fixed room: first in, first out. A full or closed queue refuses at once; it never blocks the
/// side that puts in, so overload shows as an answer and not as a pile.
public final class BoundedQueue<Element: Sendable>: Sendable {
  /// There is room for so many at least, so that it does not grow step by step.
  @usableFromInline static var usualRoom: Int { 16 }

  // Inlinable, so that what is put in and taken out is known to the compiler.
  @usableFromInline struct State {
    @usableFromInline var elements: [Element] = []
    @usableFromInline var head = 0
    @usableFromInline var waiting = 0
    @usableFromInline var closed = false
    /// Whether those who wait are left asleep: see `keepBack`.
    @usableFromInline var isKeptBack = false
    @usableFromInline var vigil: Vigil
    @inlinable var count: Int { elements.count - head }

    init(vigil: Vigil) { self.vigil = vigil }

    /// Takes up to `limit` from the front.
    @inlinable mutating func take(_ limit: Int) -> [Element] {
      if head == 0 && elements.count <= limit {
        // All of them: the array itself, so that nothing is copied.
        let batch = elements
        elements = []
        elements.reserveCapacity(max(batch.count, usualRoom))
        return batch
      }
      let end = head + min(count, limit)
      let batch = Array(elements[head..<end])
      head = end
      if head == elements.count {
        elements.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 1024 {
        elements.removeFirst(head)
        head = 0
      }
      return batch
    }
  }

  /// How many elements fit.
  public let capacity: Int
  @usableFromInline let state: Lock<State>
  /// As many as `state` holds, to be looked at without the lock.
  @usableFromInline let pending = Atomic(0)

  /// - Parameters:
  ///   - capacity: at least 1.
  ///   - vigil: for how long `pop` looks for an element before it goes to sleep, while they come one at a time: see `Vigil`.
  public init(capacity: Int, vigil: Duration = .zero) {
    self.capacity = max(1, capacity)
    state = Lock(State(vigil: Vigil(vigil)))
  }

  /// How many elements wait now.
  public var count: Int { state.withLock { $0.count } }

  /// Puts `element` at the end.
  /// - Returns: false when the queue is full or closed; the element was not taken.
  @inlinable
  @discardableResult
  public func push(_ element: Element) -> Bool {
    let (taken, wake) = state.withLock { state -> (Bool, Bool) in
      if state.closed || state.count >= capacity { return (false, false) }
      state.elements.append(element)
      pending.store(state.count, ordering: .relaxed)
      return (true, state.waiting > 0 && !state.isKeptBack)
    }
    if wake { state.signal() }
    return taken
  }

  /// Takes up to `limit` elements from the front; waits while there is none.
  /// - Parameter patience: how long to wait at the most; nil is for ever.
  /// - Returns: an empty array when the patience ran out; nil when the queue is closed and empty.
  public func pop(upTo limit: Int = 1, patience: Duration? = nil) -> [Element]? {
    let began = keepVigil()
    var counted = false
    let taken: [Element]?? = state.wait(patience) { state -> [Element]?? in
      if state.count > 0 {
        if counted { state.waiting -= 1 }
        let batch = state.take(max(1, limit))
        if let began { state.vigil.waited(.now - began, isAlone: batch.count == 1) }
        pending.store(state.count, ordering: .relaxed)
        return .some(batch)
      }
      if state.closed {
        if counted { state.waiting -= 1 }
        return .some(nil)
      }
      if !counted {
        counted = true
        state.waiting += 1
      }
      return nil
    }
    switch taken {
    case .some(let batch): return batch
    case nil:
      state.withLock { if counted { $0.waiting -= 1 } }
      return []
    }
  }

  /// From now on nobody is woken for what comes, until `letGo`: the caller takes it itself. Whoever is awake may take it too.
  @inlinable
  public func keepBack() { state.withLock { $0.isKeptBack = true } }

  /// Takes all there is, without waiting.
  @inlinable
  public func takeAll() -> [Element] {
    state.withLock { state in
      let all = state.take(.max)
      pending.store(0, ordering: .relaxed)
      return all
    }
  }

  /// Puts what was taken back to the front, even if there is no room for it; nobody is woken.
  /// - Returns: false when the queue is closed, and nobody may be there to take it.
  @inlinable
  public func putBack(_ elements: ArraySlice<Element>) -> Bool {
    state.withLock { state in
      if state.closed { return false }
      state.elements.replaceSubrange(..<state.head, with: elements)
      state.head = 0
      pending.store(state.count, ordering: .relaxed)
      return true
    }
  }

  /// Ends what `keepBack` began, and wakes somebody for what is there.
  @inlinable
  public func letGo() {
    let wake = state.withLock { state in
      state.isKeptBack = false
      return state.count > 0 && state.waiting > 0
    }
    if wake { state.signal() }
  }

  /// - Returns: when the wait began; nil where no vigil is kept at all.
  private func keepVigil() -> Instant? {
    let vigil = state.withLock { $0.vigil }
    if vigil.length == .zero { return nil }
    let began = Instant.now
    if vigil.isDue { _ = vigil.keep { pending.load(ordering: .relaxed) != 0 } }
    return began
  }

  /// Refuses what comes from now on; what is inside can still be taken.
  public func close() {
    state.withLock { $0.closed = true }
    state.broadcast()
  }
}
