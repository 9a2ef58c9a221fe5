/// How long a directory waits for its servers, in one place so that tests can have less of it.
struct OutageTiming: Sendable {
  /// See `ReconnectPolicy.spacing`.
  var spacing = ReconnectPolicy.spacing
  /// See `ReconnectPolicy.patience`.
  var patience = ReconnectPolicy.patience
  /// See `LookUpLoop.silenceLimit`.
  var silence = LookUpLoop.silenceLimit

  /// See `ConnectionSettings.limit`.
  var connecting = ConnectionSettings.limit

  /// A policy that has met no outage yet.
  var policy: ReconnectPolicy { ReconnectPolicy(spacing: spacing, patience: patience) }
}
