internal import Accounts
internal import Threads

/// When look-ups are answered on the thread of whoever asks, and when it took so long that the look-up thread does it all for a while.
/// A value type: the clock comes in.
struct SpotPolicy {
  /// How long the caller is kept at the most: many times what a turn's look-ups take, and more than another program may have the
  /// processor meanwhile.
  static let limit = Duration.milliseconds(20)
  /// How long it is not tried when that was too short; twice as long each time, up to the most.
  static let shortestPause = Duration.milliseconds(100)
  static let longestPause = Duration.seconds(10)

  private var pause = Self.shortestPause
  private var pauseEnd: Deadline?

  /// Whether it may be tried.
  func isOffered(at now: Deadline) -> Bool { pauseEnd.map { now >= $0 } ?? true }

  /// It took too long.
  mutating func tookTooLong(at now: Deadline) {
    // Long ago: another cause.
    if let pauseEnd, now - pauseEnd > Self.longestPause { pause = Self.shortestPause }
    pauseEnd = now + pause
    pause = min(pause * 2, Self.longestPause)
  }
}
