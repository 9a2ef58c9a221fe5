internal import Threads

/// One ENUMERATE that waits for a lister.
struct ListRequest: Sendable {
  let peer: ListPeer
  /// Whether its client has gone.
  let isAbandoned: @Sendable () -> Bool
  /// Writes the list, on a lister's thread.
  let run: @Sendable () -> Void
  /// Ends it without an answer.
  let turnAway: @Sendable () -> Void
}

/// Where lists wait for a lister. A list whose client does not read is given up when others wait, so that no number of such
/// clients stops the lists of the others for long.
final class ListDesk: Sendable {
  /// Lists that may wait.
  static let capacity = 64
  /// While others wait, for a lister or for the database, a client that has not taken a piece of its list after this time is given up.
  static let stallWhenWanted: Duration = .seconds(1)
  /// While others wait, a client that had to be waited for this long altogether is given up: one that reads in drips. A million
  /// accounts take less to a client that reads.
  static let waitingWhenWanted: Duration = .seconds(10)

  private struct State {
    var waiting = WaitingLists<ListRequest>(capacity: ListDesk.capacity)
    var idle = 0
    var isClosed = false
  }

  private let state = Lock(State())

  /// Takes a request for a list; turns one away when too many wait.
  func take(_ request: ListRequest) {
    let excess = state.withLock { state -> ListRequest? in
      state.isClosed ? request : state.waiting.add(request, from: request.peer)
    }
    state.signal()
    excess?.turnAway()
  }

  /// The list to write next; waits for one.
  /// - Returns: nil when the desk is closed and nothing waits.
  func next() -> ListRequest? {
    var isIdle = false
    let found: ListRequest?? = state.wait { state -> ListRequest?? in
      let next = state.waiting.next()
      if next != nil || state.isClosed {
        if isIdle { state.idle -= 1 }
        return .some(next?.element)
      }
      if !isIdle { state.idle += 1 }
      isIdle = true
      return nil
    }
    return found ?? nil
  }

  /// A list that `next` gave is over.
  func ended(_ peer: ListPeer) { state.withLock { $0.waiting.ended(peer) } }

  /// Whether the writer of a list should go on waiting for its client.
  /// - Parameters:
  ///   - stalled: how long the present piece has not been taken.
  ///   - inSum: how long all waits of this list have been together.
  @Sendable func keepsWaiting(_ stalled: Duration, _ inSum: Duration) -> Bool {
    if stalled < Self.stallWhenWanted && inSum < Self.waitingWhenWanted { return true }
    return !isWanted
  }

  /// Whether a list waits for a lister, none is idle, and its client is still there.
  private var isWanted: Bool {
    state.withLock { state in
      state.waiting.count > state.idle && state.waiting.contains { !$0.isAbandoned() }
    }
  }

  /// Lets the listers end once nothing waits.
  func close() {
    state.withLock { $0.isClosed = true }
    state.broadcast()
  }
}
