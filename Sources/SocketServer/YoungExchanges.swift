internal import Threads

/// The connections whose request came with their accept, in that order: most have their answer and are gone before epoll(7) would
/// have been worth telling of them. A value type: first in, first out.
struct YoungExchanges {
  private var entries: [(token: UInt64, since: Instant)] = []
  private var head = 0
  /// Taken entries that lie in front before they are cleared away.
  private static let slack = 1024

  /// The oldest.
  var first: (token: UInt64, since: Instant)? { head < entries.count ? entries[head] : nil }

  mutating func append(_ token: UInt64, since: Instant) { entries.append((token, since)) }

  mutating func removeFirst() {
    head += 1
    if head == entries.count {
      entries.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= Self.slack {
      entries.removeFirst(head)
      head = 0
    }
  }
}
