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
  }

  private func job(_ number: Int, _ scene: Lock<Scene>) -> @Sendable (CryptScratch) -> Void {
    { _ in
      scene.withLock { $0.started += 1 }
      scene.broadcast()
      _ = scene.wait(Self.patience) { $0.open ? true : nil }
      scene.withLock { $0.done.append(number) }
      scene.broadcast()
    }
  }

  private func open(_ scene: Lock<Scene>) {
    scene.withLock { $0.open = true }
    scene.broadcast()
  }

  @Test("A full queue refuses at once, and takes again when there is room")
  func bound() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 2, queueCapacity: 3)
    #expect(pool.submit(job(0, scene)))
    #expect(pool.submit(job(1, scene)))
    #expect(scene.wait(Self.patience) { $0.started == 2 ? true : nil } == true)
    for number in 2..<5 { #expect(pool.submit(job(number, scene))) }
    #expect(pool.queued == 3)
    #expect(!pool.submit(job(5, scene)))
    open(scene)
    #expect(scene.wait(Self.patience) { $0.done.count == 5 ? true : nil } == true)
    #expect(pool.queued == 0)
    #expect(pool.submit(job(6, scene)))
    pool.shutDown()
    #expect(scene.withLock { Set($0.done) } == [0, 1, 2, 3, 4, 6])
  }

  @Test("One thread works in the order of arrival")
  func order() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 1, queueCapacity: 100)
    for number in 0..<50 { #expect(pool.submit(job(number, scene))) }
    open(scene)
    pool.shutDown()
    #expect(scene.withLock { $0.done } == Array(0..<50))
  }

  @Test("Shutting down runs what was taken and refuses the rest")
  func shutDown() throws {
    let scene = Lock(Scene())
    let pool = try HashPool(threads: 1, queueCapacity: 10)
    for number in 0..<5 { #expect(pool.submit(job(number, scene))) }
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
    #expect(!pool.submit(job(99, scene)))
    pool.shutDown()
  }

  @Test("Threads hash side by side, each with its own memory")
  func parallel() throws {
    let right = Lock(0)
    let pool = try HashPool(threads: 4, queueCapacity: 200)
    let vectors = Vector.crypt.filter(\.isQuick)
    for round in 0..<100 {
      let vector = vectors[round % vectors.count]
      #expect(
        pool.submit { scratch in
          let verdict = PasswordSchemes.verify(
            Secret(text: vector.password), against: Secret(text: vector.stored), using: scratch)
          if verdict == .match { right.withLock { $0 += 1 } }
        })
    }
    pool.shutDown()
    #expect(right.withLock { $0 } == 100)
  }
}
