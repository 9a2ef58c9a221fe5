package import Threads

/// When to try for a new connection, and how long a request waits for one. Knows no socket and no clock.
///
/// - An attempt starts at most once a second, also when connections come about and are lost at once. Only the second one
///   of an outage comes up to a fifth earlier, by chance, so that many daemons that lost a server at the same moment do
///   not fall on it in step.
/// - A request rides through an outage of up to `patience`: a server that is restarted costs a login some
///   time, not a failure.
/// - In a longer outage requests are answered at once, while attempts go on: nothing piles up, and the first
///   connection ends it.
package struct ReconnectPolicy: Sendable {

  /// The longest time from the start of one attempt to that of the next. Recovery takes no longer than this once the
  /// server is back.
  package static let spacing = Duration.seconds(1)
  /// Up to this share of `spacing` is left out by chance, once an outage.
  package static let jitter = 0.2
  /// How long an outage may last before requests stop waiting for its end.
  package static let patience = Duration.seconds(5)

  private let spacing: Duration
  private let patience: Duration
  private var earliest: Instant?
  private var downSince: Instant?

  package init(spacing: Duration = Self.spacing, patience: Duration = Self.patience) {
    self.spacing = spacing
    self.patience = patience
  }

  /// Whether an attempt may start now.
  package func mayAttempt(at now: Instant) -> Bool { earliest.map { $0 <= now } ?? true }

  /// When the next attempt may start; nil: now.
  package var nextAttempt: Instant? { earliest }

  /// When those who wait for a connection are to be told that there is none; nil while there is no outage.
  package var givesUpAt: Instant? { downSince.map { $0 + patience } }

  /// Whether the outage has lasted so long that a request does not wait.
  package func isLongOutage(at now: Instant) -> Bool { givesUpAt.map { $0 <= now } ?? false }

  /// How long there has been no connection.
  package func outage(at now: Instant) -> Duration { downSince.map { now - $0 } ?? .zero }

  /// An attempt starts.
  /// - Parameter chance: 0 up to 1, drawn for this call.
  package mutating func attempt(at now: Instant, chance: Double) {
    attemptBeside(at: now, chance: chance)
    if downSince == nil { downSince = now }
  }

  /// An attempt starts while there is a connection.
  /// - Parameter chance: as for `attempt`.
  package mutating func attemptBeside(at now: Instant, chance: Double) {
    let isFirst = earliest.map { $0 + spacing < now } ?? true
    earliest = now + (isFirst ? spacing * (1 - Self.jitter * chance) : spacing)
  }

  /// The connection works: its statements are prepared.
  package mutating func connected() { downSince = nil }

  /// The connection is gone, or could not be made.
  package mutating func lost(at now: Instant) {
    if downSince == nil { downSince = now }
  }
}
