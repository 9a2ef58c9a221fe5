/// Sizes as the file spells them.
/// ```
/// size = 1*9DIGIT ( "KiB" / "MiB" / "GiB" )
/// ```
enum SizeText {
  /// More digits are never needed, and fewer cannot overflow.
  private static let mostDigits = 9
  private static let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)]

  /// In bytes; nil when it is none.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { "0123456789".contains($0) }
    guard (1...mostDigits).contains(digits.utf8.count), let count = Int(digits) else { return nil }
    let unit = text.dropFirst(digits.count)
    return units.first { $0.0 == unit }.map { count << $0.1 }
  }

  /// The shortest spelling, exact down to a kibibyte.
  static func format(_ bytes: Int) -> String {
    let unit = units.last { (bytes >> $0.1) << $0.1 == bytes && bytes > 0 } ?? units[0]
    return "\(bytes >> unit.1)\(unit.0)"
  }
}

extension ValueKind where Value == Int {
  /// A size within `range`, in bytes.
  static func size(_ range: ClosedRange<Int>, like example: String) -> ValueKind {
    quantity(
      "size", of: "KiB, MiB or GiB", in: range, like: example, parse: SizeText.parse, format: SizeText.format)
  }
}
