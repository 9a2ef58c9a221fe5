/// Names a place in the file for people: `limits.hash-queue`, `directory[2].queries.account`.
enum Label {
  /// Longer keys are cut: somebody may have pasted a whole conninfo where a key belongs.
  static let longestKey = 40

  /// The label of `key` inside the table `parent` (empty: the top level).
  static func child(_ parent: String, _ key: String) -> String {
    parent.isEmpty ? printable(key) : "\(parent).\(printable(key))"
  }

  /// The label of the `number`th element of the array `parent`, counted from 1.
  static func element(_ parent: String, _ number: Int) -> String {
    "\(parent)[\(number)]"
  }

  /// The table or array that `label` stands in; nil at the top level.
  static func parent(of label: String) -> String? {
    guard let split = label.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
    return String(label[..<split])
  }

  /// `text` on one line and not too long: a key that needs no quotes as it is, any other in quotes.
  static func printable(_ text: String) -> String {
    // A whole conninfo, perhaps with a password, pasted where a key belongs.
    if let sign = text.firstIndex(of: "=") { return "\"\(Label.harmless(String(text[...sign]), upTo: longestKey))…\"" }
    let isBare = !text.isEmpty && text.utf8.allSatisfy(isBareKeyByte)
    if isBare && text.utf8.count <= longestKey { return text }
    return "\"\(Label.harmless(text, upTo: longestKey))\""
  }

  /// `text` without control characters and quotes, cut after `limit` characters.
  static func harmless(_ text: String, upTo limit: Int = 120) -> String {
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
      if count == limit {
        result += "…"
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: result += "?"
      default: result.unicodeScalars.append(scalar == "\"" ? "'" : scalar)
      }
    }
    return result
  }

  /// What TOML allows in a key without quotes.
  static func isBareKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
