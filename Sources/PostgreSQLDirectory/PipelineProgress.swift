/// Reads off the results of one pipeline which request each belongs to. A value: results go in as events, what to do
/// comes out.
///
/// libpq hands out, for each query in order, its result and then NULL, and after the last one the synchronisation
/// point:
/// ```
/// pipeline = *( query ) sync
/// query    = ( rows / error / aborted ) NULL
/// ```
/// After an error the server skips what follows up to the synchronisation point: each of those is `aborted`, has not
/// run, and is to be sent again. When the connection breaks, the synchronisation point never comes; hence `broken`,
/// which the caller finds by the connection's state whenever there is no result.
struct PipelineProgress: Sendable, Equatable {
  /// What `PQgetResult` gave.
  enum Event: Sendable, Equatable {
    /// PGRES_TUPLES_OK.
    case rows
    /// PGRES_FATAL_ERROR.
    case error
    /// PGRES_PIPELINE_ABORTED.
    case aborted
    /// Any other result: the statement is none that yields rows.
    case foreign
    /// NULL, on a connection that lives.
    case null
    /// PGRES_PIPELINE_SYNC.
    case sync
    /// No more will come.
    case broken
  }

  /// What the caller does about it. The number is the request's place in the pipeline.
  enum Action: Sendable, Equatable {
    /// Ask for the next result.
    case readOn
    /// The rows are this request's answer.
    case answer(Int)
    /// The error is this request's.
    case fail(Int)
    /// This request has not run.
    case sendAgain(Int)
    /// All have had their result.
    case finished
    /// The connection is of no use; those from this place on have no result.
    case lost(from: Int)
  }

  /// How many queries were sent.
  let count: Int
  private var current = 0
  private var hasResult = false

  init(count: Int) { self.count = count }

  mutating func take(_ event: Event) -> Action {
    switch event {
    case .rows, .error, .aborted, .foreign:
      guard current < count, !hasResult else { return .lost(from: unanswered) }
      hasResult = true
      switch event {
      case .rows: return .answer(current)
      case .aborted: return .sendAgain(current)
      default: return .fail(current)
      }
    case .null:
      // A query without a result, or a result without a query: libpq and we have lost step, and no answer can be
      // trusted.
      guard hasResult else { return .lost(from: current) }
      hasResult = false
      current += 1
      return .readOn
    case .sync:
      return current == count && !hasResult ? .finished : .lost(from: unanswered)
    case .broken:
      return .lost(from: unanswered)
    }
  }

  private var unanswered: Int { hasResult ? current + 1 : current }
}
