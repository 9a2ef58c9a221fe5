/// Guesses what somebody meant to write, for error messages.
public enum Spelling {
  /// The longest word that is compared, in bytes: the work grows with the square of it.
  private static let longest = 64

  /// The one of `known` nearest to `word`, when it is near enough to be worth naming: at most a third of its letters differ,
  /// or one begins with the other. Letters compare without regard to case, `-` and `_` are one.
  public static func nearest(to word: String, among known: some Sequence<String>) -> String? {
    let word = fold(word)
    guard !word.isEmpty, word.count <= longest else { return nil }
    var best: (name: String, distance: Int)?
    for name in known {
      let other = fold(name)
      guard !other.isEmpty, other.count <= longest else { continue }
      let isPart = min(word.count, other.count) >= 3 && (word.starts(with: other) || other.starts(with: word))
      let distance = isPart ? min(1, abs(word.count - other.count)) : distance(word, other)
      guard isPart || distance <= max(1, max(word.count, other.count) / 3) else { continue }
      if distance < best?.distance ?? .max { best = (name, distance) }
    }
    return best?.name
  }

  private static func fold(_ text: String) -> [UInt8] {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      case UInt8(ascii: "-"): UInt8(ascii: "_")
      default: byte
      }
    }
  }

  /// How many letters must be put in, taken out, replaced or swapped with their neighbour.
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: other.count + 1)
    var last = Array(0...other.count)
    for row in stride(from: 1, through: one.count, by: 1) {
      var current = [row] + [Int](repeating: 0, count: other.count)
      for column in stride(from: 1, through: other.count, by: 1) {
        let same = one[row - 1] == other[column - 1]
        var value = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
        if row > 1, column > 1, one[row - 1] == other[column - 2], one[row - 2] == other[column - 1] {
          value = min(value, beforeLast[column - 2] + 1)
        }
        current[column] = value
      }
      beforeLast = last
      last = current
    }
    return last[other.count]
  }
}
