import Testing

@testable import PostgreSQLDirectory

@Suite struct ReconnectPolicyTests {
  /// Gives the same number again and again.
  private struct Fixed: RandomNumberGenerator {
    let value: UInt64
    mutating func next() -> UInt64 { value }
  }

  private let start = ContinuousClock.now

  @Test func theFirstAttemptIsAtOnceAndTheNextASecondLater() {
    var policy = ReconnectPolicy()
    var low = Fixed(value: 0)
    #expect(policy.mayAttempt(at: start))
    policy.attempt(at: start, using: &low)
    policy.lost(at: start + .milliseconds(5))
    #expect(!policy.mayAttempt(at: start + .milliseconds(999)))
    #expect(policy.mayAttempt(at: start + .seconds(1)))
    #expect(policy.nextAttempt == start + .seconds(1))
  }

  @Test func chanceShortensTheWaitAndNeverLengthensIt() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      var policy = ReconnectPolicy()
      policy.attempt(at: start, using: &random)
      let wait = policy.nextAttempt.map { $0 - start } ?? .zero
      #expect(wait >= .milliseconds(799) && wait <= .seconds(1))
    }
  }

  @Test func aConnectionThatLastedIsMadeAnewAtOnceOneThatDidNotIsNot() {
    var policy = ReconnectPolicy()
    var low = Fixed(value: 0)
    policy.attempt(at: start, using: &low)
    policy.connected()
    policy.lost(at: start + .milliseconds(10))
    #expect(!policy.mayAttempt(at: start + .milliseconds(10)))
    policy.attempt(at: start + .seconds(1), using: &low)
    policy.connected()
    policy.lost(at: start + .seconds(60))
    #expect(policy.mayAttempt(at: start + .seconds(60)))
  }

  @Test func patienceCountsFromTheBeginningOfTheOutage() {
    var policy = ReconnectPolicy()
    var low = Fixed(value: 0)
    #expect(policy.givesUpAt == nil)
    policy.attempt(at: start, using: &low)
    policy.lost(at: start + .seconds(1))
    policy.attempt(at: start + .seconds(1), using: &low)
    policy.lost(at: start + .seconds(2))
    #expect(!policy.isLongOutage(at: start + .milliseconds(4_999)))
    #expect(policy.isLongOutage(at: start + .seconds(5)))
    #expect(policy.outage(at: start + .seconds(7)) == .seconds(7))
    policy.connected()
    #expect(!policy.isLongOutage(at: start + .seconds(9)))
    #expect(policy.outage(at: start + .seconds(9)) == .zero)
  }
}
