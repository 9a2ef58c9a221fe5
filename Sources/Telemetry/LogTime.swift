internal import Glibc

/// The time at the beginning of a line: RFC 3339, UTC, milliseconds, `2026-11-29T08:05:09.120Z`. What the lines of one second have in
/// common is worked out once.
struct LogTime: Sendable {
  private var second: time_t?
  private var text: [UInt8] = []

  /// Appends `time`, which CLOCK_REALTIME has told.
  mutating func append(_ time: timespec, to line: inout [UInt8]) {
    if time.tv_sec != second {
      second = time.tv_sec
      text = Self.wholeSeconds(time.tv_sec)
    }
    line.append(contentsOf: text)
    LogText.append(decimal: UInt(clamping: time.tv_nsec / 1_000_000), digits: 3, to: &line)
    line.append(UInt8(ascii: "Z"))
  }

  private static func wholeSeconds(_ second: time_t) -> [UInt8] {
    var second = second
    var parts = tm()
    gmtime_r(&second, &parts)
    var text: [UInt8] = []
    func append(_ value: Int, _ digits: Int, _ separator: Unicode.Scalar) {
      LogText.append(decimal: UInt(clamping: value), digits: digits, to: &text)
      text.append(UInt8(ascii: separator))
    }
    append(Int(parts.tm_year) + 1900, 4, "-")
    append(Int(parts.tm_mon) + 1, 2, "-")
    append(Int(parts.tm_mday), 2, "T")
    append(Int(parts.tm_hour), 2, ":")
    append(Int(parts.tm_min), 2, ":")
    append(Int(parts.tm_sec), 2, ".")
    return text
  }
}
