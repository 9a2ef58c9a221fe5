import Testing

@testable import Threads

@Suite struct AlarmClockTests {
  @Test func anAgendaGivesTheEarliestFirst() {
    var random = SystemRandomNumberGenerator()
    let start = Instant.now
    for count in 0..<60 {
      var agenda = Agenda<Int>()
      let delays = (0..<count).map { _ in Int.random(in: 0..<20, using: &random) }
      for delay in delays { agenda.insert(delay, at: start + .seconds(delay)) }
      #expect(agenda.count == count)
      var taken: [Int] = []
      while let delay = agenda.take(at: nil) { taken.append(delay) }
      #expect(taken == delays.sorted())
    }
  }

  @Test func anAgendaKeepsWhatIsNotDue() {
    var agenda = Agenda<String>()
    let start = Instant.now
    agenda.insert("later", at: start + .seconds(2))
    agenda.insert("sooner", at: start + .seconds(1))
    #expect(agenda.take(at: start) == nil)
    #expect(agenda.take(at: start + .seconds(1)) == "sooner")
    #expect(agenda.take(at: start + .seconds(1)) == nil)
    #expect(agenda.earliest == start + .seconds(2))
  }

  @Test func aClockRingsInOrderAndWhenAnEarlierAlarmIsSet() throws {
    let clock = try AlarmClock(name: "alarm", capacity: 8)
    let rung = Lock<[Int]>([])
    let start = Instant.now
    // The first keeps the thread asleep for longer than the test may take: the others have to wake it.
    let last = clock.set(start + .seconds(600)) {
      rung.withLock { $0.append(600) }
      rung.broadcast()
    }
    #expect(last)
    for delay in [30, 10, 20] {
      let taken = clock.set(start + .milliseconds(delay)) {
        rung.withLock { $0.append(delay) }
        rung.broadcast()
      }
      #expect(taken)
    }
    let order = rung.wait(.seconds(30)) { $0.count == 3 ? $0 : nil }
    #expect(order == [10, 20, 30])
    #expect(Instant.now - start >= .milliseconds(30))
    clock.shutDown()
    #expect(rung.wait(.seconds(30)) { $0.last == 600 ? true : nil } == true, "what waits at the end is told")
    #expect(!clock.set(.now) {})
  }

  @Test func aClockInAHurryRingsAtOnceAndGoesOn() throws {
    let clock = try AlarmClock(name: "alarm", capacity: 8)
    let rung = Lock(0)
    for delay in [600, 900, 700] {
      let taken = clock.set(.now + .seconds(delay)) {
        rung.withLock { $0 += 1 }
        rung.broadcast()
      }
      #expect(taken)
    }
    clock.hurry()
    #expect(rung.wait(.seconds(30)) { $0 == 3 ? true : nil } == true)
    #expect(clock.set(.now + .seconds(600)) {})
    #expect(clock.count == 1, "what is set afterwards waits")
    clock.shutDown()
  }

  @Test func aFullClockRefuses() throws {
    let clock = try AlarmClock(name: "alarm", capacity: 2)
    let later = Instant.now + .seconds(600)
    #expect([1, 2, 3].map { _ in clock.set(later) {} } == [true, true, false])
    clock.shutDown()
  }
}
