import Passwords
import Secrets
import Testing
import Threads

@Suite("The hash pool")
struct HashPoolTests {
  /// Long enough for a loaded machine; nothing waits for it when all is well.
  private static let patience = Duration.seconds(30)

  /// A door that jobs wait at, and what they did.
  private struct Scene {
    var open = false
    var started = 0
    var done: [Int] = []
    var dropped: [Int: HashJob.Reason] = [:]
  }

  /// A job of an account of its own that waits at the door; what is dropped is noted.
  private func job(
    _ number: Int, _ scene: Lock<Scene>, rank: HashRank = .ordinary, isAbandoned: Bool = false,
    deadline: Duration = .seconds(3600)
  ) -> HashJob {
    job(number, rank: rank, isAbandoned: { isAbandoned }, deadline: deadline) { turn in
      if case .dropped(let reason) = turn {
        scene.withLock { $0.dropped[number] = reason }
        scene.broadcast()
        return
      }
      scene.withLock { $0.started += 1 }
      scene.broadcast()
      _ = scene.wait(Self.patience) { $0.open ? true : nil }
      scene.withLock { $0.done.append(number) }
      scene.broadcast()
    }
  }

  private func job(
    _ number: Int, rank: HashRank = .ordinary, isAbandoned: @escaping @Sendable () -> Bool = { false },
    deadline: Duration = .seconds(3600), _ body: @escaping @Sendable (HashJob.Turn) -> Void
  ) -> HashJob {
    HashJob(
      account: HashJob.Account(directory: "d", username: Array("\(number)".utf8)), rank: rank,
      deadline: .now + deadline, isAbandoned: isAbandoned, body: body)
  }

  private func open(_ scene: Lock<Scene>) {
    scene.withLock { $0.open = true }
    scene.broadcast()
  }

  @Test("A full queue refuses at once, and takes again when there is room")
  func bound() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 2, queueCapacity: 3)
    pool.submit(job(0, scene))
    pool.submit(job(1, scene))
    #expect(scene.wait(Self.patience) { $0.started == 2 ? true : nil } == true)
    for number in 2..<5 { pool.submit(job(number, scene)) }
    #expect(pool.queued == 3)
    pool.submit(job(5, scene))
    #expect(scene.withLock { $0.dropped } == [5: .overloaded])
    open(scene)
    #expect(scene.wait(Self.patience) { $0.done.count == 5 ? true : nil } == true)
    #expect(pool.queued == 0)
    pool.submit(job(6, scene))
    pool.shutDown()
    #expect(scene.withLock { Set($0.done) } == [0, 1, 2, 3, 4, 6])
  }

  @Test("One thread works in the order of arrival")
  func order() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 1, queueCapacity: 100)
    for number in 0..<50 { pool.submit(job(number, scene)) }
    open(scene)
    pool.shutDown()
    #expect(scene.withLock { $0.done } == Array(0..<50))
  }

  @Test("Shutting down runs what was taken and refuses the rest")
  func shutDown() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 1, queueCapacity: 10)
    for number in 0..<5 { pool.submit(job(number, scene)) }
    #expect(scene.wait(Self.patience) { $0.started == 1 ? true : nil } == true)
    let ended = Lock(false)
    let closer = try Worker(name: "closer") {
      pool.shutDown()
      ended.withLock { $0 = true }
    }
    #expect(ended.withLock { $0 } == false)
    open(scene)
    #expect(closer.join(Self.patience))
    #expect(scene.withLock { $0.done } == [0, 1, 2, 3, 4])
    pool.submit(job(99, scene))
    #expect(scene.withLock { $0.dropped } == [99: .stopping])
    pool.shutDown()
  }

  @Test("A better job takes the place of a worse one, which hears of it")
  func displacement() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 1, queueCapacity: 2)
    pool.submit(job(0, scene))
    #expect(scene.wait(Self.patience) { $0.started == 1 ? true : nil } == true)
    pool.submit(job(1, scene, rank: .suspect))
    pool.submit(job(2, scene))
    pool.submit(job(3, scene))
    #expect(scene.withLock { $0.dropped } == [1: .overloaded])
    open(scene)
    pool.shutDown()
    #expect(scene.withLock { $0.done } == [0, 2, 3])
  }

  @Test("What nobody waits for any more, and what is too late, is dropped before it runs")
  func uselessJobs() throws {
    let scene = Lock(Scene())
    let gone = Lock(false)
    let pool = try HashPool(threads: 1, queueCapacity: 10)
    pool.submit(job(0, scene))
    #expect(scene.wait(Self.patience) { $0.started == 1 ? true : nil } == true)
    let note: @Sendable (Int) -> @Sendable (HashJob.Turn) -> Void = { number in
      { turn in
        scene.withLock { scene in
          if case .dropped(let reason) = turn { scene.dropped[number] = reason } else { scene.done.append(number) }
        }
      }
    }
    pool.submit(job(1, isAbandoned: { gone.withLock { $0 } }, note(1)))
    // Over when it is its turn, and not before it was taken: the door opens after the deadline.
    let short = Duration.milliseconds(20)
    pool.submit(job(2, deadline: short, note(2)))
    let end = Instant.now + short
    gone.withLock { $0 = true }
    while Instant.now <= end { _ = scene.wait(short) { _ in Instant.now > end ? true : nil } }
    open(scene)
    pool.shutDown()
    #expect(scene.withLock { $0.dropped } == [1: .abandoned, 2: .timedOut])
    #expect(scene.withLock { $0.done } == [0])
    #expect(pool.started == 1)
  }

  @Test("Threads hash side by side, each with its own memory")
  func parallel() throws {
    let right = Lock(0)
    let pool = try HashPool(threads: 4, queueCapacity: 200)
    let vectors = Vector.crypt.filter(\.isQuick)
    for round in 0..<100 {
      let vector = vectors[round % vectors.count]
      pool.submit(
        job(round) { turn in
          guard case .run(let scratch) = turn else { return }
          let verdict = PasswordSchemes.verify(
            Secret(text: vector.password), against: Secret(text: vector.stored), using: scratch)
          if verdict == .match { right.withLock { $0 += 1 } }
        })
    }
    pool.shutDown()
    #expect(right.withLock { $0 } == 100)
  }
}
