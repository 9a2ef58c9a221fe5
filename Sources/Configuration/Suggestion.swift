internal import Accounts

/// Words for "you wrote this, these are there".
enum Suggestion {
  /// `a`, `b` and `c`, in back quotes.
  static func list(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }

  /// What is known instead of `word`: the nearest one if there is one, all of them otherwise.
  static func instead(of word: String, among known: [String]) -> String {
    if let nearest = Spelling.nearest(to: word, among: known) { return "did you mean `\(nearest)`?" }
    return "known: \(list(known))"
  }
}
