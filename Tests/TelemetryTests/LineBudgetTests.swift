import Accounts
import Broker
import Testing
import Threads

@testable import Telemetry

/// How much of a flood is logged. The clock is a number.
@Suite struct LineBudgetTests {
  private static let start = Instant.now

  private func at(_ seconds: Double) -> Instant { Self.start + .seconds(seconds) }

  private func refusal(ip: String? = nil, user: String = "u", uid: UInt32 = 0) -> LineSubject? {
    var record = AuditRecord()
    record.verb = "AUTH"
    record.user = Array(user.utf8)
    record.userID = uid
    record.remoteAddress = ip.map { Array($0.utf8) }
    record.result = .refused(.wrongPassword)
    return LineSubject(record)
  }

  private func unavailable(_ code: Unavailability.Code, uid: UInt32 = 0) -> LineSubject? {
    var record = AuditRecord()
    record.verb = "AUTH"
    record.userID = uid
    record.result = .unavailable(Unavailability(code, "detail"))
    return LineSubject(record)
  }

  /// How many of `count` lines within `seconds` are taken.
  @discardableResult
  private func flood(
    _ budget: inout LineBudget, _ count: Int, from start: Double, seconds: Double, _ subject: (Int) -> LineSubject?
  ) throws -> Int {
    var taken = 0
    for number in 0..<count {
      let now = at(start + seconds * Double(number) / Double(count))
      if budget.take(try #require(subject(number)), at: now) { taken += 1 }
    }
    return taken
  }

  @Test func tenAtOnceThenOneASecondForEachAddress() throws {
    var budget = LineBudget()
    let one = try #require(refusal(ip: "203.0.113.9"))
    let first = (0..<50).map { _ in budget.take(one, at: at(0)) }
    #expect(first == (0..<50).map { $0 < 10 })
    let then = [0.9, 1, 1.5].map { budget.take(one, at: at($0)) }
    #expect(then == [false, true, false])
    // Another one has its own.
    let other = budget.take(try #require(refusal(ip: "203.0.113.10")), at: at(1.5))
    #expect(other)
    let steady = try flood(&budget, 100_000, from: 2, seconds: 100) { _ in one }
    #expect(steady == 100)
    let later = (0..<50).map { _ in budget.take(one, at: at(200)) }
    #expect(later == first, "after a quiet time it is as at first")
  }

  /// What a hundred thousand lines a second become, from one, from many and from ever new sources.
  @Test func aFloodIsBounded() throws {
    var budget = LineBudget()
    func taken(
      _ count: Int = 100_000, from start: Double = 0, _ subject: (Int) -> LineSubject?
    ) throws -> Int {
      try flood(&budget, count, from: start, seconds: 10, subject)
    }
    let addresses = try taken { refusal(ip: "10.0.\($0 & 255).\($0 >> 8 & 255)") }
    let networks = try taken(from: 10) { refusal(ip: "2001:db8:\($0 & 0xfff)::1") }
    let accounts = try taken { refusal(user: "user\($0)", uid: 102) }
    #expect(addresses <= 2_001 && networks <= 2_001 && accounts <= 1_001)
    #expect(addresses > 1_900 && networks > 900 && accounts > 950, "and not silent")
    #expect(budget.count <= LineBudget.mostSubjects)
    for code in Unavailability.Code.allCases where code != .notPermitted {
      let lines = try taken(20_000) { _ in unavailable(code) }
      #expect(lines <= 221 && lines > 200)
    }
    let denials = try taken(20_000) { unavailable(.notPermitted, uid: UInt32($0)) }
    #expect(denials <= 221)
    let report = budget.report()
    #expect(report.count <= LineBudget.mostReported + LineSubject.Kind.allCases.count)
  }

  /// One that floods hides no other one: neither an address another address, nor one kind another kind.
  @Test func nobodyIsHiddenByAnother() throws {
    var budget = LineBudget()
    let victim = try #require(refusal(ip: "192.0.2.1"))
    for second in 0..<60 {
      try flood(&budget, 5_000, from: Double(second), seconds: 0.9) { refusal(ip: "203.0.113.\($0 % 50)") }
      try flood(&budget, 5_000, from: Double(second), seconds: 0.9) { refusal(user: "u\($0)") }
      try flood(&budget, 5_000, from: Double(second), seconds: 0.9) { _ in unavailable(.unreachable) }
      let isSeen = budget.take(victim, at: at(Double(second) + 0.95))
      let isFaultSeen = budget.take(try #require(unavailable(.badRow)), at: at(Double(second) + 0.95))
      #expect(isSeen && isFaultSeen, "second \(second)")
    }
  }

  @Test func addressesAreTheClientsWhateverTheirSpelling() throws {
    let one = try #require(refusal(ip: "192.0.2.1"))
    #expect(refusal(ip: "::ffff:192.0.2.1") == one)
    #expect(refusal(ip: "::FFFF:c000:201") == one)
    #expect(refusal(ip: "192.0.2.2") != one)
    #expect(refusal(ip: "2001:db8:1:2::1") == refusal(ip: "2001:db8:1:2:ffff::9"), "one /64")
    #expect(refusal(ip: "2001:db8:1:2::1") != refusal(ip: "2001:db8:1:3::1"))
    #expect(refusal(ip: "no address") != refusal(ip: "another"))
    #expect(refusal(user: "a", uid: 1) != refusal(user: "a", uid: 2))
    #expect(refusal(user: "a", uid: 1) != refusal(user: "b", uid: 1))
  }

  @Test func acceptedLoginsHaveNoLimitAndChangedPasswordsDo() {
    var record = AuditRecord()
    record.verb = "AUTH"
    #expect(LineSubject(record) == nil)
    record.verb = "ENUMERATE"
    #expect(LineSubject(record) == nil)
    record.verb = "PASSWD"
    #expect(LineSubject(record)?.kind == .changed)
  }

  @Test func whatIsLeftOutIsCounted() throws {
    var budget = LineBudget()
    var lines = budget.report()
    #expect(lines.isEmpty)
    try flood(&budget, 1_010, from: 0, seconds: 0) { _ in refusal(ip: "203.0.113.9") }
    try flood(&budget, 511, from: 0, seconds: 0) { _ in refusal(ip: "2001:db8:1:2::3") }
    try flood(&budget, 31, from: 0, seconds: 0) { _ in refusal(user: "x\" ip=198.51.100.1\n", uid: 102) }
    try flood(&budget, 120, from: 0, seconds: 0) { _ in unavailable(.unreachable) }
    try flood(&budget, 11, from: 0, seconds: 0) { _ in unavailable(.notPermitted, uid: 33) }
    lines = budget.report()
    #expect(
      lines == [
        "1000 lines left out in the last 10 s: outcome=refused ip=203.0.113.9",
        "501 lines left out in the last 10 s: outcome=refused ip=2001:db8:1:2::/64",
        "100 lines left out in the last 10 s: outcome=unavailable reason=\"database unreachable\"",
        "21 lines left out in the last 10 s: outcome=refused user=\"x\\\" ip=198.51.100.1\\x0a\" uid=102",
        "1 line left out in the last 10 s: outcome=unavailable reason=\"not allowed for this process\" uid=33",
      ])
    lines = budget.report()
    #expect(lines.isEmpty, "told once")
  }

  /// However many sources: the counts of all of them together are right.
  @Test func theCountsAddUp() throws {
    var budget = LineBudget()
    let all = 50_000
    let taken = try flood(&budget, all, from: 0, seconds: 5) { refusal(ip: "10.\($0 % 7).\($0 % 251).\($0 % 199)") }
    let lines = budget.report()
    #expect(lines.count == LineBudget.mostReported + 1)
    #expect(lines.last?.hasSuffix(" left out in the last 10 s: outcome=refused, of others") == true)
    let counted = lines.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }.reduce(0, +)
    #expect(counted == all - taken)
  }
}
