/// Durations as the file spells them.
/// ```
/// duration = 1*9DIGIT ( "ms" / "s" / "m" / "h" )
/// ```
enum DurationText {
  /// More digits are never needed, and fewer cannot overflow.
  private static let mostDigits = 9

  /// The duration; nil when it is none.
  static func parse(_ text: String) -> Duration? {
    let digits = text.prefix { "0123456789".contains($0) }
    guard (1...mostDigits).contains(digits.utf8.count), let count = Int64(digits) else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": return .milliseconds(count)
    case "s": return .seconds(count)
    case "m": return .seconds(count * 60)
    case "h": return .seconds(count * 3600)
    default: return nil
    }
  }

  /// The shortest spelling, exact down to a millisecond.
  static func format(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
    if seconds != 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    if seconds != 0, seconds % 60 == 0 { return "\(seconds / 60)m" }
    return "\(seconds)s"
  }
}

extension ValueKind where Value == Duration {
  /// A duration within `range`.
  static func duration(_ range: ClosedRange<Duration>, like example: String) -> ValueKind {
    quantity(
      "duration", of: "ms, s, m or h", in: range, like: example, parse: DurationText.parse, format: DurationText.format)
  }
}
