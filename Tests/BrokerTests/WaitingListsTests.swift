import Testing
import Threads

@testable import Broker

/// Whose list comes next, and whose is given up.
@Suite struct WaitingListsTests {
  private func peer(_ userID: UInt32, _ processID: Int32) -> ListPeer {
    ListPeer(userID: userID, processID: processID)
  }

  @Test func theNewestOfAPeerComesFirst() {
    var lists = WaitingLists<Int>(capacity: 8)
    for number in 0..<3 { #expect(lists.add(number, from: peer(0, 1)) == nil) }
    #expect(lists.next()?.element == 2)
    #expect(lists.next()?.element == 1)
    #expect(lists.next()?.element == 0)
    #expect(lists.next() == nil)
  }

  @Test func aPeerWithoutListsUnderWayComesBeforeOneThatHasSome() {
    var lists = WaitingLists<String>(capacity: 8)
    #expect(lists.add("first", from: peer(0, 1)) == nil)
    #expect(lists.next()?.element == "first")
    #expect(lists.add("other user", from: peer(5, 9)) == nil)
    #expect(lists.add("other process", from: peer(0, 2)) == nil)
    #expect(lists.add("same process", from: peer(0, 1)) == nil)
    #expect(lists.next()?.element == "other user")
    #expect(lists.next()?.element == "other process")
    lists.ended(peer(0, 1))
    lists.ended(peer(0, 1))
    #expect(lists.add("newest", from: peer(0, 2)) == nil)
    #expect(lists.next()?.element == "same process", "process 2 has one under way")
  }

  @Test func thePeerThatWaitsWithMostGivesWay() {
    var lists = WaitingLists<Int>(capacity: 4)
    for number in 0..<3 { #expect(lists.add(number, from: peer(0, 1)) == nil) }
    #expect(lists.add(3, from: peer(0, 2)) == nil)
    #expect(lists.add(4, from: peer(9, 3)) == 0, "the oldest of process 1")
    #expect(lists.add(5, from: peer(0, 1)) == 1)
    #expect(lists.count == 4)
  }

  @Test func aListThatStallsIsGivenUpOnlyWhenAnotherWaits() {
    let desk = ListDesk()
    let isGone = Lock(false)
    func request() -> ListRequest {
      ListRequest(
        peer: peer(0, 1), isAbandoned: { isGone.withLock { $0 } }, run: {}, turnAway: {})
    }
    #expect(desk.keepsWaiting(.seconds(20), .seconds(20)))
    desk.take(request())
    #expect(!desk.keepsWaiting(.seconds(1), .seconds(1)))
    #expect(desk.keepsWaiting(.milliseconds(900), .seconds(9)))
    #expect(!desk.keepsWaiting(.milliseconds(1), .seconds(10)), "it reads in drips")
    isGone.withLock { $0 = true }
    #expect(desk.keepsWaiting(.seconds(20), .seconds(20)), "nobody waits for the other any more")
    isGone.withLock { $0 = false }
    #expect(desk.next() != nil)
    #expect(desk.keepsWaiting(.seconds(20), .seconds(20)), "it is under way")
  }

  @Test func aClosedDeskEndsItsListers() {
    let desk = ListDesk()
    let turnedAway = Lock(0)
    let request = ListRequest(
      peer: peer(0, 1), isAbandoned: { false }, run: {}, turnAway: { turnedAway.withLock { $0 += 1 } })
    for _ in 0...ListDesk.capacity { desk.take(request) }
    #expect(turnedAway.withLock { $0 } == 1)
    desk.close()
    desk.take(request)
    #expect(turnedAway.withLock { $0 } == 2)
    for _ in 0..<ListDesk.capacity { #expect(desk.next() != nil) }
    #expect(desk.next() == nil)
  }
}
