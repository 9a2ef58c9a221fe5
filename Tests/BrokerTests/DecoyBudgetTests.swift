import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// Time is a parameter: nothing here waits.
@Suite struct DecoyBudgetTests {
  private let start = Instant.now

  @Test func aSecondOfEachThreadAtOnceThenAQuarter() {
    var budget = DecoyBudget(threads: 2)
    /// Computes as many as may be, each of 50 ms.
    func compute(at now: Instant) -> Int {
      var count = 0
      while let reservation = budget.reserve(at: now) {
        budget.spend(.milliseconds(50), at: now)
        budget.release(reservation)
        count += 1
      }
      return count
    }
    #expect(compute(at: start) == 40)
    #expect(compute(at: start) == 0)
    // In ten seconds the two threads have twenty, and decoys five of them; but never more than two at once.
    var count = 0
    for second in 1...10 { count += compute(at: start + .seconds(second)) }
    #expect(count == 100)
    #expect(compute(at: start + .seconds(3600)) == 40)
    // A clock that stands or goes back gives nothing.
    #expect(compute(at: start) == 0)
    #expect(compute(at: start + .seconds(3600)) == 0)
  }

  @Test func whatWaitsCountsToo() {
    var budget = DecoyBudget(threads: 1)
    var reservations: [Duration] = []
    while let reservation = budget.reserve(at: start) { reservations.append(reservation) }
    #expect(reservations.count == 10, "a second, by the guess of 100 ms")
    for reservation in reservations { budget.release(reservation) }
    #expect(budget.reserve(at: start) != nil, "none of them was computed")
  }

  @Test func oneMayTakeLongerThanThereIs() {
    var budget = DecoyBudget(threads: 1)
    let reservation = budget.reserve(at: start)
    budget.spend(.seconds(3), at: start)
    budget.release(reservation ?? .zero)
    #expect(budget.reserve(at: start + .seconds(7)) == nil)
    #expect(budget.reserve(at: start + .seconds(9)) != nil)
  }

  @Test func fatesAreTheLastOnes() {
    var fates = DecoyFates()
    var random = SystemRandomNumberGenerator()
    #expect(fates.draw(using: &random) == nil)
    for _ in 0..<100 { fates.record(.overloaded) }
    for _ in 0..<DecoyFates.capacity { fates.record(.verdict(after: .milliseconds(7))) }
    for _ in 0..<100 { #expect(fates.draw(using: &random) == .verdict(after: .milliseconds(7))) }
  }

  @Test func refusalsAreAnsweredAtMultiplesOfTheStep() {
    func answered(_ elapsed: Duration) -> Duration { AnswerGrid.next(after: start, at: start + elapsed) - start }
    let step = AnswerGrid.step
    for elapsed: Duration in [.zero, .microseconds(1), step / 2, step - .microseconds(1), .seconds(-5)] {
      #expect(answered(elapsed) == step, "\(elapsed)")
    }
    #expect(answered(step + .microseconds(1)) == step * 2)
    #expect(answered(.seconds(25) + .microseconds(1)) == .seconds(25) + step)
    #expect(answered(.seconds(1_000_000_000_000)) > .zero)
  }
}

@Suite struct ShapeTallyTests {
  private func shape(_ rounds: Int) throws -> HashShape {
    try #require(HashShape(of: Secret(text: "$6$rounds=\(rounds)$salt$" + String(repeating: "a", count: 86))))
  }

  private func account(_ number: Int) -> HashJob.Account {
    HashJob.Account(directory: "d", username: Array("u\(number)".utf8))
  }

  @Test func theFirstOneSeenReplacesTheStandard() throws {
    var tally = ShapeTally()
    #expect(tally.commonest == .standard)
    tally.note(try shape(1), of: account(0))
    #expect(try tally.commonest == shape(1))
  }

  @Test func anAccountCountsOnce() throws {
    var tally = ShapeTally()
    for number in 0..<3 { tally.note(try shape(1), of: account(number)) }
    for _ in 0..<1000 { tally.note(try shape(2), of: account(99)) }
    #expect(try tally.commonest == shape(1))
    #expect(tally.count == 4)
    for number in 0..<3 { tally.note(try shape(2), of: account(number)) }
    #expect(try tally.commonest == shape(2), "they got new hashes")
    #expect(tally.count == 4)
  }

  @Test func oneThatIsHardlyCommonerChangesNothing() throws {
    var tally = ShapeTally()
    for number in 0..<16 { tally.note(try shape(1), of: account(number)) }
    for number in 16..<34 { tally.note(try shape(2), of: account(number)) }
    #expect(try tally.commonest == shape(1), "18 are not clearly more than 16")
    tally.note(try shape(2), of: account(34))
    #expect(try tally.commonest == shape(2))
  }

  @Test func theOldestGiveWay() throws {
    var tally = ShapeTally(capacity: 10)
    for number in 0..<10 { tally.note(try shape(1), of: account(number)) }
    for number in 10..<16 { tally.note(try shape(2), of: account(number)) }
    #expect(tally.count == 10)
    #expect(try tally.commonest == shape(2))
    for number in 100..<300 { tally.note(try shape(3), of: account(number)) }
    #expect(try tally.commonest == shape(3))
    #expect(tally.count == 10)
  }
}
