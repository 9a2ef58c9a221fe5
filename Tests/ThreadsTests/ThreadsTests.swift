import Glibc
import Testing
import Threads

@Suite struct ThreadsTests {
  @Test func aQueueKeepsItsOrderAndItsBound() {
    let queue = BoundedQueue<Int>(capacity: 3)
    #expect([1, 2, 3, 4].map { queue.push($0) } == [true, true, true, false])
    #expect(queue.pop(upTo: 2) == [1, 2])
    #expect(queue.push(5))
    #expect(queue.pop(upTo: 9) == [3, 5])
    #expect(queue.pop(patience: .milliseconds(1)) == [])
  }

  @Test func aClosedQueueGivesWhatIsInside() {
    let queue = BoundedQueue<Int>(capacity: 3)
    queue.push(1)
    queue.close()
    #expect(!queue.push(2))
    #expect(queue.pop() == [1])
    #expect(queue.pop() == nil)
  }

  @Test func whatIsKeptBackWaitsForWhoKeepsIt() throws {
    let queue = BoundedQueue<Int>(capacity: 9)
    let popped = Lock<[Int]>([])
    let worker = try Worker(name: "pop") {
      while let batch = queue.pop(upTo: 2) { popped.withLock { $0 += batch } }
    }
    usleep(50_000)
    queue.keepBack()
    for number in 1...3 { queue.push(number) }
    usleep(50_000)
    #expect(popped.withLock { $0.isEmpty }, "nobody was woken")
    #expect(queue.takeAll() == [1, 2, 3])
    #expect(queue.takeAll() == [])
    queue.push(4)
    #expect(queue.putBack([2, 3]))
    queue.letGo()
    queue.push(5)
    queue.close()
    #expect(worker.join(.seconds(20)))
    #expect(popped.withLock { $0 } == [2, 3, 4, 5])
    #expect(!queue.putBack([6]), "nobody is there any more")
  }

  @Test func allIsTakenBehindWhatWasPopped() {
    let queue = BoundedQueue<Int>(capacity: 9)
    for number in 1...5 { queue.push(number) }
    #expect(queue.pop(upTo: 2) == [1, 2])
    #expect(queue.takeAll() == [3, 4, 5])
    for number in 6...8 { queue.push(number) }
    #expect(queue.pop(upTo: 1) == [6])
    #expect(queue.putBack([6]))
    #expect(queue.pop(upTo: 9) == [6, 7, 8])
  }

  @Test func aLockThatIsHeldIsNotWaitedFor() throws {
    let lock = Lock(1)
    let isHeld = Lock(false)
    let isTried = Lock(false)
    let holder = try Worker(name: "holder") {
      lock.withLock { _ in
        isHeld.withLock { $0 = true }
        isHeld.broadcast()
        _ = isTried.wait(.seconds(20)) { $0 ? true : nil }
      }
    }
    _ = isHeld.wait(.seconds(20)) { $0 ? true : nil }
    #expect(lock.withLockIfAvailable { $0 } == nil)
    isTried.withLock { $0 = true }
    isTried.broadcast()
    #expect(holder.join(.seconds(20)))
    #expect(lock.withLockIfAvailable { $0 } == 1)
  }

  @Test func everythingPushedIsPoppedOnce() throws {
    let queue = BoundedQueue<Int>(capacity: 100_000)
    let seen = Lock<[Int]>([])
    let workers = try (0..<4).map { _ in
      try Worker(name: "pop") {
        while let batch = queue.pop(upTo: 7) { seen.withLock { $0 += batch } }
      }
    }
    let pushers = try (0..<4).map { part in
      try Worker(name: "push") {
        for number in 0..<5000 { queue.push(part * 5000 + number) }
      }
    }
    for pusher in pushers { #expect(pusher.join(.seconds(20))) }
    queue.close()
    for worker in workers { #expect(worker.join(.seconds(20))) }
    #expect(seen.withLock { $0.sorted() } == Array(0..<20_000))
  }

  /// One at a time for long enough that the thread keeps awake for the next, and sleeps in between.
  @Test func aThreadThatKeepsAwakeMissesNothing() throws {
    let queue = BoundedQueue<Int>(capacity: 10, vigil: .milliseconds(1))
    let seen = Lock<[Int]>([])
    let worker = try Worker(name: "pop") {
      while let batch = queue.pop() {
        seen.withLock { $0 += batch }
        seen.broadcast()
      }
    }
    for number in 0..<300 {
      if number % 50 == 49 { usleep(3_000) }
      #expect(queue.push(number))
      #expect(seen.wait(.seconds(20)) { $0.count == number + 1 ? true : nil } == true)
    }
    queue.close()
    #expect(worker.join(.seconds(20)))
    #expect(seen.withLock { $0 } == Array(0..<300))
  }

  @Test func aWorkerGivesWayWhenItIsTold() throws {
    let seen = Lock<[Int32]>([])
    for niceness: Int32 in [0, 5] {
      let worker = try Worker(name: "nice", niceness: niceness) {
        let own = Self.ownNiceness()
        seen.withLock { $0.append(own) }
      }
      #expect(worker.join(.seconds(20)))
    }
    let (usual, nice) = seen.withLock { ($0[0], $0[1]) }
    #expect(nice == min(19, usual + 5))
    #expect(usual == Self.ownNiceness())
  }

  private static func ownNiceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

  @Test func waitingHasAnEnd() {
    let lock = Lock(0)
    #expect(lock.wait(.milliseconds(5)) { $0 == 1 ? true : nil } == nil)
    #expect(lock.wait(.seconds(-1)) { $0 == 0 ? true : nil } == true)
  }
}
