import Testing

@testable import Passwords

@Suite("The fair queue")
struct FairQueueTests {
  private typealias Queue = FairQueue<String, String>

  /// Puts in `a1 a2 b1 …`: the letter is the account.
  private func put(_ jobs: String, _ rank: HashRank = .ordinary, into queue: inout Queue) {
    for job in jobs.split(separator: " ") {
      guard case .taken = queue.push(String(job), of: String(job.prefix(1)), rank: rank) else {
        Issue.record("\(job) was not taken")
        return
      }
    }
  }

  private func drain(_ queue: inout Queue) -> String {
    var order: [String] = []
    while let job = queue.pop() { order.append(job) }
    return order.joined(separator: " ")
  }

  @Test("Accounts take turns, each with its oldest job")
  func turns() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("a1 a2 a3 a4 b1 c1 b2", into: &queue)
    #expect(queue.count == 7)
    #expect(drain(&queue) == "a1 b1 c1 a2 b2 a3 a4")
    #expect(queue.count == 0)
  }

  @Test("An account that had its turn stands behind those that come meanwhile")
  func newcomer() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("a1 a2 a3", into: &queue)
    #expect(queue.pop() == "a1")
    put("b1", into: &queue)
    #expect(drain(&queue) == "a2 b1 a3")
  }

  @Test("Better ranks go first")
  func ranks() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("s1 t1", .suspect, into: &queue)
    put("o1 p1", .ordinary, into: &queue)
    put("f1 o2", .familiar, into: &queue)
    #expect(drain(&queue) == "f1 o2 o1 p1 s1 t1")
  }

  @Test("Degrading makes the ordinary jobs of an account suspect, ahead of its suspect ones, and no others")
  func degradation() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("a1 b1", .ordinary, into: &queue)
    put("a2", .familiar, into: &queue)
    put("c1", .suspect, into: &queue)
    put("a3", .suspect, into: &queue)
    queue.degrade("a")
    queue.degrade("nobody")
    #expect(queue.count == 5)
    #expect(drain(&queue) == "a2 b1 c1 a1 a3")
  }

  @Test("What is ahead: all better ones, and one turn of each other account")
  func ahead() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("a1 a2 a3 b1", .ordinary, into: &queue)
    put("f1 f2", .familiar, into: &queue)
    put("s1", .suspect, into: &queue)
    #expect(queue.ahead(of: "c", rank: .ordinary) == 2 + 2)
    #expect(queue.ahead(of: "a", rank: .ordinary) == 2 + 4)
    #expect(queue.ahead(of: "c", rank: .familiar) == 1)
    #expect(queue.ahead(of: "c", rank: .suspect) == 6 + 1)
  }

  @Test("One account fills no more than its share, in each rank")
  func share() {
    var queue = Queue(capacity: 100, accountCapacity: 2)
    put("a1 a2", into: &queue)
    guard case .full = queue.push("a3", of: "a", rank: .ordinary) else {
      Issue.record("a3 was taken")
      return
    }
    put("a3", .familiar, into: &queue)
    put("b1", into: &queue)
    #expect(drain(&queue) == "a3 a1 b1 a2")
  }

  @Test("In a full queue the newest job of the busiest account of the worst rank makes room")
  func displacement() {
    var queue = Queue(capacity: 6, accountCapacity: 10)
    put("s1 t1 s2 s3", .suspect, into: &queue)
    put("o1 o2", .ordinary, into: &queue)
    guard case .displaced("s3") = queue.push("p1", of: "p", rank: .ordinary),
      case .displaced("s2") = queue.push("f1", of: "f", rank: .familiar)
    else {
      Issue.record("another one made room")
      return
    }
    #expect(queue.count == 6)
    #expect(drain(&queue) == "f1 o1 p1 o2 s1 t1")
  }

  @Test("Within a rank only an account with at least two more makes room; a worse job never displaces a better one")
  func displacementWithinARank() {
    var queue = Queue(capacity: 4, accountCapacity: 10)
    put("a1 a2 b1 b2", .ordinary, into: &queue)
    guard case .full = queue.push("b3", of: "b", rank: .ordinary),
      case .full = queue.push("s1", of: "s", rank: .suspect)
    else {
      Issue.record("something made room")
      return
    }
    guard case .displaced = queue.push("c1", of: "c", rank: .ordinary) else {
      Issue.record("c1 found no room")
      return
    }
    guard case .full = queue.push("d1", of: "a", rank: .suspect) else {
      Issue.record("a suspect job found room")
      return
    }
    #expect(queue.count == 4)
  }

  @Test("A displaced account's turn is gone with its last job")
  func displacedTurn() {
    var queue = Queue(capacity: 2, accountCapacity: 10)
    put("s1", .suspect, into: &queue)
    put("a1", .ordinary, into: &queue)
    guard case .displaced("s1") = queue.push("b1", of: "b", rank: .ordinary) else {
      Issue.record("s1 stayed")
      return
    }
    #expect(queue.pop() == "a1")
    put("s2", .suspect, into: &queue)
    #expect(drain(&queue) == "b1 s2")
  }

  @Test("Useless jobs are taken out of every rank, and turns stay")
  func removal() {
    var queue = Queue(capacity: 100, accountCapacity: 10)
    put("a1 ax b1 cx d1", .ordinary, into: &queue)
    put("sx s1", .suspect, into: &queue)
    queue.removeAll { $0.hasSuffix("x") }
    #expect(queue.count == 4)
    #expect(drain(&queue) == "a1 b1 d1 s1")
  }
}
