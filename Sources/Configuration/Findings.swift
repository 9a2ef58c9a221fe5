/// Collects mistakes on the way through a file, so that all of them come out at once.
struct Findings {
  private(set) var mistakes: [Mistake]
  private let lines: LineIndex

  init(lines: LineIndex, mistakes: [Mistake] = []) {
    self.lines = lines
    self.mistakes = mistakes
  }

  /// A mistake at the label `key`; its line is found here.
  mutating func add(_ key: String, _ text: String) {
    mistakes.append(Mistake(line: lines.line(of: key), key: key, text: text))
  }

  /// By line; those without one come last. Mistakes of one line keep their order.
  func inOrder() -> [Mistake] {
    mistakes.enumerated().sorted { one, other in
      (one.element.line ?? .max, one.offset) < (other.element.line ?? .max, other.offset)
    }.map(\.element)
  }
}
