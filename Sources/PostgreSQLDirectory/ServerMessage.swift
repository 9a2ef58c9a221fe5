internal import DatabaseServers

/// What libpq says about a connection that did not come about, made fit for one line of a log.
///
/// The connection asks for verbose errors, in which the code stands between the (translated) severity and the message:
/// `connection to server on socket "…" failed: FATAL:  28P01: password authentication failed for user "x"`.
enum ServerMessage {
  /// Splits the code from `text`, drops DETAIL, HINT, CONTEXT and LOCATION, and joins what is left to one line.
  /// - Returns: the last code in the text: that of the host that was tried last.
  static func read(_ text: String) -> (state: SQLState?, message: String) {
    var state: SQLState?
    var lines: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      // Continuations ("\tIs the server running …", "This probably means …") are advice; so are lines of the other
      // fields.
      guard !line.hasPrefix("\t"), !line.hasPrefix(" ") else { continue }
      if Self.isField(line) { continue }
      var words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      // "FATAL:", "", "28P01:" – two spaces follow the severity.
      for index in words.indices.dropFirst(2) where words[index].hasSuffix(":") && words[index - 1].isEmpty {
        guard let found = SQLState(String(words[index].dropLast())) else { continue }
        state = found
        words.removeSubrange((index - 1)...index)
        break
      }
      lines.append(words.joined(separator: " "))
    }
    return (state, OneLine.clean(lines.joined(separator: "; ")))
  }

  /// `DETAIL:  …`, `HINT:  …`, `LOCATION:  …`: a capital word (in any language), a colon, two spaces.
  private static func isField(_ line: Substring) -> Bool {
    guard let colon = line.firstIndex(of: ":") else { return false }
    let word = line[..<colon]
    let rest = line[colon...].dropFirst()
    guard !word.isEmpty, !word.contains(" "), rest.hasPrefix("  ") else { return false }
    // The message itself can begin so, when no host stands before it: it has a code then.
    return SQLState(String(rest.dropFirst(2).prefix(5))) == nil
  }
}
