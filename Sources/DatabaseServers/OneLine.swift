/// What others say, made fit for one line of a log.
package enum OneLine {
  /// In bytes.
  package static let maximumLength = 1_000

  /// One line, without control characters, cut to `maximumLength`.
  package static func clean(_ text: String) -> String {
    var line = text
    if line.utf8.count > maximumLength { line = String(decoding: line.utf8.prefix(maximumLength), as: UTF8.self) + "…" }
    return String(
      String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
    ).trimmed
  }
}

extension String {
  /// Without spaces and line ends around it.
  fileprivate var trimmed: String {
    let body = drop(while: \.isWhitespace)
    guard let last = body.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(body[...last])
  }
}
