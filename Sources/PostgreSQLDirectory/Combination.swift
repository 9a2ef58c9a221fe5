internal import Threads

/// Whether the accounts of a pipeline are asked for together on one connection: not before that has been tried there, and not for a
/// while after it was slow.
final class Combination: Sendable {
  private enum State {
    case untried(CombinedQuery)
    /// It is being tried, or nothing came of it.
    case alone
    case together(CombinedQuery, restsUntil: Instant?)
  }

  private let state: Lock<State>

  /// - Parameter query: nil where there is nothing to try.
  init(_ query: CombinedQuery?) { state = Lock(query.map { .untried($0) } ?? .alone) }

  /// What is to be tried. Once: from then on there is nothing.
  func takeUntried() -> CombinedQuery? {
    state.withLock {
      guard case .untried(let query) = $0 else { return nil }
      $0 = .alone
      return query
    }
  }

  /// It has been tried, and gives what the account query gives.
  func use(_ query: CombinedQuery) { state.withLock { $0 = .together(query, restsUntil: nil) } }

  /// - Returns: nil where each is asked for by itself.
  func query(at now: Instant) -> CombinedQuery? {
    state.withLock {
      guard case .together(let query, let restsUntil) = $0, restsUntil.map({ $0 <= now }) ?? true else { return nil }
      return query
    }
  }

  /// It was slow.
  func rest(from now: Instant) {
    state.withLock {
      guard case .together(let query, _) = $0 else { return }
      $0 = .together(query, restsUntil: now + CombinedQuery.rest)
    }
  }
}
