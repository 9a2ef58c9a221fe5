import Accounts
import Foundation
import SQLiteDirectory
import Secrets
import TestSupport
import TestTraits
import Testing
import Threads

/// What can happen to a file, by the hundred; by the ten thousand with GATEPOST_FAULTS=10000. A user who is there is found, or
/// cannot be looked up now.
@Suite(.waiting) struct FaultMatrixTests {
  /// What happens to the file.
  enum FileFault: CaseIterable {
    case locked, replaced, truncated, cutInPlace, garbage, garbageInPlace, removed, directory, tableDropped
  }

  static let goal = ProcessInfo.processInfo.environment["GATEPOST_FAULTS"].flatMap { Int($0) } ?? 300

  @Test func faultsOfTheFileMisleadNobody() throws {
    let folder = try TemporaryFolder("faults")
    let good = try Database(
      """
      CREATE TABLE accounts (username TEXT PRIMARY KEY, password TEXT, uid, gid, home);
      INSERT INTO accounts WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
        SELECT 'user' || i, 'hash' || i, 5000, 5001, '/home' FROM n;
      """)
    let content = try Data(contentsOf: URL(fileURLWithPath: good.path))
    let path = folder.file("accounts.db")
    let lanes = try Database(Database.alice)
    let directory = try lanes.directory(path: path)
    defer { directory.shutDown() }
    var random = SeededGenerator(seed: 1)
    var counts: [FileFault: Int] = [:]
    var (accepted, refused, unavailable) = (0, 0, 0)
    var longest = Duration.zero

    /// Another file, which takes the name.
    func put(_ data: Data) throws {
      let other = folder.file("new.db")
      try data.write(to: URL(fileURLWithPath: other))
      #expect(rename(other, path) == 0)
    }
    func ask(_ number: UInt64, within: Duration = .seconds(20)) {
      let start = Instant.now
      let name = "user\(number % 500)"
      switch directory.ask(name, within: within) {
      case .accepted(let account)?:
        accepted += 1
        let hash = account.passwordHash?.matches(Secret(text: "hash\(number % 500)"))
        #expect(account.username == Array(name.utf8) && hash == true)
      case .refused(let refusal)?: Issue.record("\(name), who is there, was refused: \(refusal)")
      case .unavailable?: unavailable += 1
      case nil: Issue.record("no answer")
      }
      switch directory.ask("nobody\(number)", within: within) {
      case .accepted(let account)?: Issue.record("nobody is \(account.username)")
      case .refused?: refused += 1
      case .unavailable?: unavailable += 1
      case nil: Issue.record("no answer")
      }
      longest = max(longest, .now - start)
    }

    try put(content)
    for round in 0..<Self.goal {
      let number = random.next(below: 500)
      let fault = FileFault.allCases[round % FileFault.allCases.count]
      counts[fault, default: 0] += 1
      switch fault {
      case .locked:
        let other = try Connection(path)
        try other.execute("BEGIN EXCLUSIVE")
        ask(number, within: .milliseconds(5))
        try other.execute("COMMIT")
      case .replaced: try put(content)
      case .truncated: try put(content.prefix(Int(random.next(below: UInt64(content.count)))))
      case .cutInPlace:
        ask(number)
        #expect(truncate(path, Int(random.next(below: UInt64(content.count)))) == 0)
      case .garbage: try put(Data((0..<4_096).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
      case .garbageInPlace:
        // From the header on: what SQLite must notice. A bit that flips inside a value shows nowhere.
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.write(contentsOf: Data((0..<content.count).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
        try file.close()
      case .removed: #expect(unlink(path) == 0)
      case .directory:
        #expect(unlink(path) == 0)
        #expect(mkdir(path, 0o755) == 0)
      case .tableDropped:
        let other = try Connection(path)
        try other.execute("DROP TABLE accounts")
      }
      ask(number)
      if fault == .directory { #expect(rmdir(path) == 0) }
      try put(content)
      let before = accepted
      ask(number)
      #expect(accepted == before + 1, "served again after \(fault)")
    }
    #expect(refused > 0 && unavailable > 0)
    if ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] != nil {
      print(
        "faults of the file: \(counts.values.reduce(0, +)) faults (\(counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "))); "
          + "accepted \(accepted), refused \(refused), unavailable \(unavailable), longest wait \(longest)")
    }
  }
}
