/// Makes the TOML parser's message fit to be shown: it quotes what it met, which may be a password without quotes around it.
enum SyntaxErrorText {
  /// How the parser begins what it says.
  private static let beginning = "Error while parsing "

  /// `description` with its place in the line, as a message of ours.
  static func safe(_ description: String, column: Int) -> String {
    let text = masked(description)
    let isUsual = text.hasPrefix(beginning)
    return
      "syntax error at column \(column)\(isUsual ? " in " : ": ")\(isUsual ? text.dropFirst(beginning.count) : text[...])"
  }

  /// `description` with quoted text of more than one character masked, unless the parser quotes itself.
  private static func masked(_ description: String) -> String {
    let parts = description.split(separator: "'", omittingEmptySubsequences: false)
    // Quotes that do not pair up: nothing tells inside from outside.
    guard parts.count % 2 == 1 else { return "not valid TOML" }
    var result = ""
    for (index, part) in parts.enumerated() {
      if index % 2 == 0 {
        result += part
      } else {
        result += "'\(isHarmless(part) ? Label.harmless(String(part)) : "…")'"
      }
    }
    return result
  }

  private static func isHarmless(_ quoted: Substring) -> Bool {
    quoted.count <= 1 || ["true", "false", "inf", "nan", "\\n", "\\r", "\\e", "\\x", "\\v", "\\f"].contains(quoted)
  }
}
