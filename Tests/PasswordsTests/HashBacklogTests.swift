import Testing
import Threads

@testable import Passwords

/// Time is a parameter: nothing here waits.
@Suite("The hash pool's backlog")
struct HashBacklogTests {
  private let start = Instant.now

  private func job(
    _ user: String, _ rank: HashRank = .ordinary, deadline: Duration = .seconds(25), isAbandoned: Bool = false
  ) -> HashJob {
    HashJob(
      account: HashJob.Account(directory: "d", username: Array(user.utf8)), rank: rank, deadline: start + deadline,
      isAbandoned: { isAbandoned }, body: { _ in })
  }

  private func names(_ dropped: [HashBacklog.Dropped]) -> [String] {
    dropped.map { String(decoding: $0.job.account.username, as: UTF8.self) + " \($0.reason)" }
  }

  @Test("Jobs that nobody needs do not come in")
  func useless() {
    var backlog = HashBacklog(capacity: 10, threads: 2)
    #expect(names(backlog.push(job("gone", isAbandoned: true), at: start)) == ["gone abandoned"])
    #expect(names(backlog.push(job("late", deadline: .zero), at: start)) == ["late timedOut"])
    #expect(backlog.count == 0)
  }

  @Test("A full queue is searched for useless jobs before anybody is refused, and not at every turn")
  func purge() {
    var backlog = HashBacklog(capacity: 2, threads: 2)
    let left = Lock(false)
    let leaver = HashJob(
      account: HashJob.Account(directory: "d", username: Array("leaver".utf8)), rank: .ordinary,
      deadline: start + .seconds(25), isAbandoned: { left.withLock { $0 } }, body: { _ in })
    #expect(backlog.push(leaver, at: start).isEmpty)
    #expect(backlog.push(job("short", deadline: .seconds(1)), at: start).isEmpty)
    #expect(names(backlog.push(job("a"), at: start)) == ["a overloaded"])
    left.withLock { $0 = true }
    #expect(names(backlog.push(job("a"), at: start + .milliseconds(50))) == ["a overloaded"])
    #expect(names(backlog.push(job("a"), at: start + .milliseconds(100))) == ["leaver abandoned"])
    #expect(names(backlog.push(job("b"), at: start + .milliseconds(1500))) == ["short timedOut"])
    #expect(backlog.count == 2)
  }

  @Test("Who could not be done before the deadline is refused at once")
  func deadline() {
    var backlog = HashBacklog(capacity: 1000, threads: 2)
    backlog.pace.record(.milliseconds(100))
    for number in 0..<20 { #expect(backlog.push(job("u\(number)"), at: start).isEmpty) }
    // Twenty jobs of 100 ms on two threads: a second.
    #expect(names(backlog.push(job("hasty", deadline: .milliseconds(900)), at: start)) == ["hasty overloaded"])
    #expect(backlog.push(job("calm", deadline: .milliseconds(1100)), at: start).isEmpty)
    #expect(backlog.push(job("familiar", .familiar, deadline: .milliseconds(100)), at: start).isEmpty)
  }

  @Test("Suspect jobs wait for their patience at the most, and delay nobody else")
  func patience() {
    var backlog = HashBacklog(capacity: 1000, threads: 2)
    backlog.pace.record(.milliseconds(100))
    var taken = 0
    for number in 0..<500 where backlog.push(job("s\(number)", .suspect), at: start).isEmpty { taken += 1 }
    #expect(taken == 21)
    #expect(backlog.push(job("calm", deadline: .milliseconds(100)), at: start).isEmpty)
    #expect(backlog.pop().map { String(decoding: $0.account.username, as: UTF8.self) } == "calm")
  }

  @Test("What nobody waits for goes last, and makes room for whatever comes")
  func background() {
    var backlog = HashBacklog(capacity: 3, threads: 1)
    for user in ["b", "c", "d"] { #expect(backlog.push(job(user, .background), at: start).isEmpty) }
    #expect(names(backlog.push(job("e", .background), at: start)) == ["e overloaded"])
    #expect(names(backlog.push(job("s", .suspect), at: start)).count == 1)
    #expect(names(backlog.push(job("o"), at: start)).count == 1)
    let order = (0..<3).compactMap { _ in backlog.pop().map(\.rank) }
    #expect(order == [.ordinary, .suspect, .background])
  }

  @Test("A suspect job that finds no room makes its account suspect all the same")
  func suspicion() {
    var backlog = HashBacklog(capacity: 1000, threads: 1)
    backlog.pace.record(.milliseconds(100))
    for number in 0..<100 { #expect(backlog.push(job("a\(number)"), at: start).isEmpty) }
    for number in 0..<100 { #expect(names(backlog.push(job("a\(number)", .suspect), at: start)).count == 1) }
    #expect(backlog.push(job("calm", deadline: .milliseconds(100)), at: start).isEmpty)
    #expect(backlog.pop().map { String(decoding: $0.account.username, as: UTF8.self) } == "calm")
    #expect(backlog.count == 100)
  }

  @Test("The pace is a running mean")
  func pace() {
    var pace = HashPace()
    #expect(pace.wait(for: 1000, threads: 1) == .zero)
    pace.record(.milliseconds(80))
    #expect(pace.wait(for: 10, threads: 2) == .milliseconds(400))
    pace.record(.milliseconds(160))
    #expect(pace.mean == .milliseconds(90))
    for _ in 0..<200 { pace.record(.milliseconds(10)) }
    #expect(pace.mean.map { $0 < .milliseconds(11) } == true)
    // The machine stood still.
    for _ in 0..<3 { pace.record(.seconds(100_000_000)) }
    #expect(pace.mean.map { $0 < .milliseconds(16) } == true)
    for _ in 0..<200 { pace.record(.milliseconds(500)) }
    #expect(pace.mean.map { $0 > .milliseconds(490) } == true)
    #expect(pace.wait(for: .max, threads: 0) > .zero)
  }
}
