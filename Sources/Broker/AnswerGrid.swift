internal import Threads

/// When a refusal may be answered: only at whole multiples of a step after the request arrived. A value without a clock.
///
/// A look-up that finds nobody and one that finds somebody differ by microseconds, and so do digests: whatever ends within the same step
/// is answered at the same time. The step counts from the request's own arrival: on a clock's grid the differences would only be shifted.
enum AnswerGrid {
  /// 5 ms: more than a look-up and a hash of moderate cost take on a machine that is not at its end. Chosen by measuring:
  /// docs/security.md has the figures.
  static let step = Duration.milliseconds(5)

  /// The first multiple of `step` after `received` that is not over at `now`.
  static func next(
    after received: Instant, at now: Instant, step: Duration = AnswerGrid.step
  ) -> Instant {
    // What has waited for a day answers at once.
    let elapsed = min(max(now - received, .zero), .seconds(86_400))
    let steps = Int64(elapsed / step) + 1
    return received + step * steps
  }
}
