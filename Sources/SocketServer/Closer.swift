internal import Glibc
internal import Synchronization
internal import Threads

/// Closes descriptors of connections that are over, on a thread of its own: nobody waits for it, and the kernel takes longer to free a
/// socket than the server takes to read a request. What a client sent at the very end is thrown away here too.
final class Closer: Sendable {
  /// Fewer at a time are not worth waking another thread: they are closed on the caller's.
  static let fewest = 16
  /// As many are not kept for more to come.
  static let enough = 64
  /// How many may wait at the most.
  static let mostWaiting = 512

  /// One of them.
  struct Ended {
    let descriptor: Int32
    /// Whether nothing of the client's lies unread, and nothing will come.
    let isDrained: Bool

    func close() {
      if !isDrained { _ = LateBytes.discard(from: descriptor) }
      Glibc.close(descriptor)
    }
  }

  private let lists: BoundedQueue<[Ended]>
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
    let lists = BoundedQueue<[Ended]>(capacity: max(1, room / Self.fewest))
    self.lists = lists
    let waiting = Waiting()
    self.waiting = waiting
    _ = try Worker(name: "closer", rights: rights) {
      while let list = lists.pop()?.first {
        for ended in list { ended.close() }
        waiting.count.subtract(list.count, ordering: .relaxed)
      }
    }
  }

  deinit { lists.close() }

  /// How many wait.
  var waitingCount: Int { waiting.count.load(ordering: .relaxed) }

  /// Closes all of `list`, soon or now.
  func close(_ list: [Ended]) {
    let isWorthIt = list.count >= Self.fewest
    if isWorthIt, waiting.count.add(list.count, ordering: .relaxed).newValue <= room, lists.push(list) { return }
    if isWorthIt { waiting.count.subtract(list.count, ordering: .relaxed) }
    for ended in list { ended.close() }
  }
}
