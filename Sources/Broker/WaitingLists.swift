/// Who asks for a list, as far as fairness goes.
struct ListPeer: Hashable, Sendable {
  let userID: UInt32
  let processID: Int32
}

/// Lists that wait for a lister, and whose turn it is: first the user, then the process that has the fewest lists under way; among
/// equals the newest, because its client will wait longest. So a peer that asks for a hundred lists and reads none of them stands
/// behind everybody else, and its own newest request is not older than the client's patience. A value type.
struct WaitingLists<Element> {
  private struct Entry {
    let peer: ListPeer
    let element: Element
  }

  let capacity: Int
  /// From the oldest to the newest.
  private var entries: [Entry] = []
  private var running: [ListPeer: Int] = [:]

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { entries.count }

  func contains(where condition: (Element) -> Bool) -> Bool { entries.contains { condition($0.element) } }

  /// Takes a new one.
  /// - Returns: the one that has to go for it, when there is no room: the oldest of those who have the most waiting.
  mutating func add(_ element: Element, from peer: ListPeer) -> Element? {
    entries.append(Entry(peer: peer, element: element))
    guard entries.count > capacity else { return nil }
    var users: [UInt32: Int] = [:]
    var processes: [ListPeer: Int] = [:]
    for entry in entries {
      users[entry.peer.userID, default: 0] += 1
      processes[entry.peer, default: 0] += 1
    }
    func weight(_ index: Int) -> (Int, Int) {
      (users[entries[index].peer.userID, default: 0], processes[entries[index].peer, default: 0])
    }
    // The first of the greatest, which is the oldest.
    var greatest = entries.startIndex
    for index in entries.indices where weight(index) > weight(greatest) { greatest = index }
    return entries.remove(at: greatest).element
  }

  /// Takes out the one whose turn it is, and counts it as running until `ended`.
  mutating func next() -> (element: Element, peer: ListPeer)? {
    guard !entries.isEmpty else { return nil }
    func weight(_ index: Int) -> (Int, Int) {
      let peer = entries[index].peer
      let ofUser = running.reduce(0) { $1.key.userID == peer.userID ? $0 + $1.value : $0 }
      return (ofUser, running[peer, default: 0])
    }
    // The last of the least, which is the newest.
    var least = entries.startIndex
    for index in entries.indices where weight(index) <= weight(least) { least = index }
    let entry = entries.remove(at: least)
    running[entry.peer, default: 0] += 1
    return (entry.element, entry.peer)
  }

  /// A list of `peer` is over.
  mutating func ended(_ peer: ListPeer) {
    guard let count = running[peer] else { return }
    running[peer] = count > 1 ? count - 1 : nil
  }
}
