internal import Passwords

/// What most of the accounts have that were looked up lately. A value.
///
/// Each account counts once, however often it is asked for: whoever asks for one account all day does not make its scheme the commonest.
struct CommonestTally<Value: Hashable> {
  /// Accounts that count: the first seen 1,024, about 200 KiB. The one that was seen first gives way.
  static var capacity: Int { 1024 }

  private struct Seen {
    let account: Int
    var value: Value
  }

  private let capacity: Int
  /// A ring once it is full.
  private var seen: [Seen] = []
  private var oldest = 0
  private var places: [Int: Int] = [:]
  private var counts: [Value: Int] = [:]
  /// What most of them have.
  private(set) var commonest: Value

  /// - Parameter before: what is taken for the commonest before any was seen.
  init(capacity: Int = Self.capacity, before: Value) {
    self.capacity = max(1, capacity)
    commonest = before
  }

  /// How many accounts count.
  var count: Int { seen.count }

  /// Counts `account`, in the place of what it had.
  mutating func note(_ value: Value, of account: HashJob.Account) {
    // Hasher's key is the process's own: nobody can choose names that fall together, and by chance it does not matter.
    let account = account.hashValue
    if let place = places[account] {
      guard seen[place].value != value else { return }
      remove(seen[place].value)
      seen[place].value = value
    } else if seen.count < capacity {
      places[account] = seen.count
      seen.append(Seen(account: account, value: value))
    } else {
      remove(seen[oldest].value)
      places[seen[oldest].account] = nil
      seen[oldest] = Seen(account: account, value: value)
      places[account] = oldest
      oldest = (oldest + 1) % capacity
    }
    counts[value, default: 0] += 1
    // One that is not clearly commoner changes nothing: two of about the same number would take turns.
    let now = counts[commonest, default: 0]
    if counts[value, default: 0] > now + now / 8 { commonest = value }
  }

  private mutating func remove(_ value: Value) {
    let left = counts[value, default: 1] - 1
    counts[value] = left > 0 ? left : nil
    guard value == commonest, let (other, most) = counts.max(by: { $0.value < $1.value }) else { return }
    if most > left + left / 8 { commonest = other }
  }
}

/// Which shape the hashes of the accounts have that were looked up lately.
typealias ShapeTally = CommonestTally<HashShape>

extension ShapeTally {
  /// Before any account was seen: `HashShape.standard`.
  init(capacity: Int = Self.capacity) { self.init(capacity: capacity, before: .standard) }
}
