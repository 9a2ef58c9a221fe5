/// What a verification costs, for the choice of the thread that does it.
public enum Cost: Sendable, Equatable {
  /// Under about 20 µs: may run on the thread that has the row.
  case cheap
  /// From 100 µs to seconds: belongs to the ``HashPool``.
  case expensive
}
