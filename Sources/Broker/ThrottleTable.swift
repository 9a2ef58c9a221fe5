internal import Threads

/// The records of one kind, at most `capacity` of them. A value without a clock; each step takes the same time at any size.
///
/// When there is no room, the record that means least goes: the lowest level, and of these the one that was changed the longest ago. So a
/// flood of new names, each with one failure, takes the places of its like, and never that of an account that is under attack.
struct ThrottleTable<Key: Hashable & Sendable>: Sendable {
  /// 65,536: some 20 MiB with the longest names.
  static var standardCapacity: Int { 65_536 }

  struct Entry: Sendable {
    let key: Key
    var record: ThrottleRecord
    /// When it was changed last.
    fileprivate(set) var changed: Instant
    fileprivate var list = 0
    fileprivate var before = -1
    fileprivate var behind = -1
  }

  private struct List: Sendable {
    var front = -1
    var back = -1
  }

  let schedule: ThrottleSchedule
  let capacity: Int
  private var places: [Key: Int] = [:]
  private var entries: [Entry] = []
  /// One for each level, and one for those with too many failures in a row; each from what was changed first to what was changed last.
  private var lists = [List](repeating: List(), count: ThrottleSchedule.highest + 2)

  init(_ schedule: ThrottleSchedule, capacity: Int = Self.standardCapacity) {
    self.schedule = schedule
    self.capacity = max(1, capacity)
  }

  var count: Int { entries.count }

  subscript(_ key: Key) -> ThrottleRecord? { places[key].map { entries[$0].record } }

  /// Changes the record of `key`, which is made if there is none.
  mutating func change<Result>(
    _ key: Key, at now: Instant, _ body: (inout ThrottleRecord, ThrottleSchedule) -> Result
  ) -> Result {
    let place: Int
    if let found = places[key] {
      place = found
      detach(place)
    } else {
      if entries.count >= capacity, let least = least(at: now) { remove(at: least) }
      place = entries.count
      entries.append(Entry(key: key, record: ThrottleRecord(at: now), changed: now))
      places[key] = place
    }
    let result = body(&entries[place].record, schedule)
    entries[place].changed = now
    attach(place)
    return result
  }

  /// Puts back what was written down, the oldest first, as if it had been changed at `changed`.
  mutating func restore(_ key: Key, _ record: ThrottleRecord, changed: Instant) {
    guard places[key] == nil, entries.count < capacity else { return }
    entries.append(Entry(key: key, record: record, changed: changed))
    places[key] = entries.count - 1
    attach(entries.count - 1)
  }

  /// Forgets `key`.
  /// - Returns: whether there was anything.
  mutating func forget(_ key: Key) -> Bool {
    guard let place = places[key] else { return false }
    remove(at: place)
    return true
  }

  /// Forgets what was not changed for a day.
  mutating func tidy(at now: Instant) {
    for list in lists.indices {
      while lists[list].front >= 0, now - entries[lists[list].front].changed >= ThrottleSchedule.memory {
        remove(at: lists[list].front)
      }
    }
  }

  /// All of them, in no order.
  var all: [Entry] { entries }

  /// What goes for a new one: of the first of each list the one with the lowest level now, and of these the oldest.
  private func least(at now: Instant) -> Int? {
    let candidates = lists.map(\.front).filter { $0 >= 0 }
    return candidates.min { left, right in
      let (one, other) = (entries[left], entries[right])
      let levels = (weight(one.record, at: now), weight(other.record, at: now))
      return levels.0 == levels.1 ? one.changed < other.changed : levels.0 < levels.1
    }
  }

  /// Too many in a row is more than the highest level.
  private func weight(_ record: ThrottleRecord, at now: Instant) -> Int {
    record.isSlowed(at: now) ? ThrottleSchedule.highest + 1 : record.level(schedule, at: now)
  }

  private mutating func remove(at place: Int) {
    detach(place)
    places[entries[place].key] = nil
    let last = entries.count - 1
    if place != last {
      // The last one moves into the gap.
      let moved = entries[last]
      entries[place] = moved
      places[moved.key] = place
      if moved.before >= 0 { entries[moved.before].behind = place } else { lists[moved.list].front = place }
      if moved.behind >= 0 { entries[moved.behind].before = place } else { lists[moved.list].back = place }
    }
    entries.removeLast()
  }

  private mutating func attach(_ place: Int) {
    let record = entries[place].record
    let list = record.slowedSince == nil ? schedule.level(record.failures) : ThrottleSchedule.highest + 1
    let back = lists[list].back
    entries[place].list = list
    entries[place].before = back
    entries[place].behind = -1
    if back >= 0 { entries[back].behind = place } else { lists[list].front = place }
    lists[list].back = place
  }

  private mutating func detach(_ place: Int) {
    let entry = entries[place]
    if entry.before >= 0 { entries[entry.before].behind = entry.behind } else { lists[entry.list].front = entry.behind }
    if entry.behind >= 0 { entries[entry.behind].before = entry.before } else { lists[entry.list].back = entry.before }
  }
}
