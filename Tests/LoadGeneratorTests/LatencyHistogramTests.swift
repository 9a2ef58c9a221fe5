import LoadGenerator
import Testing

@Suite struct LatencyHistogramTests {
  @Test func percentilesAreWithinAStepOfTheTruth() {
    var histogram = LatencyHistogram()
    for sample in 1...100_000 { histogram.add(sample * 1000) }
    for share in [0.01, 0.5, 0.9, 0.99, 1] {
      let truth = share * 100_000_000
      let said = Double(histogram.percentile(share))
      #expect(said <= truth && said >= truth * (1 - 1 / 64), "\(share): \(said)")
    }
    #expect(histogram.count == 100_000)
    #expect(histogram.maximum == 100_000_000)
  }

  /// Every power of two and its neighbours: what is said of a single sample is never above it, and never a step below.
  @Test func aSingleSampleIsFoundInItsStep() {
    for power in 0..<43 {
      for sample in [1 << power - 1, 1 << power, 1 << power + 1] {
        var histogram = LatencyHistogram()
        histogram.add(sample)
        let said = histogram.percentile(0.5)
        #expect(said <= sample && sample - said <= sample / 64, "\(sample) becomes \(said)")
      }
    }
  }

  @Test func whatIsOutOfRangeIsCountedAtTheEdge() {
    var histogram = LatencyHistogram()
    #expect(histogram.percentile(0.99) == 0)
    histogram.add(-1)
    #expect(histogram.maximum == 0)
    histogram.add(.max)
    #expect(histogram.maximum == LatencyHistogram.longest)
    #expect(histogram.count == 2)
  }

  @Test func mergingIsAddingAllSamples() {
    var (first, second, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for sample in 0..<1000 {
      first.add(sample)
      second.add(sample * 977)
      both.add(sample)
      both.add(sample * 977)
    }
    first.merge(second)
    #expect(first == both)
  }
}
