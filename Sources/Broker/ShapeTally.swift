internal import Passwords

/// Which shape the hashes of the accounts have that were looked up lately. A value.
///
/// Each account counts once, however often it is asked for: whoever asks for one account all day does not make its scheme the commonest.
struct ShapeTally {
  /// Accounts that count: the first seen 1,024, about 200 KiB. The one that was seen first gives way.
  static let capacity = 1024

  private struct Seen {
    let account: Int
    var shape: HashShape
  }

  private let capacity: Int
  /// A ring once it is full.
  private var seen: [Seen] = []
  private var oldest = 0
  private var places: [Int: Int] = [:]
  private var counts: [HashShape: Int] = [:]
  /// What most of them have; `HashShape.standard` before any was seen.
  private(set) var commonest = HashShape.standard

  init(capacity: Int = Self.capacity) { self.capacity = max(1, capacity) }

  /// How many accounts count.
  var count: Int { seen.count }

  /// Counts `account`, in the place of what it had.
  mutating func note(_ shape: HashShape, of account: HashJob.Account) {
    // Hasher's key is the process's own: nobody can choose names that fall together, and by chance it does not matter.
    let account = account.hashValue
    if let place = places[account] {
      guard seen[place].shape != shape else { return }
      remove(seen[place].shape)
      seen[place].shape = shape
    } else if seen.count < capacity {
      places[account] = seen.count
      seen.append(Seen(account: account, shape: shape))
    } else {
      remove(seen[oldest].shape)
      places[seen[oldest].account] = nil
      seen[oldest] = Seen(account: account, shape: shape)
      places[account] = oldest
      oldest = (oldest + 1) % capacity
    }
    counts[shape, default: 0] += 1
    // One that is not clearly commoner changes nothing: two of about the same number would take turns.
    let now = counts[commonest, default: 0]
    if counts[shape, default: 0] > now + now / 8 { commonest = shape }
  }

  private mutating func remove(_ shape: HashShape) {
    let left = counts[shape, default: 1] - 1
    counts[shape] = left > 0 ? left : nil
    guard shape == commonest, let (other, most) = counts.max(by: { $0.value < $1.value }) else { return }
    if most > left + left / 8 { commonest = other }
  }
}
