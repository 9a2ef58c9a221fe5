/// How long a directory waits for its servers, in one place so that tests can have less of it.
package struct OutageTiming: Sendable {
  /// For one server to answer and let us in.
  package static let connecting = Duration.seconds(5)
  /// The same while there is another server to try: logins go on from it within 2 s.
  package static let connectingWithAlternative = Duration.milliseconds(1_500)
  /// How long what we sent may stay unacknowledged before the peer counts as dead (Linux's TCP_USER_TIMEOUT). Without it a pulled
  /// cable goes unnoticed for a quarter of an hour.
  package static let unacknowledged = Duration.seconds(5)
  /// When a connection with work on it has said nothing for so long, another one is tried for. If it comes about, and the
  /// old one is still silent, it takes the work over: a server that hangs is left for one that does not, and a query that is
  /// slow is repeated once. If none comes about, the silent one is given up: it is an outage like any other.
  package static let silence = Duration.seconds(1)
  /// When it has said nothing for so long, and a deadline has passed, nothing is tried first: it is given up.
  package static let silenceAtDeadline = Duration.seconds(2)

  /// See `ReconnectPolicy.spacing`.
  package var spacing: Duration
  /// See `ReconnectPolicy.patience`.
  package var patience: Duration
  /// See above.
  package var silence: Duration
  /// See above.
  package var connecting: Duration

  /// As in life, unless said otherwise.
  package init(
    spacing: Duration = ReconnectPolicy.spacing, patience: Duration = ReconnectPolicy.patience,
    silence: Duration = Self.silence, connecting: Duration = Self.connecting
  ) {
    self.spacing = spacing
    self.patience = patience
    self.silence = silence
    self.connecting = connecting
  }

  /// A policy that has met no outage yet.
  package var policy: ReconnectPolicy { ReconnectPolicy(spacing: spacing, patience: patience) }
}
