import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// What is remembered of logins. Time is a parameter: nothing here waits.
@Suite struct LoginHistoryTests {
  private let start = Instant.now
  private let tags: PasswordTag.Maker

  init() {
    var random = SystemRandomNumberGenerator()
    tags = PasswordTag.Maker(random: &random)
  }

  private func tag(_ password: String, _ stored: String = "hash") -> PasswordTag {
    tags.tag(of: Secret(text: password), against: Secret(text: stored), isHash: true, username: [])
  }

  private func account(_ name: String) -> HashJob.Account {
    HashJob.Account(directory: "d", username: Array(name.utf8))
  }

  /// A password whose tag has another byte than `tag` has.
  private func other(than tag: PasswordTag) throws -> PasswordTag {
    try #require((0..<10_000).lazy.map { self.tag("other \($0)") }.first { $0.hint != tag.hint })
  }

  // MARK: Recent memory

  @Test func anEntryCountsForItsLifetime() {
    var memory = RecentMemory<String, Int>(capacity: 4, lifetime: .seconds(60))
    memory.remember("a", 1, at: start)
    #expect(memory.recall("a", at: start) == 1)
    #expect(memory.recall("a", at: start + .milliseconds(59_999)) == 1)
    #expect(memory.recall("a", at: start + .seconds(60)) == nil)
    memory.remember("a", 2, at: start + .seconds(60))
    #expect(memory.recall("a", at: start + .seconds(119)) == 2)
    memory.forget("a")
    #expect(memory.recall("a", at: start + .seconds(61)) == nil)
  }

  @Test func theOldestGiveWay() {
    var memory = RecentMemory<Int, Int>(capacity: 100, lifetime: .seconds(60))
    for number in 0..<1000 {
      memory.remember(number, number, at: start)
      #expect(memory.count <= 100)
    }
    for number in 950..<1000 { #expect(memory.recall(number, at: start) == number) }
    for number in 0..<900 { #expect(memory.recall(number, at: start) == nil) }
  }

  @Test func whatCountsNoMoreIsForgotten() {
    var memory = RecentMemory<Int, Int>(capacity: 1000, lifetime: .seconds(60))
    for number in 0..<100 { memory.remember(number, number, at: start + .milliseconds(number)) }
    memory.remember(1000, 0, at: start + .seconds(60))
    #expect(memory.recall(99, at: start + .seconds(60)) == 99)
    memory.remember(1001, 0, at: start + .seconds(120))
    #expect(memory.recall(1000, at: start + .seconds(119)) == 0)
    #expect(memory.count == 2)
  }

  @Test func whatIsRenewedStays() {
    var memory = RecentMemory<Int, Int>(capacity: 10, lifetime: .seconds(60))
    for number in 0..<100 {
      memory.remember(-1, number, at: start)
      memory.remember(number, number, at: start)
      #expect(memory.recall(-1, at: start) == number)
      #expect(memory.count <= 10)
    }
  }

  // MARK: Refusals

  @Test func onlyMismatchesAreRemembered() {
    var memory = RefusalMemory()
    memory.note(.match, for: tag("match"), at: start)
    memory.note(.locked, for: tag("locked"), at: start)
    memory.note(.unverifiable(scheme: "x"), for: tag("unverifiable"), at: start)
    #expect(memory.count == 0)
    memory.note(.mismatch, for: tag("wrong"), at: start)
    #expect(memory.knows(tag("wrong"), at: start + .seconds(59)))
    #expect(!memory.knows(tag("wrong"), at: start + .seconds(60)))
    #expect(!memory.knows(tag("wrong", "new hash"), at: start))
    for password in ["match", "locked", "unverifiable"] { #expect(!memory.knows(tag(password), at: start)) }
  }

  @Test func aRememberedRefusalIsNotProlonged() {
    var memory = RefusalMemory()
    memory.note(.mismatch, for: tag("wrong"), at: start)
    for second in 0..<60 { #expect(memory.knows(tag("wrong"), at: start + .seconds(second))) }
    #expect(!memory.knows(tag("wrong"), at: start + .seconds(60)))
  }

  @Test func refusalsAreBounded() {
    var memory = RefusalMemory(capacity: 64)
    for number in 0..<1000 { memory.note(.mismatch, for: tag("\(number)"), at: start) }
    #expect(memory.count <= 64)
    #expect(memory.knows(tag("999"), at: start))
    #expect(!memory.knows(tag("0"), at: start))
  }

  // MARK: Verified logins

  @Test func onlyMatchesAreVerified() {
    var memory = VerifiedMemory(lifetime: .seconds(120))
    memory.note(.mismatch, for: tag("wrong"), at: start)
    memory.note(.locked, for: tag("locked"), at: start)
    memory.note(.unverifiable(scheme: "x"), for: tag("unverifiable"), at: start)
    #expect(memory.count == 0)
    memory.note(.match, for: tag("right"), at: start)
    #expect(memory.knows(tag("right"), at: start))
    for password in ["wrong", "locked", "unverifiable", "righ", "right "] {
      #expect(!memory.knows(tag(password), at: start))
    }
    #expect(!memory.knows(tag("right", "new hash"), at: start))
    // A mismatch said of a tag that is known takes nothing away: the tag covers the stored hash, so it cannot be.
    #expect(memory.count == 1)
  }

  @Test func aVerifiedLoginIsNotProlonged() {
    var memory = VerifiedMemory(lifetime: .seconds(120))
    memory.note(.match, for: tag("right"), at: start)
    for second in 0..<120 { #expect(memory.knows(tag("right"), at: start + .seconds(second))) }
    #expect(!memory.knows(tag("right"), at: start + .seconds(120)))
    // Only another verification counts anew.
    memory.note(.match, for: tag("right"), at: start + .seconds(120))
    #expect(memory.knows(tag("right"), at: start + .seconds(239)))
    #expect(!memory.knows(tag("right"), at: start + .seconds(240)))
  }

  @Test func verifiedLoginsAreBounded() {
    var memory = VerifiedMemory(lifetime: .seconds(120), capacity: 64)
    for number in 0..<1000 {
      memory.note(.match, for: tag("\(number)"), at: start)
      #expect(memory.count <= 64)
    }
    #expect(memory.knows(tag("999"), at: start))
    #expect(memory.knows(tag("968"), at: start))
    #expect(!memory.knows(tag("0"), at: start))
  }

  @Test func whatIsTooOldDoesNotStayInMemory() {
    var memory = VerifiedMemory(lifetime: .seconds(120), capacity: 64)
    for number in 0..<40 { memory.note(.match, for: tag("\(number)"), at: start + .seconds(number)) }
    #expect(memory.count == 40)
    memory.tidy(at: start + .seconds(119))
    #expect(memory.count == 40)
    memory.tidy(at: start + .seconds(129))
    #expect(memory.count == 30)
    for number in 10..<40 { #expect(memory.knows(tag("\(number)"), at: start + .seconds(129))) }
    memory.tidy(at: start + .seconds(159))
    #expect(memory.count == 0)
    memory.note(.match, for: tag("new"), at: start + .seconds(160))
    #expect(memory.knows(tag("new"), at: start + .seconds(160)))
  }

  @Test func whatIsForgottenStaysSo() {
    var random = SystemRandomNumberGenerator()
    let logins = VerifiedLogins(lifetime: .seconds(120), random: &random, now: { [start] in start })
    let tag = logins.tag(of: Secret(text: "right"), against: Secret(text: "hash"), isHash: true, username: [])
    logins.note(.match, for: tag)
    logins.tidy()
    #expect(logins.knows(tag))
    #expect(logins.count == 1)
    logins.forget()
    #expect(!logins.knows(tag))
    #expect(logins.count == 0)
    // A request that was under way when it was turned off.
    logins.note(.match, for: tag)
    #expect(!logins.knows(tag))
    // Another one has another key.
    let other = VerifiedLogins(lifetime: .seconds(120), random: &random, now: { [start] in start })
    #expect(other.tag(of: Secret(text: "right"), against: Secret(text: "hash"), isHash: true, username: []) != tag)
  }

  // MARK: Standing

  @Test func anAccountWithChangingPasswordsIsSuspectForAMinute() throws {
    var standing = Standing()
    let (one, two) = (tag("one"), try other(than: tag("one")))
    #expect(standing.rank(account("a"), one, at: start) == .ordinary)
    #expect(standing.rank(account("a"), one, at: start + .seconds(1)) == .ordinary)
    #expect(standing.rank(account("a"), two, at: start + .seconds(2)) == .suspect)
    #expect(standing.rank(account("a"), two, at: start + .seconds(61)) == .suspect)
    #expect(standing.rank(account("b"), two, at: start + .seconds(61)) == .ordinary)
    #expect(standing.rank(account("a"), one, at: start + .seconds(121)) == .ordinary)
  }

  @Test func theLastRightPasswordIsFamiliarWhateverElseIsTried() throws {
    var standing = Standing()
    let right = tag("right")
    let wrong = try other(than: right)
    standing.note(.mismatch, of: account("a"), right, at: start)
    standing.note(.unverifiable(scheme: "x"), of: account("a"), right, at: start)
    #expect(standing.rank(account("a"), right, at: start) == .ordinary)
    standing.note(.match, of: account("a"), right, at: start)
    #expect(standing.rank(account("a"), wrong, at: start) == .suspect)
    #expect(standing.rank(account("a"), right, at: start) == .familiar)
    #expect(standing.rank(account("a"), right, at: start + .seconds(86_400)) == .familiar)
    #expect(standing.rank(account("b"), right, at: start) == .ordinary)
    #expect(standing.rank(account("a"), right, at: start + Standing.familiarity) == .ordinary)
  }

  @Test func standingIsBounded() {
    var standing = Standing(capacity: 64)
    for number in 0..<1000 {
      let account = account("u\(number)")
      #expect(standing.rank(account, tag("p"), at: start) == .ordinary)
      standing.note(.match, of: account, tag("p"), at: start)
    }
    #expect(standing.rank(account("u999"), tag("p"), at: start) == .familiar)
    #expect(standing.rank(account("u0"), tag("p"), at: start) == .ordinary)
  }
}
