import Passwords
import Testing

@testable import Broker

/// Who leads, who joins, who is left. Nothing here waits.
@Suite struct SharedWorkTests {
  @Test func theFirstLeadsAndTheOthersJoin() {
    var work = SharedWork<String, Int>(capacity: 10)
    #expect(work.add(1, for: "a", rank: .ordinary) == .leads)
    #expect(work.add(2, for: "a", rank: .ordinary) == .joins)
    #expect(work.add(3, for: "b", rank: .ordinary) == .leads)
    #expect(work.add(4, for: "a", rank: .suspect) == .joins)
    #expect(work.joined == 2)
    #expect(work.waiters(for: "a") == [1, 2, 4])
    #expect(work.end("a") == [1, 2, 4])
    #expect(work.joined == 0)
    #expect(work.end("a") == [])
    #expect(work.add(5, for: "a", rank: .ordinary) == .leads)
    #expect(work.end("b") == [3])
  }

  @Test func whoWouldBeServedSoonerIsNotHeldBack() {
    var work = SharedWork<String, Int>(capacity: 10)
    #expect(work.add(1, for: "a", rank: .suspect) == .leads)
    #expect(work.add(2, for: "a", rank: .familiar) == .alone)
    #expect(work.add(3, for: "a", rank: .ordinary) == .alone)
    #expect(work.end("a") == [1])
  }

  @Test func oneTooManyStaysAlone() {
    var work = SharedWork<String, Int>(capacity: 3)
    for number in 0..<4 { _ = work.add(number, for: "a", rank: .ordinary) }
    #expect(work.add(4, for: "a", rank: .ordinary) == .alone)
    #expect(work.add(5, for: "b", rank: .ordinary) == .leads)
    #expect(work.add(6, for: "b", rank: .ordinary) == .alone)
    #expect(work.end("a") == [0, 1, 2, 3])
    #expect(work.add(7, for: "b", rank: .ordinary) == .joins)
    #expect(work.end("b") == [5, 7])
  }

  @Test func whoIsLeftGoesOn() {
    var work = SharedWork<String, Int>(capacity: 3)
    for number in 0..<4 { _ = work.add(number, for: "a", rank: .ordinary) }
    var asked: [Int] = []
    let (gone, isWanted) = work.dismiss("a") { number in
      asked.append(number)
      return number < 2
    }
    #expect(gone == [0, 1])
    #expect(isWanted)
    #expect(asked == [0, 1, 2, 3], "each once: the answer may change")
    #expect(work.joined == 1)
    #expect(work.add(4, for: "a", rank: .ordinary) == .joins)
    #expect(work.dismiss("a") { _ in true }.gone == [2, 3, 4])
    #expect(work.joined == 0)
    #expect(work.waiters(for: "a") == [])
    #expect(!work.dismiss("a") { _ in false }.isWanted)
    #expect(work.add(5, for: "a", rank: .ordinary) == .leads)
  }
}
