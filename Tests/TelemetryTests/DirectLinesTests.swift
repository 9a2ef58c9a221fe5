import Accounts
import Foundation
import Logging
import Testing
import Threads

@testable import Broker
@testable import Telemetry

/// Lines of requests that are made where they wait to be written: the same as by way of the logger.
@Suite struct DirectLinesTests {
  /// What is written to standard error.
  private final class Paper {
    private let pipe = Pipe()
    let writer: LogWriter

    init(capacity: Int = LogWriter.capacity) throws {
      writer = try LogWriter(
        descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: capacity,
        lostLine: { Array("lost \($0)\n".utf8) })
    }

    /// - Returns: the lines, once they are all there.
    func taken() throws -> [Substring] {
      writer.flush(.seconds(20))
      try pipe.fileHandleForWriting.close()
      return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }
  }

  private static let records: [AuditRecord] = [
    Array("alice@example.org".utf8), Array("a\nb\u{1b}[2J\" outcome=accepted".utf8), [0xff, 0xfe, 0x80, 0],
    Array(repeating: UInt8(ascii: "x"), count: 5000), [],
  ].flatMap { user in
    [.accepted, .unavailable(Unavailability(.unreachable, "no\nroute")), .malformed("a\tb\u{7f}")].map {
      (result: AuditRecord.Result) in
      var record = AuditRecord()
      record.verb = "AUTH"
      record.user = user
      record.service = Array("imap".utf8)
      record.processID = 812
      record.directory = "main \"one\"\n"
      record.result = result
      return record
    }
  }

  @Test(arguments: [StandardErrorLog.Style.journal, .terminal])
  func areWhatTheLoggerWrites(_ style: StandardErrorLog.Style) throws {
    func lines(_ isDirect: Bool, _ metadata: Logger.Metadata) throws -> [Substring] {
      let paper = try Paper()
      var handler = StandardErrorLog(style: style, level: .info, writer: paper.writer)
      handler.metadata = metadata
      let log = RequestLog(
        logger: Logger(label: "t") { [handler] _ in handler }, lines: isDirect ? handler : nil, ownProcess: 1,
        names: ProcessNames(program: { _ in nil }, user: { _ in nil }, group: { _ in nil }))
      for record in Self.records { log.write(record) }
      return try paper.taken()
    }
    for metadata: Logger.Metadata in [[:], ["host": "a b", "b": "2"]] {
      var (direct, logged) = (try lines(true, metadata), try lines(false, metadata))
      #expect(direct.count == Self.records.count)
      // The time is another one; it has always as many characters.
      if style == .terminal { (direct, logged) = (direct.map { $0.dropFirst(24) }, logged.map { $0.dropFirst(24) }) }
      #expect(direct == logged)
      #expect(direct.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } })
    }
  }

  @Test func aLineForWhichThereIsNoRoomIsCountedAndLeavesNothing() throws {
    let paper = try Paper(capacity: 100)
    let log = StandardErrorLog(style: .journal, level: .info, writer: paper.writer)
    log.log(level: .info) { $0 += [UInt8](repeating: UInt8(ascii: "x"), count: 200) }
    log.log(level: .info) { $0 += "short".utf8 }
    let lines = try paper.taken()
    #expect(lines.filter { $0 == "<6>short" }.count == 1)
    #expect(lines.filter { $0 == "lost 1" }.count == 1)
    #expect(lines.count == 2)
  }
}
