package import Accounts
package import Threads

/// The way of look-ups from those who ask to the one thread that answers. Bounded: what was taken in and is not
/// answered yet counts, wherever it is.
package final class Intake: Sendable {
  /// Look-ups that may wait or be under way at a time; one more is `overloaded` at once. More than there are connections
  /// by default, so that many clients that ask at once wait their turn: at 30,000 a second this is half a second of work.
  package static let capacity = 16_384

  /// What became of an offer.
  package enum Verdict { case taken, full, closed }

  /// What is wanted of the one thread beside answers.
  package enum Wish { case nothing, connection, end }

  private enum Sleep {
    case awake
    /// Wake it for anything.
    case idle
    /// It waits for the database: wake it only for what is due before it wakes by itself.
    case busy(until: Deadline)
  }

  private struct State {
    var arrived: [LookUp] = []
    var unanswered = 0
    var wish = Wish.nothing
    var sleep = Sleep.awake
  }

  /// Readable when there is something to do.
  package let wakeUp: WakeUp
  private let state = Lock(State())

  package init() throws(SystemError) { wakeUp = try WakeUp() }

  /// Takes a look-up in.
  package func offer(_ lookUp: LookUp) -> Verdict {
    let (verdict, mustWake) = state.withLock { state -> (Verdict, Bool) in
      if state.wish == .end { return (.closed, false) }
      if state.unanswered >= Self.capacity { return (.full, false) }
      state.arrived.append(lookUp)
      state.unanswered += 1
      switch state.sleep {
      case .awake: return (.taken, false)
      case .idle: break
      case .busy(let until): if lookUp.deadline >= until { return (.taken, false) }
      }
      state.sleep = .awake
      return (.taken, true)
    }
    if mustWake { wakeUp.signal() }
    return verdict
  }

  /// Says that look-ups will come: there had better be a connection by then.
  package func prepare() {
    state.withLock { if $0.wish == .nothing { $0.wish = .connection } }
    wakeUp.signal()
  }

  /// Refuses what comes from now on.
  package func close() {
    state.withLock { $0.wish = .end }
    wakeUp.signal()
  }

  /// Hands over what has arrived.
  /// - Returns: what is wanted besides; the same each time, until it is something else.
  package func drain(into waiting: inout [LookUp]) -> Wish {
    state.withLock { state in
      state.sleep = .awake
      waiting += state.arrived
      state.arrived.removeAll(keepingCapacity: true)
      return state.wish
    }
  }

  /// Announces that the caller goes to sleep on `wakeUp`.
  /// - Parameters:
  ///   - busyUntil: when it wakes by itself, if it can do nothing with what arrives before; else nil.
  ///   - answered: how many were answered since the last call; they make room.
  /// - Returns: false when it must not, because something has arrived.
  package func maySleep(busyUntil: Deadline?, answered: Int) -> Bool {
    state.withLock { state in
      state.unanswered -= answered
      guard state.arrived.isEmpty || busyUntil != nil, state.wish != .end else { return false }
      if let busyUntil, state.arrived.contains(where: { $0.deadline < busyUntil }) { return false }
      state.sleep = busyUntil.map { .busy(until: $0) } ?? .idle
      return true
    }
  }
}
