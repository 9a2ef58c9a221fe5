/// How long jobs take here, as a running mean: what a queue's length means in time.
public struct HashPace: Sendable {
  /// The part of the mean that a new duration replaces: 1/8, so that about the last dozen count.
  private static let weight = 8
  /// What the first job is taken for at the most: 1 s.
  private static let longestFirst = Duration.seconds(1)

  /// Nil until the first job has ended.
  public private(set) var mean: Duration?

  /// Nothing is known yet.
  public init() {}

  /// Takes a job's duration in, as twice the mean at the most: a machine that stood still for a while says nothing about hashes, and
  /// must not make good logins look hopeless.
  public mutating func record(_ duration: Duration) {
    let duration = max(duration, .microseconds(1))
    mean = mean.map { $0 + (min(duration, $0 * 2) - $0) / Self.weight } ?? min(duration, Self.longestFirst)
  }

  /// How long it takes until `jobs` are done by `threads`; zero while nothing is known.
  public func wait(for jobs: Int, threads: Int) -> Duration {
    (mean ?? .zero) * min(max(jobs, 0), 1_000_000) / max(1, threads)
  }
}
