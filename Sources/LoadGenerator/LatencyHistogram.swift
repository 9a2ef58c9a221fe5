/// Counts of durations in log-linear steps: bounded memory however many samples, and no allocation for one.
///
/// Below 64 ns each nanosecond has a step of its own; above, each power of two has 64, so that what a percentile says is at
/// most 1/64 (1.6 %) below the truth. Durations of more than `longest` are counted as that.
public struct LatencyHistogram: Sendable, Equatable {
  private static let stepsLog2 = 6
  private static let steps = 1 << stepsLog2
  /// In nanoseconds: 2 hours and 26 minutes, more than any run.
  public static let longest = 1 << 43 - 1

  private var counts = [UInt64](repeating: 0, count: LatencyHistogram.index(longest) + 1)
  /// How many samples there are.
  public private(set) var count: UInt64 = 0
  /// The longest sample in nanoseconds; 0 without any.
  public private(set) var maximum = 0

  /// Without samples.
  public init() {}

  /// Counts a duration in nanoseconds; one below zero counts as zero.
  public mutating func add(_ nanoseconds: Int) {
    let sample = min(max(nanoseconds, 0), Self.longest)
    counts[Self.index(sample)] += 1
    count += 1
    maximum = max(maximum, sample)
  }

  /// Adds another's samples.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  /// What `share` (0...1) of the samples do not exceed, in nanoseconds, rounded down to a step; 0 without samples.
  public func percentile(_ share: Double) -> Int {
    guard count > 0 else { return 0 }
    let rank = min(max(UInt64((Double(count) * share).rounded(.up)), 1), count)
    var seen: UInt64 = 0
    for index in counts.indices {
      seen += counts[index]
      if seen >= rank { return Self.value(index) }
    }
    return maximum
  }

  private static func index(_ nanoseconds: Int) -> Int {
    if nanoseconds < steps { return nanoseconds }
    let shift = Int.bitWidth - 1 - nanoseconds.leadingZeroBitCount - stepsLog2
    return (shift + 1) << stepsLog2 + (nanoseconds >> shift) - steps
  }

  /// The least duration that is counted at `index`.
  private static func value(_ index: Int) -> Int {
    if index < steps { return index }
    let shift = index >> stepsLog2 - 1
    return (steps + index & (steps - 1)) << shift
  }
}
