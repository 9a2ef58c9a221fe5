import Accounts
import Testing
import Threads

@testable import Broker

/// Who waits, and for how long, without a clock.
@Suite struct ThrottleTests {
  private let start = Instant.now
  private let limit = Duration.seconds(15)

  private func subject(_ name: String = "a@d.org", _ address: String? = nil) -> ThrottleSubject {
    ThrottleSubject(name: Array(name.utf8), address: address.flatMap { NetworkAddress($0.utf8) }?.site)
  }

  private func tag(_ number: Int) -> ThrottleTag { ThrottleTag(UInt32(number + 1)) }

  /// What became of it, in a word.
  private func word(_ admission: Throttle.Admission) -> String {
    switch admission {
    case .go: "go"
    case .hold(let duration, _): "hold \(duration.components.seconds)"
    case .turnAway(let bound): "away: \(bound)"
    }
  }

  private func ticket(_ admission: Throttle.Admission) -> Throttle.Ticket? {
    switch admission {
    case .go(let ticket), .hold(_, let ticket): ticket
    case .turnAway: nil
    }
  }

  private func admit(
    _ throttle: inout Throttle, _ subject: ThrottleSubject, _ number: Int, familiar: Bool = false,
    after: Duration = .zero
  ) -> Throttle.Admission {
    throttle.admit(subject, tag(number), limit: limit, at: start + after) { familiar }
  }

  /// One after the other, each wrong.
  private func fail(_ throttle: inout Throttle, _ subject: ThrottleSubject, _ numbers: Range<Int>) {
    for number in numbers {
      if let ticket = ticket(admit(&throttle, subject, number)) { _ = throttle.end(ticket, .failed, at: start) }
    }
  }

  @Test func oneAfterTheOther() {
    var throttle = Throttle(capacity: 100)
    #expect(throttle.isIdle)
    var words: [String] = []
    for number in 0..<7 {
      let admission = admit(&throttle, subject(), number)
      words.append(word(admission))
      if let ticket = ticket(admission) { #expect(throttle.end(ticket, .failed, at: start) == false) }
    }
    #expect(words == ["go", "hold 1", "hold 3", "hold 5", "hold 10", "hold 15", "hold 15"])
    #expect(throttle.held == 0)
    #expect(word(admit(&throttle, subject("b@d.org"), 0)) == "go", "another account")
  }

  /// A thousand guesses at once wait as if those before had failed; all but the first seventeen learn nothing.
  @Test func allAtOnce() {
    var throttle = Throttle(capacity: 10_000)
    let words = (0..<1000).map { word(admit(&throttle, subject(), $0)) }
    #expect(words[..<6] == ["go", "hold 1", "hold 3", "hold 5", "hold 10", "hold 15"])
    #expect(words[6..<17].allSatisfy { $0 == "hold 15" })
    #expect(words[17...].allSatisfy { $0 == "away: account" })
    #expect(throttle.held == 16)
  }

  @Test func whatIsOverIsUnderWayNoMore() {
    var throttle = Throttle(capacity: 100)
    let tickets = (0..<10).compactMap { ticket(admit(&throttle, subject(), $0)) }
    for ticket in tickets { _ = throttle.end(ticket, .undecided, at: start) }
    #expect(throttle.isIdle, "nothing failed")
    #expect(word(admit(&throttle, subject(), 99)) == "go")
  }

  /// Several connections of one mail program, all with the same password.
  @Test func theSamePasswordDoesNotWaitForItself() {
    var throttle = Throttle(capacity: 100)
    let admissions = (0..<40).map { _ in admit(&throttle, subject("a@d.org", "192.0.2.1"), 1) }
    #expect(admissions.allSatisfy { word($0) == "go" })
    for ticket in admissions.compactMap(ticket) { _ = throttle.end(ticket, .failed, at: start) }
    #expect(word(admit(&throttle, subject("a@d.org", "192.0.2.1"), 2)) == "hold 1")
  }

  /// The phone knows the old password, and asks every minute.
  @Test func anOldPasswordDoesNotPunishTheOffice() {
    var throttle = Throttle(capacity: 100)
    let (phone, laptop) = (subject("a@d.org", "192.0.2.1"), subject("a@d.org", "192.0.2.1"))
    for _ in 0..<500 {
      if let ticket = ticket(admit(&throttle, phone, 1)) { _ = throttle.end(ticket, .failed, at: start) }
      let admission = admit(&throttle, laptop, 2)
      #expect(["go", "hold 1"].contains(word(admission)))
      if let ticket = ticket(admission) { _ = throttle.end(ticket, .succeeded, at: start) }
    }
    #expect(word(admit(&throttle, subject("b@d.org", "192.0.2.1"), 3)) == "go", "nor its colleagues")
  }

  @Test func aKnownWrongPasswordIsHeldAtThePresentLevel() {
    var throttle = Throttle(capacity: 100)
    fail(&throttle, subject(), 0..<3)
    for _ in 0..<10 {
      let admission = admit(&throttle, subject(), 0)
      #expect(word(admission) == "hold 5")
      if let ticket = ticket(admission) { _ = throttle.end(ticket, .failed, at: start) }
    }
  }

  @Test func aSuccessClearsTheAccountAndNotTheAddress() {
    var throttle = Throttle(capacity: 100)
    for number in 0..<20 { fail(&throttle, subject("u\(number)@d.org", "192.0.2.1"), number..<(number + 1)) }
    fail(&throttle, subject("a@d.org", "192.0.2.1"), 100..<103)
    let admission = admit(&throttle, subject("a@d.org", "192.0.2.1"), 200)
    #expect(word(admission) == "hold 5")
    if let ticket = ticket(admission) { _ = throttle.end(ticket, .succeeded, at: start) }
    #expect(word(admit(&throttle, subject("a@d.org", "192.0.2.1"), 201)) == "hold 3", "the address")
    #expect(word(admit(&throttle, subject("a@d.org", "192.0.2.2"), 201)) == "go", "from elsewhere")
  }

  @Test func anAddressIsSlowedWhateverTheAccount() {
    var throttle = Throttle(capacity: 100)
    for number in 0..<50 { fail(&throttle, subject("u\(number)@d.org", "2001:db8::\(number)"), number..<(number + 1)) }
    #expect(word(admit(&throttle, subject("new@d.org", "2001:db8::aaaa"), 1)) == "hold 15")
    #expect(word(admit(&throttle, subject("new@d.org", "2001:db8:0:1::1"), 1)) == "go")
    #expect(word(admit(&throttle, subject("new@d.org"), 1)) == "go")
  }

  /// Two hundred people behind one address, back after an outage: each with a password of their own, all right.
  @Test func anOfficeComesBack() {
    var throttle = Throttle(capacity: 1000)
    let admissions = (0..<64).map { admit(&throttle, subject("u\($0)@d.org", "192.0.2.1"), $0) }
    #expect(admissions.allSatisfy { word($0) == "go" })
    // From here on it could be a guesser.
    let more = (64..<300).map { word(admit(&throttle, subject("u\($0)@d.org", "192.0.2.1"), $0)) }
    #expect(more[..<10].allSatisfy { $0 == "go" })
    #expect(more[10] == "hold 1")
    #expect(more.filter { $0.hasPrefix("hold") }.count == 64)
    #expect(more.last == "away: address")
  }

  @Test func noMoreThanTheHouseHolds() {
    var throttle = Throttle(capacity: 3)
    for number in 0..<5 { fail(&throttle, subject("u\(number)@d.org"), 0..<1) }
    let words = (0..<5).map { word(admit(&throttle, subject("u\($0)@d.org"), 1)) }
    #expect(words == ["hold 1", "hold 1", "hold 1", "away: house", "away: house"])
    #expect(word(admit(&throttle, subject("fresh@d.org"), 1)) == "go", "who is not slowed is not concerned")
  }

  @Test func thePasswordThatWasRightHasPlacesOfItsOwn() {
    var throttle = Throttle(capacity: 1000)
    let home = subject("a@d.org", "192.0.2.1")
    if let ticket = ticket(admit(&throttle, home, 500)) { _ = throttle.end(ticket, .succeeded, at: start) }
    for number in 0..<30 { _ = admit(&throttle, subject("a@d.org", "203.0.113.9"), number) }
    #expect(word(admit(&throttle, home, 501)) == "away: account", "not familiar")
    for _ in 0..<16 { #expect(word(admit(&throttle, home, 500, familiar: true)) == "hold 15") }
    #expect(word(admit(&throttle, home, 500, familiar: true)) == "away: account", "sixteen of them")
  }

  /// Where the others are turned away, who is not tells that the password is right: from an unknown address that is to be had once a second.
  @Test func aFullAccountIsNoOracle() {
    var throttle = Throttle(capacity: 1000)
    let home = subject("a@d.org", "192.0.2.1")
    let stranger = subject("a@d.org", "203.0.113.9")
    if let ticket = ticket(admit(&throttle, home, 500)) { _ = throttle.end(ticket, .succeeded, at: start) }
    for _ in 0..<100 { #expect(throttle.mayGlance(stranger, at: start) == true, "not full yet") }
    for number in 0..<30 { _ = admit(&throttle, stranger, number) }
    var glances = 0
    for tenth in 0..<100 where throttle.mayGlance(stranger, at: start + .milliseconds(100 * tenth)) { glances += 1 }
    #expect(glances == 10)
    for tenth in 0..<100 { #expect(throttle.mayGlance(home, at: start + .milliseconds(100 * tenth)) == true) }
    let blind = throttle.admit(stranger, tag(500), limit: limit, mayGlance: false, at: start) { true }
    #expect(word(blind) == "away: account")
    #expect(word(admit(&throttle, stranger, 500, familiar: true)) == "hold 15")
  }

  @Test(arguments: [true, false]) func aFullAddressOrHouseIsNoOracle(_ house: Bool) {
    var throttle = Throttle(capacity: house ? 5 : 1000)
    let stranger = subject("victim@d.org", "203.0.113.9")
    for number in 0..<200 {
      fail(&throttle, subject("u\(number)@d.org", "203.0.113.9"), number..<(number + 1))
    }
    for number in 0..<100 { _ = admit(&throttle, subject("u\(number)@d.org", "203.0.113.9"), 1000 + number) }
    var glances = 0
    for tenth in 0..<100 where throttle.mayGlance(stranger, at: start + .milliseconds(100 * tenth)) { glances += 1 }
    #expect(glances == 10)
  }

  @Test func aHundredInARow() {
    var throttle = Throttle(capacity: 100)
    var told = 0
    for number in 0..<150 {
      guard let ticket = ticket(admit(&throttle, subject(), number)) else { continue }
      if throttle.end(ticket, .failed, at: start) { told += 1 }
    }
    #expect(told == 1)
    let later = start + .seconds(80_000)
    #expect(throttle.delay(subject(), tag(1), at: later) == .seconds(15))
    #expect(throttle.forgive(account: subject().account) == true)
    #expect(throttle.delay(subject(), tag(1), at: later) == .zero)
    #expect(throttle.forgive(account: subject().account) == false, "nothing is left")
  }

  @Test func noHoldIsLongerThanItsLimit() {
    var throttle = Throttle(capacity: 100)
    fail(&throttle, subject(), 0..<10)
    let admission = throttle.admit(subject(), tag(99), limit: .milliseconds(300), at: start) { false }
    guard case .hold(let duration, _) = admission else {
      Issue.record("\(word(admission))")
      return
    }
    #expect(duration == .milliseconds(300))
  }

  @Test func theDeadlineLeavesTimeForTheHash() {
    let rules = ThrottleRules()
    #expect(rules.limit(deadline: start + .seconds(25), at: start) == .seconds(15))
    #expect(rules.limit(deadline: start + .seconds(10), at: start) == .seconds(6))
    #expect(rules.limit(deadline: start, at: start + .seconds(1)) == .zero)
    #expect(ThrottleRules(maxDelay: .seconds(2)).limit(deadline: start + .seconds(25), at: start) == .seconds(2))
    #expect(ThrottleRules(maxDelay: .seconds(200)).maxDelay == .seconds(15))
  }

  @Test func addressesAreCountedUnlessExempt() {
    let rules = ThrottleRules(exempt: ["192.0.2.0/24", "2001:db8::/32"].compactMap { NetworkPrefix($0) })
    #expect(rules.site(of: nil) == nil)
    #expect(rules.site(of: Array("192.0.2.77".utf8)) == nil)
    #expect(rules.site(of: Array("::ffff:192.0.2.77".utf8)) == nil)
    #expect(rules.site(of: Array("2001:db8:1::1".utf8)) == nil)
    #expect(rules.site(of: Array("nonsense".utf8)) == nil)
    #expect(rules.site(of: Array("198.51.100.1".utf8))?.description == "198.51.100.1")
    #expect(rules.site(of: Array("2001:db9::1:2:3:4".utf8))?.description == "2001:db9::")
    #expect(ThrottleRules().site(of: Array("127.0.0.1".utf8)) == nil)
    #expect(ThrottleRules().site(of: Array("::1".utf8)) == nil)
  }

  @Test func accountsGoByTheirNameInLowerCase() {
    #expect(subject("Info@Example.ORG") == subject("info@example.org"))
    #expect(ThrottleSubject.account(Array("Ä".utf8)) == Array("Ä".utf8), "only ASCII")
    #expect(ThrottleSubject.account([UInt8](repeating: 0x41, count: 9000)) == [UInt8](repeating: 0x61, count: 255))
  }

  /// Whatever comes in whatever order: what is let in and ended leaves nothing under way.
  @Test func nothingStaysUnderWay() {
    var random = SystemRandomNumberGenerator()
    var throttle = Throttle(capacity: 40, tracked: 16)
    var tickets: [Throttle.Ticket] = []
    for number in 0..<20_000 {
      let now = start + .milliseconds(number * 50)
      if !tickets.isEmpty, Bool.random(using: &random) {
        let ticket = tickets.remove(at: Int.random(in: tickets.indices, using: &random))
        let ending = [Throttle.Ending.failed, .succeeded, .undecided].randomElement(using: &random) ?? .failed
        _ = throttle.end(ticket, ending, at: now)
      } else {
        let name = "u\(Int.random(in: 0..<30, using: &random))"
        let address = Bool.random(using: &random) ? "192.0.2.\(Int.random(in: 0..<8, using: &random))" : nil
        let admission = throttle.admit(
          subject(name, address), tag(Int.random(in: 0..<9, using: &random)), limit: limit, at: now
        ) { Bool.random() }
        if let ticket = ticket(admission) { tickets.append(ticket) }
      }
      #expect(throttle.held <= 40 && throttle.accounts.count <= 16 && throttle.addresses.count <= 16)
    }
    for ticket in tickets { _ = throttle.end(ticket, .undecided, at: start) }
    #expect(throttle.held == 0)
    throttle.tidy(at: start + .seconds(1 << 20))
    #expect(throttle.isIdle)
  }
}
