import AuthdaemonWire
import TestSupport
import Testing

@testable import LoadGenerator

/// Against servers of the test's own, which answer wrongly in every way.
@Suite struct LoadGeneratorTests {
  private let folder: TemporaryFolder
  private let users: UsersFile

  init() throws {
    folder = try TemporaryFolder("load")
    var text = Array((0..<50).map { "user\($0)\tpassword\($0)\n" }.joined().utf8)
    users = try UsersFile(taking: &text)
  }

  private func plan(_ mode: LoadPlan.Mode, _ connections: Int, requests: Int) -> LoadPlan {
    LoadPlan(mode: mode, connections: connections, extent: .requests(requests), service: Array("imap".utf8))
  }

  private func report(_ plan: LoadPlan, _ answer: @escaping ScriptedServer.Answer) throws -> LoadReport {
    let server = try ScriptedServer(folder.file("s"), answer)
    defer { server.stop() }
    return try LoadGenerator.run(plan, socket: folder.file("s"), users: users)
  }

  private static func user(_ request: String) -> String {
    let lines = request.split(separator: "\n")
    return String(request.hasPrefix("AUTH") ? lines[3] : lines[0].split(separator: " ")[3])
  }

  @Test(arguments: [1, 2, 3])
  func everyRequestIsAskedOnceAndCheckedAgainstItsUser(threads: Int) throws {
    var plan = plan(.login, 7, requests: 500)
    plan.threads = threads
    let report = try report(plan) { ["UID=1\nADDRESS=\(Self.user($0))\n.\n"] }
    #expect(report.requests == 500)
    #expect(report.count(.right) == 500)
    #expect(report.wrong == 0)
    #expect(report.latency.count == 500)
    #expect(report.latency.maximum > 0 && report.rate > 0 && report.processorSeconds > 0)
  }

  @Test func repliesMayComeInPieces() throws {
    let report = try report(plan(.account, 3, requests: 60)) { request in
      ["UID=1\nADD", "RESS=", "\(Self.user(request))\n", ".\n"]
    }
    #expect(report.count(.right) == 60, "\(LoadReport.Verdict.allCases.map { ($0, report.count($0)) })")
  }

  @Test(arguments: [
    ("FAIL\n", LoadReport.Verdict.refused), ("", .silent), ("UID=1\nADDRESS=user0", .truncated),
    ("UID=1\nADDRESS=nobody\n.\n", .foreign), ("OK\n", .garbled),
    (String(repeating: "x", count: WireLimits.reply + 1), .garbled),
  ])
  func wrongAnswersAreCountedApart(_ answer: String, _ verdict: LoadReport.Verdict) throws {
    let report = try report(plan(.login, 2, requests: 20)) { _ in [answer] }
    #expect(report.count(verdict) == 20, "\(LoadReport.Verdict.allCases.map { ($0, report.count($0)) })")
    #expect(report.wrong == 20)
  }

  @Test func aListIsCountedAndChecked() throws {
    let line = "name\t1\t2\t/home\tmaildir\t\n"
    let list = String(repeating: line, count: 50)
    let whole = try report(plan(.list, 1, requests: 3)) { _ in ["# sql\n", list, "\n.\n"] }
    #expect(whole.count(.right) == 3)
    #expect(whole.accounts == 150)
    #expect(whole.bytes == 3 * (6 + 50 * line.utf8.count + 3))
    #expect(whole.firstByte.count == 3)
    let short = try report(plan(.list, 1, requests: 2)) { _ in [line, ".\n"] }
    #expect(short.count(.foreign) == 2)
  }

  @Test func whoDoesNotAnswerIsGivenUp() throws {
    var plan = plan(.login, 4, requests: 6)
    plan.timeout = 0.05
    let listening = try ListeningSocket(folder.file("silent"))
    let report = try LoadGenerator.run(plan, socket: listening.path, users: users)
    #expect(report.count(.overdue) == 6)
  }

  @Test func aConnectionThatFailsIsCounted() throws {
    do { _ = try ListeningSocket(folder.file("dead")) }
    let report = try LoadGenerator.run(plan(.login, 2, requests: 4), socket: folder.file("dead"), users: users)
    #expect(report.count(.unconnected) == 4)
    #expect(report.latency.count == 0)
  }

  @Test func noRequestBeginsAfterTheEnd() throws {
    let server = try ScriptedServer(folder.file("s")) { ["UID=1\nADDRESS=\(Self.user($0))\n.\n"] }
    defer { server.stop() }
    let plan = LoadPlan(mode: .login, connections: 2, extent: .seconds(0.2), service: Array("imap".utf8))
    let report = try LoadGenerator.run(plan, socket: folder.file("s"), users: users)
    #expect(report.requests > 0 && report.wrong == 0)
    #expect(report.seconds >= 0.2)
  }

  @Test func nothingIsAskedWithoutAccounts() {
    #expect(throws: LoadGenerator.Failure.self) {
      try LoadGenerator.run(plan(.login, 1, requests: 1), socket: folder.file("s"), users: nil)
    }
  }
}
