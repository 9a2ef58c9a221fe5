import Testing
import Threads

@testable import DatabaseServers

@Suite struct ReconnectPolicyTests {
  private let start = Instant.now

  @Test func theFirstAttemptIsAtOnceAndTheNextASecondLater() {
    var policy = ReconnectPolicy()
    #expect(policy.mayAttempt(at: start))
    policy.attempt(at: start, chance: 0)
    policy.lost(at: start + .milliseconds(5))
    #expect(!policy.mayAttempt(at: start + .milliseconds(999)))
    #expect(policy.mayAttempt(at: start + .seconds(1)))
    #expect(policy.nextAttempt == start + .seconds(1))
  }

  @Test func chanceShortensTheFirstWaitOfAnOutageAndNoOther() {
    var policy = ReconnectPolicy()
    policy.attempt(at: start, chance: 0.999)
    policy.lost(at: start)
    let second = start + .milliseconds(801)
    #expect(policy.mayAttempt(at: second) && !policy.mayAttempt(at: start + .milliseconds(799)))
    for attempt in 0..<20 {
      let now = second + .seconds(attempt)
      #expect(policy.mayAttempt(at: now) && !policy.mayAttempt(at: now - .milliseconds(1)))
      policy.attempt(at: now, chance: 0.999)
      // Also when the connection comes about and is lost at once.
      if attempt > 10 { policy.connected() }
      policy.lost(at: now)
    }
    // The next outage has a chance of its own.
    let later = start + .seconds(60)
    policy.connected()
    policy.attempt(at: later, chance: 0.5)
    #expect(policy.nextAttempt == later + .milliseconds(900))
  }

  @Test func aConnectionThatLastedIsMadeAnewAtOnceOneThatDidNotIsNot() {
    var policy = ReconnectPolicy()
    policy.attempt(at: start, chance: 0)
    policy.connected()
    policy.lost(at: start + .milliseconds(10))
    #expect(!policy.mayAttempt(at: start + .milliseconds(10)))
    policy.attempt(at: start + .seconds(1), chance: 0)
    policy.connected()
    policy.lost(at: start + .seconds(60))
    #expect(policy.mayAttempt(at: start + .seconds(60)))
  }

  @Test func patienceCountsFromTheBeginningOfTheOutage() {
    var policy = ReconnectPolicy()
    #expect(policy.givesUpAt == nil)
    policy.attempt(at: start, chance: 0)
    policy.lost(at: start + .seconds(1))
    policy.attempt(at: start + .seconds(1), chance: 0)
    policy.lost(at: start + .seconds(2))
    #expect(!policy.isLongOutage(at: start + .milliseconds(4_999)))
    #expect(policy.isLongOutage(at: start + .seconds(5)))
    #expect(policy.outage(at: start + .seconds(7)) == .seconds(7))
    policy.connected()
    #expect(!policy.isLongOutage(at: start + .seconds(9)))
    #expect(policy.outage(at: start + .seconds(9)) == .zero)
  }
}
