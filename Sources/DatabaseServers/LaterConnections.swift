internal import Threads

/// The way of a session's further connections from the thread that opens them to the one that uses them. They come while the first
/// one serves already: nobody waits for them.
final class LaterConnections: Sendable {
  private struct State {
    var arrived: [any LookUpConnection] = []
    var isClosed = false
  }

  private let state = Lock(State())

  /// Whether no more are wanted.
  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// - Returns: whether it is wanted.
  func add(_ connection: any LookUpConnection) -> Bool {
    state.withLock { state in
      if !state.isClosed { state.arrived.append(connection) }
      return !state.isClosed
    }
  }

  /// Those that have come since.
  func take() -> [any LookUpConnection] {
    state.withLock { state in
      defer { state.arrived = [] }
      return state.arrived
    }
  }

  /// The session is over.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.arrived = []
    }
  }
}
