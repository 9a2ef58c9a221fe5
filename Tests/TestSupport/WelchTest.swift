/// Whether two sets of measured times have the same mean (B. L. Welch, Biometrika 34, 1947): what a stopwatch at the socket could learn.
///
/// t is the difference of the means in units of its own standard error. |t| < 4.5 is what leakage tests of hardware and of
/// constant-time code ask for: with thousands of samples it is above that by chance once in some hundred thousand times.
public struct WelchTest: Sendable {
  /// Above this, the two can be told apart.
  public static let threshold = 4.5

  /// Seconds.
  public let means: (Double, Double)
  /// The difference of the means in units of its standard error; 0 when neither set varies and the means are the same.
  public let t: Double

  /// Compares two sets of at least two samples each.
  public init(_ one: [Double], _ other: [Double]) {
    let (first, second) = (Self.moments(one), Self.moments(other))
    means = (first.mean, second.mean)
    let error = (first.variance / Double(one.count) + second.variance / Double(other.count)).squareRoot()
    let difference = first.mean - second.mean
    t = error > 0 ? difference / error : (difference == 0 ? 0 : .infinity * difference)
  }

  /// The same without the slowest of both: what other work on the machine did to some of them hides what is to be seen in the rest.
  /// - Parameter share: how much of both together stays, 0 to 1.
  public init(_ one: [Double], _ other: [Double], fastest share: Double) {
    let all = (one + other).sorted()
    let limit = all[min(all.count - 1, max(0, Int(Double(all.count) * share)))]
    self.init(one.filter { $0 <= limit }, other.filter { $0 <= limit })
  }

  /// Whether they can be told apart.
  public var tells: Bool { !(abs(t) < Self.threshold) }

  private static func moments(_ samples: [Double]) -> (mean: Double, variance: Double) {
    guard samples.count > 1 else { return (samples.first ?? 0, 0) }
    let mean = samples.reduce(0, +) / Double(samples.count)
    let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(samples.count - 1))
  }
}
