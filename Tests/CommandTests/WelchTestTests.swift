import TestSupport
import Testing

/// The statistics of `make soak`'s timing part must find what they are there to find.
@Suite struct WelchTestTests {
  /// Times as a daemon has them: a millisecond, noise of 50 µs, and one in a hundred that waited for something.
  private func samples(_ count: Int, later: Double, _ random: inout Numbers) -> [Double] {
    (0..<count).map { _ in
      // The sum of twelve uniform numbers is close to a normal one of variance 1.
      let noise = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
      let hiccup = Int.random(in: 0..<100, using: &random) == 0 ? Double.random(in: 0..<0.01, using: &random) : 0
      return 0.001 + later + 0.000_05 * noise + hiccup
    }
  }

  /// The same numbers in each run (SplitMix64).
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  @Test func aPlantedDifferenceIsFound() {
    var random = Numbers(state: 1)
    for later in [0.000_01, 0.000_1, 0.001] {
      let test = WelchTest(
        samples(10_000, later: later, &random), samples(10_000, later: 0, &random), fastest: 0.9)
      #expect(test.tells && test.t > 0, "\(later) \(test.t)")
    }
    let whole = WelchTest(samples(10_000, later: 0, &random), samples(10_000, later: 0.000_1, &random))
    #expect(whole.tells && whole.t < 0, "\(whole.t)")
  }

  @Test func noDifferenceIsFoundWhereThereIsNone() {
    for seed in 1...20 {
      var random = Numbers(state: UInt64(seed))
      let (one, other) = (samples(10_000, later: 0, &random), samples(10_000, later: 0, &random))
      #expect(!WelchTest(one, other).tells, "\(seed)")
      #expect(!WelchTest(one, other, fastest: 0.9).tells, "\(seed)")
    }
  }

  @Test func knownFigures() {
    // Two samples by hand: means 2 and 4, variances 1 and 4, t = -2 / √(1/3 + 4/3).
    let test = WelchTest([1, 2, 3], [2, 4, 6])
    #expect(abs(test.t + 1.549_193) < 0.000_001)
    #expect(test.means == (2, 4))
    #expect(WelchTest([1, 1], [1, 1]).t == 0)
    #expect(WelchTest([2, 2], [1, 1]).tells)
  }
}
