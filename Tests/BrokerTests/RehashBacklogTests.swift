import Passwords
import Secrets
import Testing
import Threads

@testable import Broker

/// Whose turn it is: no thread, no clock.
@Suite struct RehashBacklogTests {
  typealias Backlog = RehashBacklog<String>
  private let start = Instant.now
  private let history: LoginHistory

  init() {
    var random = SystemRandomNumberGenerator()
    history = LoginHistory(random: &random, now: { .now })
  }

  private func attempt(_ user: String, _ directory: String = "one", hash: String = "old") -> Backlog.Attempt {
    history.attempt(
      Secret(text: "p"), against: Secret(text: hash), isHash: true,
      of: HashJob.Account(directory: directory, username: Array(user.utf8)))
  }

  private func add(
    _ user: String, _ directory: String = "one", hash: String = "old", after: Duration = .zero,
    to backlog: inout Backlog
  ) {
    backlog.add(user, for: attempt(user, directory, hash: hash), at: start + after)
  }

  @Test func oneAtATimeInTheirOrder() {
    var backlog = Backlog()
    for user in ["a", "b", "a", "c", "b"] { add(user, to: &backlog) }
    #expect(backlog.count == 3)
    for user in ["a", "b", "c"] {
      #expect(backlog.take(at: start)?.order == user)
      #expect(backlog.take(at: start) == nil)
      // While it is under way it is not taken in again.
      add(user, hash: "another", to: &backlog)
      backlog.end(.settled, at: start)
    }
    #expect(backlog.take(at: start) == nil)
    #expect(backlog.takeLeftOut() == 0)
  }

  @Test func whatWasTriedIsNotTriedAgainForAMinute() {
    var backlog = Backlog()
    add("a", to: &backlog)
    #expect(backlog.take(at: start)?.order == "a")
    backlog.end(.settled, at: start)
    add("a", after: .seconds(59), to: &backlog)
    #expect(backlog.count == 0)
    add("a", hash: "another", after: .seconds(1), to: &backlog)
    #expect(backlog.count == 1)
    #expect(backlog.take(at: start) != nil)
    backlog.end(.givenUp, at: start)
    add("a", hash: "another", after: .seconds(1), to: &backlog)
    #expect(backlog.count == 1, "what was given up may come again")
    add("b", after: .seconds(60), to: &backlog)
    add("a", after: .seconds(60), to: &backlog)
    #expect(backlog.count == 2)
  }

  @Test func aDirectoryThatCannotBeWrittenToIsLeftAlone() {
    var backlog = Backlog()
    for user in ["a", "b"] { add(user, to: &backlog) }
    add("c", "two", to: &backlog)
    #expect(backlog.take(at: start)?.order == "a")
    backlog.end(.failed, at: start)
    #expect(backlog.take(at: start)?.order == "c")
    backlog.end(.settled, at: start)
    for user in ["a", "b", "d"] { add(user, after: Backlog.pause - .milliseconds(1), to: &backlog) }
    #expect(backlog.count == 0)
    add("b", after: Backlog.pause, to: &backlog)
    #expect(backlog.count == 1)
  }

  /// A row that cannot be written to, whose owner logs in all day, keeps nobody else from a better hash.
  @Test func anotherAccountIsTriedAfterThePause() {
    var backlog = Backlog()
    add("a", to: &backlog)
    #expect(backlog.take(at: start)?.order == "a")
    backlog.end(.failed, at: start)
    for user in ["a", "b"] { add(user, after: Backlog.pause, to: &backlog) }
    #expect(backlog.take(at: start + Backlog.pause)?.order == "b")
    backlog.end(.settled, at: start + Backlog.pause)
    add("a", hash: "another", after: .seconds(3599), to: &backlog)
    #expect(backlog.count == 0)
    add("a", after: .seconds(3600), to: &backlog)
    #expect(backlog.count == 1)
    backlog.begin()
    add("a", to: &backlog)
    #expect(backlog.count == 1, "what failed may be mended by the time of a reload")
  }

  @Test func aReloadEndsThePausesAndWhatWaits() {
    var backlog = Backlog()
    for user in ["a", "b"] { add(user, to: &backlog) }
    #expect(backlog.take(at: start)?.order == "a")
    backlog.end(.failed, at: start)
    backlog.begin()
    #expect(backlog.count == 0)
    add("a", to: &backlog)
    #expect(backlog.take(at: start)?.order == "a")
    add("b", to: &backlog)
    backlog.begin()
    #expect(backlog.count == 0)
    #expect(backlog.take(at: start) == nil, "one is under way")
    backlog.end(.settled, at: start)
    add("b", to: &backlog)
    #expect(backlog.take(at: start)?.order == "b")
  }

  @Test func tooManyAreLeftForTheNextLogin() {
    var backlog = Backlog()
    for number in 0..<(Backlog.capacity + 10) { add("u\(number)", to: &backlog) }
    #expect(backlog.count == Backlog.capacity)
    #expect(backlog.takeLeftOut() == 10)
    #expect(backlog.takeLeftOut() == 0)
    #expect(backlog.take(at: start) != nil)
    backlog.end(.overloaded, at: start)
    #expect(backlog.count == 0)
    #expect(backlog.takeLeftOut() == Backlog.capacity)
    add("u0", to: &backlog)
    #expect(backlog.take(at: start)?.order == "u0")
  }

  @Test func nobodysPasswordIsKeptForLong() {
    var backlog = Backlog()
    for user in ["a", "b"] { add(user, to: &backlog) }
    add("c", after: .seconds(5), to: &backlog)
    let next = backlog.take(at: start + Backlog.patience)
    #expect(next?.order == "c" && next?.end == start + .seconds(5) + Backlog.patience)
    #expect(backlog.takeLeftOut() == 2)
  }

  @Test func closedItTakesNothing() {
    var backlog = Backlog()
    for user in ["a", "b"] { add(user, to: &backlog) }
    #expect(backlog.take(at: start) != nil)
    backlog.close()
    add("c", to: &backlog)
    backlog.end(.settled, at: start)
    #expect(backlog.take(at: start) == nil)
  }
}
