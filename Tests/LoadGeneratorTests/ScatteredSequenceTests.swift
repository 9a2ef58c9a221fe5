import Testing

@testable import LoadGenerator

@Suite struct ScatteredSequenceTests {
  @Test(arguments: [1, 2, 3, 4, 5, 10, 50, 97, 1000, 1024, 4181, 10_007, 30_030])
  func eachComesOnceInATurn(count: Int) {
    for part in 0..<3 {
      var sequence = ScatteredSequence(count: count, part: part, of: 3)
      #expect(Set((0..<count).map { _ in sequence.next() }).count == count)
      #expect((0..<count).allSatisfy { _ in (0..<count).contains(sequence.next()) })
    }
  }

  @Test func neighboursInTimeAreFarApartInTheFile() {
    var sequence = ScatteredSequence(count: 100_000)
    var last = sequence.next()
    for _ in 0..<1000 {
      let next = sequence.next()
      #expect(abs(next - last) > 10_000)
      last = next
    }
  }
}
