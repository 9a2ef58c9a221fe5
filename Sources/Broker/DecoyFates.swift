internal import Passwords

/// What became of the last decoys that asked for a hash: what those that get none are given to look the same. A value without randomness.
struct DecoyFates {
  enum Fate: Equatable {
    /// The verdict came after so long.
    case verdict(after: Duration)
    /// The queue had no room.
    case overloaded
  }

  /// How many are kept: the last 64.
  static let capacity = 64

  private var fates: [Fate] = []
  private var next = 0

  mutating func record(_ fate: Fate) {
    if fates.count < Self.capacity {
      fates.append(fate)
    } else {
      fates[next] = fate
      next = (next + 1) % Self.capacity
    }
  }

  /// One of them; nil when there is none.
  func draw(using random: inout some RandomNumberGenerator) -> Fate? { fates.randomElement(using: &random) }
}
