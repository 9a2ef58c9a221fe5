/// A directory that answers several look-ups for less than one after the other, and on the thread that asks them: nobody has to be
/// woken for them, and none that is awake has to give way.
///
/// ```
/// beginTurn ─▶ lookUp, lookUp, … ─▶ endTurn
/// ```
public protocol TurnTaking: AnyObject, Sendable {
  /// The calling thread is about to ask, and calls `endTurn` within milliseconds. What is asked until then, by whomever, may wait for
  /// that. Turns of one directory do not overlap.
  func beginTurn()

  /// Answers on the calling thread what can be answered without waiting for a disk, a lock or another program, for some milliseconds
  /// at the most. The rest is answered as outside of turns.
  func endTurn()
}
