import Foundation
import Glibc
import Testing

@testable import Telemetry

@Suite struct LogTimeTests {
  private func text(_ time: inout LogTime, _ second: Int, _ nanosecond: Int) -> String {
    var line = Array("before ".utf8)
    time.append(timespec(tv_sec: second, tv_nsec: nanosecond), to: &line)
    return String(decoding: line, as: UTF8.self)
  }

  @Test func isRFC3339InMilliseconds() {
    var time = LogTime()
    #expect(text(&time, 0, 0) == "before 1970-01-01T00:00:00.000Z")
    #expect(text(&time, 0, 999_999_999) == "before 1970-01-01T00:00:00.999Z")
    #expect(text(&time, 1_709_164_799, 7_000_000) == "before 2024-02-28T23:59:59.007Z")
    #expect(text(&time, 1_709_164_800, 0) == "before 2024-02-29T00:00:00.000Z")
    #expect(text(&time, 1_709_164_799, 7_000_000) == "before 2024-02-28T23:59:59.007Z", "clocks are set back too")
    #expect(text(&time, 253_402_300_799, 0) == "before 9999-12-31T23:59:59.000Z")
  }

  @Test func agreesWithFoundationWhateverCameBefore() throws {
    var time = LogTime()
    var random = SystemRandomNumberGenerator()
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for _ in 0..<1000 {
      let second = Int.random(in: 0..<4_102_444_800, using: &random)
      let milliseconds = Int.random(in: 0..<1000, using: &random)
      let told = text(&time, second, milliseconds * 1_000_000).dropFirst(7)
      let date = try Date(String(told), strategy: style)
      #expect(abs(date.timeIntervalSince1970 - Double(second) - Double(milliseconds) / 1000) < 0.0005, "\(told)")
    }
  }
}
