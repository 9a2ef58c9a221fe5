import Foundation
import TestSupport
import TestTraits
import Testing

/// `gatepost bench` against the daemon.
@Suite(.waiting) struct BenchTests {
  private let folder: TemporaryFolder
  private let daemon: GatepostDaemon

  init() throws {
    folder = try TemporaryFolder("bench")
    let database = folder.file("a.db")
    let rows = (0..<40).map { "('user\($0)', 'secret\($0)', '/home/user\($0)')" }.joined(separator: ",\n")
    try folder.makeDatabase(
      "CREATE TABLE accounts (name text PRIMARY KEY, password text, home text);\nINSERT INTO accounts VALUES \(rows);",
      name: "a.db")
    let users = (0..<40).map { "user\($0)\tsecret\($0)\t\tHOME=/home/user\($0)\tUID=5000" }
    try folder.write(users.joined(separator: "\n"), to: "users.tsv")
    daemon = try GatepostDaemon { socket in
      """
      log-level = "notice"
      [[listen]]
      socket = "\(socket)"
      [[directory]]
      type = "sqlite"
      database = "\(database)"
      [directory.queries]
      account = "SELECT name AS username, password AS clear_password, 5000 AS uid, 5000 AS gid, home FROM accounts WHERE name = :username"
      enumerate = "SELECT name AS username, 5000 AS uid, 5000 AS gid, home FROM accounts"
      """
    }
  }

  private func bench(_ arguments: [String]) throws -> ChildProcess.Result {
    try ChildProcess.run([GatepostExecutable.path(), "bench", "--socket", daemon.socketPath] + arguments)
  }

  private func numbers(_ result: ChildProcess.Result) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test(arguments: ["login", "account"])
  func everyAnswerIsTheRightOne(_ mode: String) throws {
    let result = try bench(
      ["--mode", mode, "--users", folder.file("users.tsv"), "--connections", "16", "--requests", "300", "--json"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let numbers = try numbers(result)
    #expect(numbers["right"] as? Int == 300)
    #expect(numbers["wrong"] as? Int == 0)
    #expect((numbers["latency"] as? [String: Double])?["p99"] ?? 0 > 0)
    #expect(!daemon.log.contains("secret"))
  }

  @Test func aListIsAsLongAsTheFile() throws {
    let list = ["--mode", "list", "--connections", "1", "--requests", "2", "--json"]
    let result = try bench(list + ["--users", folder.file("users.tsv")])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try numbers(result)["accounts"] as? Int == 80)
    try folder.write("user0\tsecret0\n", to: "one.tsv")
    #expect(try bench(list + ["--users", folder.file("one.tsv")]).status == 1)
  }

  @Test func aWrongAnswerShowsInTextAndStatus() throws {
    try folder.write("user0\twrong-guess\nuser1\twrong-guess\n", to: "wrong.tsv")
    let result = try bench(["--users", folder.file("wrong.tsv"), "--requests", "5", "--connections", "1"])
    #expect(result.status == 1)
    #expect(result.output.contains("WRONG       5 refused"))
    #expect(!result.output.contains("wrong-guess"))
    try folder.write("user0\twrong-guess\tFAIL\n", to: "expected.tsv")
    #expect(try bench(["--users", folder.file("expected.tsv"), "--requests", "5"]).status == 0)
  }

  @Test(arguments: [
    "tcp://127.0.0.1:143", "127.0.0.1:143", "imap.example.org:143", "[::1]:143", "inet:host:143", "unix://x",
  ])
  func onlyUnixSocketsAreAsked(_ target: String) throws {
    let result = try ChildProcess.run(
      [GatepostExecutable.path(), "bench", "--users", folder.file("users.tsv"), "--socket", target])
    #expect(result.status == 64)
    #expect(result.errors.contains("network address"))
  }

  @Test(arguments: [
    ["--connections", "10001"], ["--connections", "0"], ["--seconds", "3601"], ["--seconds", "0"], ["--requests", "0"],
    ["--seconds", "1", "--requests", "1"], ["--service", "two words"], ["--threads", "17"], ["--timeout", "0"],
    ["--seconds", "nan"],
  ])
  func boundsAreKept(_ arguments: [String]) throws {
    #expect(try bench(["--users", folder.file("users.tsv")] + arguments).status == 64)
  }

  @Test func accountsAreNeeded() throws {
    #expect(try bench(["--requests", "1"]).status == 64)
    let absent = try bench(["--requests", "1", "--users", folder.file("absent")])
    #expect(absent.status == 64, "trying again changes nothing")
    #expect(absent.errors.contains("No such file"))
  }

  @Test func nobodyThereIsSaidAtOnce() throws {
    daemon.stop()
    let result = try bench(["--users", folder.file("users.tsv"), "--seconds", "3600"])
    #expect(result.status == 75)
    #expect(result.errors.contains("is gatepost running"))
  }
}
