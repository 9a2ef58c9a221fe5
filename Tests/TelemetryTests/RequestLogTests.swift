import Accounts
import Broker
import Foundation
import Logging
import Testing
import Threads

@testable import Telemetry

/// The trail: which lines there are, at which level, and what they say of whom.
@Suite struct RequestLogTests {
  /// Keeps what is logged.
  private struct Book: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let lines: Lock<[String]>

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.withLock { $0.append("\(event.level) \(event.message)") }
    }
  }

  private final class Fixture: Sendable {
    let lines = Lock<[String]>([])
    let now = Lock(Instant.now)
    let log: RequestLog

    init(level: Logger.Level = .info, names: ProcessNames = RequestLogTests.names) {
      let (lines, now) = (self.lines, self.now)
      log = RequestLog(
        logger: Logger(label: "t") { _ in Book(logLevel: level, lines: lines) }, ownProcess: 1, names: names,
        now: { now.withLock { $0 } })
    }

    /// What was logged since the last call.
    func taken() -> [String] {
      log.finish(.seconds(20))
      return lines.withLock { lines in
        defer { lines = [] }
        return lines
      }
    }
  }

  private static let names = ProcessNames(
    program: { $0 == 812 ? Array("imapd".utf8) : $0 == 813 ? Array("x) \"y\n".utf8) : nil },
    user: { $0 == 5000 ? "vmail" : $0 == 6 ? "a\" allow = [\"enumerate" : nil },
    group: { [5000: "vmail", 8: "mail"][$0] })

  private func record(
    _ result: AuditRecord.Result, verb: String = "AUTH", pid: Int32 = 812, uid: UInt32 = 5000, ip: String? = nil
  ) -> AuditRecord {
    var record = AuditRecord()
    record.verb = verb
    record.service = Array("imap".utf8)
    record.user = Array("alice".utf8)
    record.remoteAddress = ip.map { Array($0.utf8) }
    record.processID = pid
    record.userID = uid
    record.result = result
    return record
  }

  private func denied(
    _ permission: PeerPolicy.Permission = .enumerate, pid: Int32 = 812, uid: UInt32 = 5000,
    groups: [UInt32]? = [5000, 8], socket: String? = "/run/s", hasOwnRules: Bool = false, isBeyondBound: Bool = false
  ) -> AuditRecord {
    var record = record(.unavailable(Unavailability(.notPermitted)), pid: pid, uid: uid)
    record.denial = Denial(
      permission: permission, groupID: 5000, groups: groups, socket: socket, hasOwnRules: hasOwnRules,
      isBeyondBound: isBeyondBound)
    return record
  }

  @Test func refusalsAndChangesNameTheProgram() {
    let start = "AUTH service=imap user=alice pid=812 uid=5000 "
    #expect(
      RequestLog.line(record(.refused(.wrongPassword)), program: Array("imapd".utf8))
        == start + #"outcome=refused reason="wrong password" program=imapd ms=0.000"#)
    #expect(
      RequestLog.line(record(.refused(.wrongPassword)))
        == start + #"outcome=refused reason="wrong password" program=? ms=0.000"#)
    #expect(
      RequestLog.line(record(.refused(.unknownUser)), program: Array("a\" ip=1\n".utf8))
        == start + #"outcome=refused reason="unknown user" program="a\" ip=1\x0a" ms=0.000"#)
    #expect(RequestLog.line(record(.accepted)) == start + "outcome=accepted ms=0.000")
    var change = record(.accepted, verb: "PASSWD")
    change.socket = "/run/second socket"
    #expect(
      RequestLog.line(change)
        == #"PASSWD service=imap user=alice pid=812 uid=5000 outcome=accepted program=? "#
        + #"socket="/run/second socket" ms=0.000"#)
  }

  @Test func anAppPasswordIsNamedInItsQuotes() {
    let start = "AUTH service=imap user=alice pid=812 uid=5000 outcome=accepted "
    var login = record(.accepted)
    for (label, text) in [
      ("phone", "app=phone"), ("Thunderbird laptop", #"app="Thunderbird laptop""#), ("", #"app="""#),
      ("x\" remembered=yes\n\u{1b}[2J", #"app="x\" remembered=yes\x0a\x1b[2J""#),
    ] {
      login.appPassword = Array(label.utf8)
      #expect(RequestLog.line(login) == start + text + " ms=0.000")
    }
    login.isRemembered = true
    login.appPassword = Array("phone".utf8)
    #expect(RequestLog.line(login) == start + "app=phone remembered=yes ms=0.000")
  }

  @Test func changedPasswordsAreNotices() {
    let fixture = Fixture(level: .notice)
    fixture.log.write(record(.accepted))
    fixture.log.write(record(.refused(.wrongPassword)))
    fixture.log.write(record(.accepted, verb: "PASSWD"))
    #expect(
      fixture.taken() == [
        "notice PASSWD service=imap user=alice pid=812 uid=5000 outcome=accepted program=imapd ms=0.000"
      ])
  }

  @Test func whatIsLeftOutIsSaid() {
    let fixture = Fixture()
    for _ in 0..<25 { fixture.log.write(record(.refused(.wrongPassword), ip: "203.0.113.9")) }
    for _ in 0..<25 { fixture.log.write(record(.accepted)) }
    var lines = fixture.taken()
    #expect(lines.count == 10 + 25 + 1)
    #expect(lines.last == "warning 15 lines left out in the last 10 s: outcome=refused ip=203.0.113.9")
    fixture.now.withLock { $0 += .seconds(60) }
    fixture.log.write(record(.refused(.wrongPassword), ip: "203.0.113.9"))
    lines = fixture.taken()
    #expect(lines.count == 1 && lines.first?.hasPrefix("info AUTH ") == true)
  }

  /// What is not logged anyway is not left out.
  @Test func belowTheLevelNothingIsCounted() {
    let fixture = Fixture(level: .warning)
    for _ in 0..<100 { fixture.log.write(record(.refused(.wrongPassword))) }
    #expect(fixture.taken() == [])
  }

  @Test func theRuleThatIsMissingIsNamed() {
    let fixture = Fixture()
    fixture.log.write(denied())
    var lines = fixture.taken()
    #expect(lines.contains { $0.hasPrefix("error AUTH ") && $0.hasSuffix(" program=imapd ms=0.000") })
    #expect(
      lines.contains(
        "error not allowed: process 812 (imapd, user vmail, groups vmail mail) asked for \"enumerate\" at /run/s; "
          + "to allow it: [[peer]] user = \"vmail\" allow = [\"enumerate\"]"), "\(lines)")
    // Said once a minute for each user, question and socket.
    for _ in 0..<5 { fixture.log.write(denied()) }
    #expect(fixture.taken().filter { $0.contains("not allowed: ") } == [])
    fixture.log.write(denied(.account))
    #expect(fixture.taken().count { $0.contains("asked for \"account\"") } == 1)
    fixture.now.withLock { $0 += PermissionAdvisor.interval }
    fixture.log.write(denied())
    lines = fixture.taken()
    #expect(lines.count { $0.contains("asked for \"enumerate\"") } == 1)
  }

  @Test func theAdviceFitsTheSocket() {
    func line(_ record: AuditRecord, program: String? = nil) -> String {
      record.denial.map {
        PermissionAdvice.line(
          $0, processID: record.processID, userID: record.userID, program: program.map { Array($0.utf8) }, Self.names)
      } ?? ""
    }
    #expect(
      line(denied(hasOwnRules: true)).hasSuffix(
        "[[listen.peer]] user = \"vmail\" allow = [\"enumerate\"], behind this socket's [[listen]]"))
    #expect(line(denied(isBeyondBound: true)).hasSuffix("add \"enumerate\" to `allow` of this socket's [[listen]]"))
    #expect(
      line(denied(.setPassword, uid: 7, groups: nil, socket: nil))
        == "not allowed: process 812 (uid 7, group vmail, other groups unknown) asked for \"set-password\"; "
        + "to allow it: [[peer]] uid = 7 allow = [\"set-password\"]")
    // Names that are none, from whoever may choose them.
    let hostile = line(denied(uid: 6), program: "x) \"y\n")
    #expect(hostile.hasPrefix("not allowed: process 812 (\"x) \\\"y\\x0a\", uid 6, groups vmail mail)"), "\(hostile)")
    #expect(hostile.hasSuffix("[[peer]] uid = 6 allow = [\"enumerate\"]"))
    let many = line(denied(groups: Array(100..<400)))
    #expect(many.contains("groups vmail 100 101 ") && many.contains(" 115 …) asked"), "\(many)")
  }

  @Test func aFloodOfThemIsBounded() {
    let fixture = Fixture()
    for uid in 0..<10_000 { fixture.log.write(denied(uid: UInt32(uid))) }
    let lines = fixture.taken()
    #expect(lines.count < 100, "\(lines.count)")
    #expect(lines.contains { $0.contains("lines left out") })
  }

  @Test func theProgramOfALivingProcessIsFound() throws {
    let name = try #require(ProcessNames.current.program(getpid()))
    #expect(!name.isEmpty && name.count <= 15)
    #expect(ProcessNames.current.program(0) == nil)
    #expect(ProcessNames.current.program(Int32.max) == nil)
    #expect(ProcessNames.current.user(0) == "root")
    #expect(ProcessNames.current.group(0) == "root")
    #expect(ProcessNames.current.user(UInt32.max - 1) == nil)
  }
}
