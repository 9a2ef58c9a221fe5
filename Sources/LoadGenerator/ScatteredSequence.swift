/// In which order accounts are asked for: scattered over the file, each once before any comes again, and the same in each run.
///
/// Position k is k × step modulo count, with a step near count ÷ φ that has no divisor in common with count.
struct ScatteredSequence: Sendable {
  private let count: Int
  private let step: Int
  private var position: Int

  /// - Parameters:
  ///   - count: at least 1.
  ///   - start: where to begin, of `parts` equal parts: threads that ask the same file do not follow one another.
  init(count: Int, part: Int = 0, of parts: Int = 1) {
    self.count = max(count, 1)
    var step = max(1, Int(Double(self.count) * 0.618_033_988_75))
    while Self.commonDivisor(step, self.count) != 1 { step += 1 }
    self.step = step % self.count
    position = self.count / max(parts, 1) * part % self.count
  }

  private static func commonDivisor(_ first: Int, _ second: Int) -> Int {
    second == 0 ? first : commonDivisor(second, first % second)
  }

  /// The next account's position in the file.
  mutating func next() -> Int {
    let taken = position
    position = (position + step) % count
    return taken
  }
}
