internal import Accounts
internal import Threads

/// How long one list waits for its client: as long as others at the desk allow, and those who wait for the database. Used by one thread.
final class ListPatience {
  /// What the directory that is read says.
  let hold = ListHold()
  private let desk: AnswerStream.Patience
  /// How long the client had been waited for when the list came to be in the way; nil while it is not.
  private var waitedBefore: Duration?
  /// Whether it was for those that it was given up.
  private(set) var wasInTheWay = false

  /// - Parameter desk: what others at the desk allow.
  init(_ desk: @escaping AnswerStream.Patience) { self.desk = desk }

  /// See `AnswerStream.Patience`.
  func keepsWaiting(_ stalled: Duration, _ inSum: Duration) -> Bool {
    guard hold.isInTheWay else {
      waitedBefore = nil
      return desk(stalled, inSum)
    }
    let waitedBefore = waitedBefore ?? inSum
    self.waitedBefore = waitedBefore
    // In drips or all at once: whoever waits for the database has 5 s.
    guard stalled < ListDesk.stallWhenWanted, inSum - waitedBefore < ListDesk.stallWhenWanted else {
      wasInTheWay = true
      return false
    }
    return desk(stalled, inSum)
  }
}
