import Accounts
import Foundation
import Logging
import Passwords
import Testing

@testable import Broker
@testable import Telemetry

@Suite struct LogTextTests {
  private func field(_ value: [UInt8]) -> String {
    var line: [UInt8] = []
    LogText.appendField("user", value, to: &line)
    return String(decoding: line, as: UTF8.self)
  }

  @Test func harmlessValuesStandBare() {
    #expect(field(Array("o'brien@example.org".utf8)) == "user=o'brien@example.org")
  }

  @Test(arguments: [
    ("a\nAUTH outcome=accepted", #"user="a\x0aAUTH outcome=accepted""#),
    ("a b", #"user="a b""#), ("", #"user="""#), (#"a"b"#, #"user="a\"b""#), (#"a\b"#, #"user="a\\b""#),
    ("\u{1b}[31m", #"user="\x1b[31m""#), ("é", #"user="\xc3\xa9""#), ("a=b", #"user="a=b""#),
  ])
  func nothingGetsOut(_ value: String, _ expected: String) {
    #expect(field(Array(value.utf8)) == expected)
  }

  @Test func everyByteStaysOnOneLineOfASCII() {
    for byte in UInt8.min...UInt8.max {
      #expect(field([byte]).utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
    }
  }

  @Test func longValuesAreCut() {
    let text = field([UInt8](repeating: UInt8(ascii: "x"), count: 9000))
    #expect(text.utf8.count < LogText.valueBytes + 16)
    #expect(text.hasSuffix("...\""))
  }

  @Test func aRequestIsOneLine() {
    var record = AuditRecord()
    record.verb = "AUTH"
    record.service = Array("imap".utf8)
    record.user = Array("x\ny".utf8)
    record.remoteAddress = Array("192.0.2.1".utf8)
    record.processID = 12
    record.userID = 89
    record.directory = "accounts"
    record.result = .refused(.wrongPassword)
    record.duration = .microseconds(1234)
    #expect(
      RequestLog.line(record) == #"AUTH service=imap user="x\x0ay" ip=192.0.2.1 pid=12 uid=89 directory=accounts "#
        + #"outcome=refused reason="wrong password" program=? ms=1.234"#)
    record.result = .accepted
    #expect(RequestLog.line(record).hasSuffix(" directory=accounts outcome=accepted ms=1.234"))
    record.isRemembered = true
    #expect(RequestLog.line(record).hasSuffix(" directory=accounts outcome=accepted remembered=yes ms=1.234"))
    record.weakRow = PasswordSchemes.all.firstIndex { $0.name == "MD5-CRYPT" }
    #expect(RequestLog.line(record).hasSuffix(" remembered=yes weak-scheme=MD5-CRYPT ms=1.234"))
    record.result = .refused(.weakScheme)
    #expect(
      RequestLog.line(record).hasSuffix(
        " outcome=refused reason=\"password scheme not allowed\" weak-scheme=MD5-CRYPT program=? ms=1.234"))
    record.weakRow = nil
    record.result = .accepted
    record.result = .unavailable(Unavailability(.unreachable, "connection refused"))
    #expect(RequestLog.line(record).contains(#"outcome=unavailable reason="database unreachable: connection refused""#))
  }

  @Test func theJournalReadsPriorities() {
    func line(_ level: Logger.Level, _ style: StandardErrorLog.Style) -> String {
      String(decoding: StandardErrorLog.line(level, "two\nlines", [:], ["k": "v w"], style), as: UTF8.self)
    }
    #expect(line(.error, .journal) == "<3>two\\x0alines k=\"v w\"\n")
    #expect(line(.info, .journal).hasPrefix("<6>"))
    #expect(line(.warning, .terminal).hasSuffix("Z warning: two\\x0alines k=\"v w\"\n"))
  }

  @Test func aTerminalReadsTheTime() throws {
    let line = String(decoding: StandardErrorLog.line(.info, "served", [:], nil, .terminal), as: UTF8.self)
    let text = try #require(line.split(separator: " ").first)
    #expect(line == "\(text) info: served\n")
    let form = try Regex(#"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"#)
    #expect(try form.wholeMatch(in: text) != nil, "\(text)")
    let time = try Date(String(text), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    #expect(abs(time.timeIntervalSinceNow) < 60, "\(text)")
  }

  @Test func theWriterLosesNothingItTook() throws {
    let pipe = Pipe()
    let writer = try LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, lostLine: { _ in [] })
    for number in 0..<500 { writer.write(Array("\(number)\n".utf8)) }
    writer.flush(.seconds(20))
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
    #expect(text == (0..<500).map { "\($0)\n" }.joined())
  }

  @Test func linesThatCannotBeWrittenAreCounted() throws {
    let full = open("/dev/full", O_WRONLY)
    let pipe = Pipe()
    let writer = try LogWriter(descriptor: full, lostLine: { Array("lost \($0)\n".utf8) })
    for number in 0..<3 {
      writer.write(Array("\(number)\n".utf8))
      writer.flush(.seconds(20))
    }
    // There is room again.
    try #require(dup2(pipe.fileHandleForWriting.fileDescriptor, full) == full)
    try pipe.fileHandleForWriting.close()
    writer.write(Array("next\n".utf8))
    writer.flush(.seconds(20))
    close(full)
    let text = String(decoding: try #require(try pipe.fileHandleForReading.readToEnd()), as: UTF8.self)
    #expect(text == "lost 3\nnext\n")
  }

  @Test func aReaderThatDoesNotReadCostsLinesAndNoTime() throws {
    let pipe = Pipe()
    let writer = try LogWriter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 1000,
      lostLine: { Array("lost \($0 > 0)\n".utf8) })
    // More than the pipe (64 KiB) and the writer together hold.
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 99) + [UInt8(ascii: "\n")]
    for _ in 0..<5000 { writer.write(line) }
    let reader = pipe.fileHandleForReading
    var text = ""
    while !text.contains("lost true\n") { text += String(decoding: reader.availableData, as: UTF8.self) }
    #expect(text.contains("lost true\n"))
    // What is still on its way must not meet a pipe without a reader: that is a signal, and the end of the process.
    writer.flush(.seconds(20))
    withExtendedLifetime(pipe) {}
  }
}
