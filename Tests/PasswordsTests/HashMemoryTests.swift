import Secrets
import Testing
import Threads

@testable import Passwords

@Suite("Memory of strong hashes")
struct HashMemoryTests {
  private static let h43 = String(repeating: "a", count: 43)
  private let start = Instant.now

  private func memory(_ setting: String) -> Int { PasswordSchemes.demand(of: Secret(text: setting + Self.h43)).memory }

  private func job(_ user: String, memory: Int, _ rank: HashRank = .ordinary) -> HashJob {
    HashJob(
      account: HashJob.Account(directory: "d", username: Array(user.utf8)), rank: rank, memory: memory,
      deadline: start + .seconds(60), isAbandoned: { false }, body: { _ in })
  }

  private func name(_ job: HashJob?) -> String? { job.map { String(decoding: $0.account.username, as: UTF8.self) } }

  @Test("yescrypt and scrypt take 128 bytes · r · N and a little, the others nothing")
  func demand() {
    let slack = 200 << 10
    for (setting, least) in [
      ("$y$j9T$abcd$", 16 << 20), ("$gy$j9T$abcd$", 16 << 20), ("$y$jFT$abcd$", 1 << 30),
      ("$7$C6..../....abcd$", 16 << 20),
      ("$7$AU..../....abcd$", 16 << 20),
    ] {
      let memory = memory(setting)
      #expect((least...(least + slack)).contains(memory), "\(setting) \(memory)")
    }
    for stored in ["$6$rounds=100000$abcd$" + String(repeating: "a", count: 86), "{PLAIN}x", "!", "$y$jzT$abcd$"] {
      #expect(PasswordSchemes.demand(of: Secret(text: stored)).memory == 0, "\(stored)")
    }
  }

  @Test("A new hash is counted as the one that is made of it")
  func making() throws {
    var random = SeededGenerator(state: 1)
    for (name, rounds) in [("YESCRYPT", 3), ("YESCRYPT", 5), ("GOST-YESCRYPT", 4), ("SCRYPT", 6)] {
      let scheme = try #require(PasswordSchemes.named(name)).with(rounds: rounds)
      let made = try PasswordSchemes.make(Secret(text: "x"), scheme: scheme, random: &random, using: CryptScratch())
      #expect(PasswordSchemes.memory(toMake: scheme) >= PasswordSchemes.demand(of: made).memory, "\(name) \(rounds)")
      #expect(
        PasswordSchemes.memory(toMake: scheme) <= PasswordSchemes.demand(of: made).memory * 5 / 4, "\(name) \(rounds)")
    }
    #expect(PasswordSchemes.memory(toMake: PasswordSchemes.standard) == 0)
  }

  @Test("A job that does not fit waits; those that take no memory pass it, and no others do")
  func passing() {
    var backlog = HashBacklog(capacity: 10, threads: 4, memory: 100)
    let first = job("first", memory: 60)
    for job in [first, job("big", memory: 90), job("small", memory: 10), job("none", memory: 0)] {
      #expect(backlog.push(job, at: start).isEmpty)
    }
    #expect(name(backlog.pop()) == "first")
    #expect(name(backlog.pop()) == "none")
    #expect(backlog.pop() == nil, "small would fit, and would keep big from ever fitting")
    #expect(backlog.count == 2)
    backlog.ended(first)
    #expect(name(backlog.pop()) == "big")
    #expect(name(backlog.pop()) == "small")
    #expect(backlog.memoryInUse == 100)
  }

  @Test("Jobs that fit run side by side")
  func sideBySide() {
    var backlog = HashBacklog(capacity: 10, threads: 4, memory: 100)
    for number in 0..<5 { #expect(backlog.push(job("\(number)", memory: 25), at: start).isEmpty) }
    for number in 0..<4 { #expect(name(backlog.pop()) == "\(number)") }
    #expect(backlog.pop() == nil)
  }

  @Test("One that would never fit does not come in")
  func tooLarge() {
    var backlog = HashBacklog(capacity: 10, threads: 1, memory: 100)
    let dropped = backlog.push(job("huge", memory: 101), at: start)
    #expect(dropped.map(\.reason) == [.tooLarge])
    #expect(backlog.push(job("large", memory: 100), at: start).isEmpty)
  }

  @Test("No more is in use than there may be, everything gets its turn, and the end waits for it")
  func pool() throws {
    let scene = Lock((running: 0, most: 0, done: 0))
    let pool = try HashPool(threads: 4, queueCapacity: 200, memory: 100)
    for number in 0..<200 {
      let memory = [0, 10, 60, 100][number % 4]
      pool.submit(
        HashJob(
          account: HashJob.Account(directory: "d", username: Array("\(number)".utf8)), rank: .ordinary, memory: memory,
          deadline: .now + .seconds(3600), isAbandoned: { false }
        ) { turn in
          guard case .run = turn else { return }
          scene.withLock { scene in
            scene.running += memory
            scene.most = max(scene.most, scene.running)
          }
          for _ in 0..<2000 { _ = scene.withLock { $0.running } }
          scene.withLock { scene in
            scene.running -= memory
            scene.done += 1
          }
        })
    }
    pool.shutDown()
    #expect(scene.withLock { $0.done } == 200)
    #expect(scene.withLock { $0.most } <= 100)
  }

  @Test("What the log says names the scheme and the key")
  func text() {
    let stored = Secret(text: "$y$jFT$abcd$" + Self.h43)
    #expect(
      PasswordSchemes.tooMuchMemory(1 << 30, for: stored, of: 256 << 20)
        == "YESCRYPT: 1048576 KiB of memory are above [limits] hash-memory, 262144 KiB")
  }
}
