internal import Glibc
internal import Synchronization
internal import Threads

/// Closes descriptors of connections that are over, on a thread of its own: nobody waits for it, and the kernel takes longer to free a
/// socket than the server takes to read a request.
final class Closer: Sendable {
  /// Fewer at a time are not worth waking another thread: they are closed on the caller's.
  static let fewest = 16
  /// As many are not kept for more to come.
  static let enough = 64
  /// How many may wait at the most.
  static let mostWaiting = 512

  private let lists: BoundedQueue<[Int32]>
  private let room: Int
  private let waiting: Waiting

  /// How many wait. Apart, so that the thread does not keep the closer alive.
  private final class Waiting: Sendable {
    let count = Atomic(0)
  }

  /// - Parameter room: how many may wait; they still count against the process's limit.
  /// - Throws: `SystemError` when the system gives no thread.
  init(room: Int, rights: ThreadRights?) throws(SystemError) {
    self.room = room
    let lists = BoundedQueue<[Int32]>(capacity: max(1, room / Self.fewest))
    self.lists = lists
    let waiting = Waiting()
    self.waiting = waiting
    _ = try Worker(name: "closer", rights: rights) {
      while let list = lists.pop()?.first {
        for descriptor in list { Glibc.close(descriptor) }
        waiting.count.subtract(list.count, ordering: .relaxed)
      }
    }
  }

  deinit { lists.close() }

  /// How many wait.
  var waitingCount: Int { waiting.count.load(ordering: .relaxed) }

  /// Closes `descriptors`, soon or now.
  func close(_ descriptors: [Int32]) {
    let isWorthIt = descriptors.count >= Self.fewest
    if isWorthIt, waiting.count.add(descriptors.count, ordering: .relaxed).newValue <= room, lists.push(descriptors) {
      return
    }
    if isWorthIt { waiting.count.subtract(descriptors.count, ordering: .relaxed) }
    for descriptor in descriptors { Glibc.close(descriptor) }
  }
}
