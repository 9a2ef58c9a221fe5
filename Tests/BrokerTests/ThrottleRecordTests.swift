import Testing
import Threads

@testable import Broker

@Suite struct ThrottleRecordTests {
  private let start = Instant.now
  private let minute = Duration.seconds(60)

  private func failed(_ count: Int, _ schedule: ThrottleSchedule = .account) -> ThrottleRecord {
    var record = ThrottleRecord(at: start)
    for number in 0..<count { _ = record.count(ThrottleTag(UInt32(number + 1)), schedule, at: start) }
    return record
  }

  @Test(arguments: [(0, 0), (1, 1), (2, 3), (3, 5), (4, 10), (5, 15), (6, 15), (99, 15)])
  func eachFailureOfAnAccountSlowsItMore(_ failures: Int, _ seconds: Int) {
    #expect(ThrottleSchedule.delay(failed(failures).level(.account, at: start)) == .seconds(seconds))
  }

  @Test(arguments: [(9, 0), (10, 1), (19, 1), (20, 3), (30, 5), (40, 10), (49, 10), (50, 15), (500, 15)])
  func tenFailuresOfAnAddressMakeALevel(_ failures: Int, _ seconds: Int) {
    #expect(ThrottleSchedule.delay(failed(failures, .address).level(.address, at: start)) == .seconds(seconds))
  }

  @Test(arguments: [ThrottleSchedule.account, .address])
  func tenMinutesTakeALevel(_ schedule: ThrottleSchedule) {
    let record = failed(schedule.mostFailures + 7, schedule)
    for step in 0...6 {
      let time = start + minute * (10 * step)
      #expect(record.level(schedule, at: time) == max(0, 5 - step))
      #expect(record.level(schedule, at: time + minute * 10 - .milliseconds(1)) == max(0, 5 - step))
    }
    #expect(record.level(schedule, at: start - minute * 60) == 5, "a clock that goes back")
    #expect(record.level(schedule, at: start + .seconds(1 << 60)) == 0)
  }

  /// What has gone by of ten minutes is not lost by another failure.
  @Test func timeGoesOnBetweenFailures() {
    var record = failed(3)
    _ = record.count(ThrottleTag(9), .account, at: start + minute * 19)
    #expect(record.failures(.account, at: start + minute * 19) == 3)
    #expect(record.failures(.account, at: start + minute * 20) == 2)
    #expect(record.since == start)
    #expect(record.last == start + minute * 19)
    // All is over: a new run begins.
    _ = record.count(ThrottleTag(10), .account, at: start + minute * 95)
    #expect(record.since == start + minute * 95)
    #expect(record.failures(.account, at: start + minute * 104) == 1)
    #expect(record.failures(.account, at: start + minute * 105) == 0)
  }

  @Test func theSamePasswordCountsOnce() {
    var record = ThrottleRecord(at: start)
    #expect(record.count(ThrottleTag(7), .account, at: start) == .counted)
    for _ in 0..<200 { #expect(record.count(ThrottleTag(7), .account, at: start) == .known) }
    #expect(record.failures(.account, at: start) == 1)
    #expect(record.row == 1)
    for number in 0..<15 { #expect(record.count(ThrottleTag(UInt32(100 + number)), .account, at: start) == .counted) }
    #expect(record.count(ThrottleTag(7), .account, at: start) == .known)
    #expect(record.count(ThrottleTag(200), .account, at: start) == .counted)
    #expect(record.count(ThrottleTag(7), .account, at: start) == .counted, "sixteen others came after it")
  }

  @Test func noneOfThePasswordsIsMistakenForNone() {
    var record = ThrottleRecord(at: start)
    #expect(record.count(ThrottleTag(0), .account, at: start) == .counted)
    #expect(record.count(ThrottleTag(0), .account, at: start) == .known)
  }

  @Test func aHundredInARowSlowForADay() {
    var record = failed(99)
    #expect(!record.isSlowed(at: start))
    #expect(record.count(ThrottleTag(1000), .account, at: start) == .reachedMany)
    #expect(record.count(ThrottleTag(1001), .account, at: start) == .counted, "told once")
    record.succeed(at: start + minute)
    let day = minute * 1440
    #expect(record.level(.account, at: start + day - minute) == 5, "a success does not end it")
    #expect(record.level(.account, at: start + day) == 0)
    var later = record
    #expect(later.count(ThrottleTag(2000), .account, at: start + day) == .counted)
    #expect(later.row == 1, "and it begins again")
    #expect(!later.isSlowed(at: start + day))
  }

  @Test func timeDoesNotInterruptTheRow() {
    var record = ThrottleRecord(at: start)
    var counted = ThrottleRecord.Counted.known
    for number in 1...100 {
      counted = record.count(ThrottleTag(UInt32(number)), .account, at: start + minute * (600 * number))
    }
    #expect(counted == .reachedMany)
  }

  @Test func aSuccessInterruptsTheRow() {
    var record = failed(99)
    record.succeed(at: start)
    #expect(record.level(.account, at: start) == 0)
    #expect(!record.hasFailures)
    #expect(record.count(ThrottleTag(500), .account, at: start) == .counted)
    #expect(record.count(ThrottleTag(99), .account, at: start) == .known, "wrong passwords are still known")
  }

  @Test func anAddressHasNoRow() {
    var record = failed(300, .address)
    #expect(record.count(ThrottleTag(1000), .address, at: start) == .counted)
    #expect(!record.isSlowed(at: start))
  }

  @Test func whatWasWrittenIsCutToWhatCanBe() {
    let record = ThrottleRecord(
      failures: .max, row: .max, since: start, last: start, mark: start, slowedSince: nil, .account)
    #expect(record.failures == 5)
    #expect(record.row == 100)
    let negative = ThrottleRecord(
      failures: .min, row: .min, since: start, last: start, mark: start, slowedSince: nil, .account)
    #expect(negative.failures == 0)
  }
}

@Suite struct ThrottleTableTests {
  private let start = Instant.now

  private func fail(_ table: inout ThrottleTable<Int>, _ key: Int, times: Int = 1, at now: Instant) {
    for number in 0..<times {
      _ = table.change(key, at: now) { $0.count(ThrottleTag(UInt32(number + 1)), $1, at: now) }
    }
  }

  @Test func aFloodOfNewNamesDoesNotWashOutAHotOne() {
    var table = ThrottleTable<Int>(.account, capacity: 8)
    fail(&table, -1, times: 5, at: start)
    fail(&table, -2, times: 2, at: start)
    for number in 0..<1000 { fail(&table, number, at: start + .seconds(number)) }
    #expect(table.count == 8)
    #expect(table[-1] != nil)
    #expect(table[-2] == nil, "its level has fallen below that of the new ones by then")
    #expect((994..<1000).allSatisfy { table[$0] != nil }, "the newest of the others")
  }

  @Test func theLowestLevelNowGoesFirst() {
    var table = ThrottleTable<Int>(.account, capacity: 3)
    fail(&table, 1, times: 5, at: start)
    fail(&table, 2, at: start + .seconds(3500))
    fail(&table, 3, times: 3, at: start + .seconds(3500))
    // The five of the first have faded away.
    fail(&table, 4, at: start + .seconds(3600))
    #expect(table[1] == nil)
    #expect(table[2] != nil && table[3] != nil && table[4] != nil)
  }

  @Test func tooManyInARowStaysThroughAFlood() {
    var table = ThrottleTable<Int>(.account, capacity: 4)
    fail(&table, -1, times: 100, at: start)
    for number in 0..<100 { fail(&table, number, times: 5, at: start + .seconds(number)) }
    #expect(table[-1]?.isSlowed(at: start) == true)
  }

  @Test func aDayWithoutChangeForgets() {
    var table = ThrottleTable<Int>(.account, capacity: 8)
    fail(&table, 1, times: 5, at: start)
    fail(&table, 2, at: start + .seconds(1))
    table.tidy(at: start + ThrottleSchedule.memory - .seconds(1))
    #expect(table.count == 2)
    table.tidy(at: start + ThrottleSchedule.memory)
    #expect(table[1] == nil && table[2] != nil)
    table.tidy(at: start + ThrottleSchedule.memory + .seconds(1))
    #expect(table.count == 0)
  }

  /// Against a table that searches: the same keys, the same records, whatever comes in whatever order.
  @Test func isTheSameAsASlowOne() {
    var random = SystemRandomNumberGenerator()
    var table = ThrottleTable<Int>(.account, capacity: 12)
    var slow: [Int: (record: ThrottleRecord, changed: Instant)] = [:]
    var now = start
    for _ in 0..<20_000 {
      now += .milliseconds(Int.random(in: 1...600_000, using: &random))
      let key = Int.random(in: 0..<30, using: &random)
      switch Int.random(in: 0..<12, using: &random) {
      case 0:
        let isKnown = slow.removeValue(forKey: key) != nil
        #expect(table.forget(key) == isKnown)
      case 1:
        table.tidy(at: now)
        slow = slow.filter { now - $0.value.changed < ThrottleSchedule.memory }
      case 2:
        guard slow[key] != nil else { continue }
        table.change(key, at: now) { record, _ in record.succeed(at: now) }
        slow[key]?.record.succeed(at: now)
        slow[key]?.changed = now
      default:
        let tag = ThrottleTag(UInt32.random(in: 1...1000, using: &random))
        if slow[key] == nil {
          if slow.count >= 12 {
            let least = slow.min { left, right in
              let levels = (left.value.record.level(.account, at: now), right.value.record.level(.account, at: now))
              return levels.0 == levels.1 ? left.value.changed < right.value.changed : levels.0 < levels.1
            }
            if let least { slow[least.key] = nil }
          }
          slow[key] = (ThrottleRecord(at: now), now)
        }
        let one = table.change(key, at: now) { $0.count(tag, $1, at: now) }
        #expect(one == slow[key]?.record.count(tag, .account, at: now))
        slow[key]?.changed = now
      }
      #expect(table.count == slow.count)
    }
    #expect(Set(table.all.map(\.key)) == Set(slow.keys))
    for entry in table.all { #expect(entry.record == slow[entry.key]?.record) }
  }
}
