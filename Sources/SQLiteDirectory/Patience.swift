internal import Accounts
internal import Glibc
internal import Synchronization
internal import Threads

/// Set once, when the directory ends; read by its threads.
final class StopFlag: Sendable {
  private let value = Atomic(false)
  /// Whether the end has come.
  var isSet: Bool { value.load(ordering: .acquiring) }
  /// The end has come.
  func set() { value.store(true, ordering: .releasing) }
}

/// How long the connection's current request may wait and run; asked by SQLite from inside the calls. Confined to the thread of
/// its connection.
final class Patience {
  /// The longest wait for a lock that another program holds, counted from when the request was asked: one that spent it in the
  /// queue, behind others that waited, is tried once and waits no more.
  static let busyLimit = Duration.seconds(5)
  /// SQLite asks `isOver` each time it has executed so many of its virtual machine's instructions, a fraction of a millisecond.
  static let instructionsPerQuestion: Int32 = 1000
  /// The longest sleep between two tries for a lock, in microseconds.
  private static let longestSleep: UInt32 = 20_000

  private let stop: StopFlag
  private var deadline = Deadline.now
  private var busyEnd = Deadline.now
  /// There while nothing may be waited for: until then queries may run.
  var endOnSpot: Deadline?

  init(stop: StopFlag) { self.stop = stop }

  /// A new request begins.
  func begin(deadline: Deadline, asked: Deadline) {
    self.deadline = deadline
    busyEnd = min(deadline, asked + Self.busyLimit)
  }

  /// Whether a running query must end.
  var isOver: Bool { stop.isSet || Deadline.now >= min(deadline, endOnSpot ?? deadline) }

  /// Whether what must not be waited for has taken its time.
  var isSpotOver: Bool { stop.isSet || endOnSpot.map { Deadline.now >= $0 } ?? false }

  /// Sleeps a little before the next try for a lock.
  /// - Parameter tries: how many there were for this lock.
  /// - Returns: false to give up.
  func waitForLock(tries: Int32) -> Bool {
    guard !stop.isSet, endOnSpot == nil, Deadline.now < busyEnd else { return false }
    usleep(min(Self.longestSleep, 500 << UInt32(min(max(tries, 0), 6))))
    return true
  }
}
