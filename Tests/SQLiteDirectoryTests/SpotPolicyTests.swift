import Accounts
import Testing
import Threads

@testable import SQLiteDirectory

@Suite struct SpotPolicyTests {
  private let start = Deadline.now

  @Test func pausesGrowToTheirBound() {
    var policy = SpotPolicy()
    var now = start
    #expect(policy.isOffered(at: now))
    for milliseconds in [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000] {
      policy.tookTooLong(at: now)
      now += .milliseconds(milliseconds)
      #expect(!policy.isOffered(at: now - .milliseconds(1)))
      #expect(policy.isOffered(at: now), "after \(milliseconds) ms")
    }
  }

  @Test func whatWasLongAgoIsForgotten() {
    var policy = SpotPolicy()
    policy.tookTooLong(at: start)
    policy.tookTooLong(at: start + .milliseconds(100))
    let later = start + .milliseconds(300) + SpotPolicy.longestPause + .milliseconds(1)
    policy.tookTooLong(at: later)
    #expect(policy.isOffered(at: later + SpotPolicy.shortestPause))
  }
}
