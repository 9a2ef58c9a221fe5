/// What a verification costs, for the choice of the thread that does it, and of what is worth remembering.
public enum Cost: Sendable, Equatable {
  /// Under about 20 µs: may run on the thread that has the row.
  case cheap
  /// From there to about a millisecond: belongs to the ``HashPool``.
  case moderate
  /// From about a millisecond to seconds: belongs to the ``HashPool`` too, and is worth remembering.
  case expensive
}
