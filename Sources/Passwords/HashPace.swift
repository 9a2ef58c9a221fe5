/// How long jobs take here, as a running mean: what a queue's length means in time.
struct HashPace {
  /// The part of the mean that a new duration replaces: 1/8, so that about the last dozen count.
  private static let weight = 8
  /// A job is taken to last this long at the most.
  private static let longest = Duration.seconds(60)

  /// Nil until the first job has ended.
  private(set) var mean: Duration?

  /// Takes a job's duration in.
  mutating func record(_ duration: Duration) {
    let duration = min(max(duration, .zero), Self.longest)
    mean = mean.map { $0 + (duration - $0) / Self.weight } ?? duration
  }

  /// How long it takes until `jobs` are done by `threads`; zero while nothing is known.
  func wait(for jobs: Int, threads: Int) -> Duration {
    (mean ?? .zero) * min(max(jobs, 0), 1_000_000) / max(1, threads)
  }
}
