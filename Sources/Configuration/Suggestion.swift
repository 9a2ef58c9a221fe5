/// Finds what somebody meant who wrote something else.
enum Suggestion {
  /// The candidate nearest to `word`, if it is near enough to be meant: at most one edit for each three letters, and `_`
  /// counts as `-`, capitals as small letters.
  static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = normalised(word)
    guard wanted.count <= 64 else { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let other = normalised(candidate)
      let distance = editDistance(wanted, other)
      let allowed = max(1, max(wanted.count, other.count) / 3)
      if distance <= allowed && distance < wanted.count && distance < best?.distance ?? .max {
        best = (distance, candidate)
      }
    }
    return best?.candidate
  }

  /// Whether both are the same but for capitals and `_` for `-`.
  static func isSame(_ one: String, _ other: String) -> Bool {
    normalised(one) == normalised(other)
  }

  private static func normalised(_ word: String) -> [UInt8] {
    word.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
      case UInt8(ascii: "_"): UInt8(ascii: "-")
      default: byte
      }
    }
  }

  /// How many insertions, deletions, replacements and swaps of neighbours turn one into the other.
  static func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[other.count]
  }

  /// `a, b and c`, each in back quotes.
  static func list(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }
}
