import Testing

@testable import DatabaseServers

@Suite struct MillisecondsTests {
  @Test(
    arguments: [
      (.seconds(-1), 0, 1), (.zero, 0, 1), (.nanoseconds(1), 1, 1), (.microseconds(1_001), 2, 2),
      (.milliseconds(59_999), 59_999, 59_999), (.seconds(60), 60_000, 60_000), (.seconds(601), 60_000, 601_000),
      (.milliseconds(Int32.max), 60_000, .max), (.seconds(30 * 86_400), 60_000, .max),
      (.seconds(Int64.max), 60_000, .max),
    ] as [(Duration, Int32, Int32)])
  func aDurationInMilliseconds(_ duration: Duration, _ poll: Int32, _ statement: Int32) {
    #expect(duration.pollMilliseconds == poll)
    #expect(duration.statementMilliseconds == statement)
  }
}
