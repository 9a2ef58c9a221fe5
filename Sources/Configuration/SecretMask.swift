/// Hides what may be a password in text that somebody else wrote about a location: a library's objection to a conninfo likes to
/// repeat the part it did not understand, and a password with a blank in it is such a part.
enum SecretMask {
  /// `text` without the words of `location` that stand behind `password`, inside a URI, or where a `key=value` should: a password that
  /// has lost its key is such a word.
  static func hide(_ location: String, in text: String) -> String {
    // A path is no connection string.
    let parts = location.hasPrefix("/") ? [] : location.split { " \t\r\n".contains($0) }
    let bare = parts.indices.filter { place in
      let isKey = parts.indices.contains(place + 1) && parts[place + 1].hasPrefix("=")
      return !isKey && !parts[place].contains("=") && parts[place].utf8.count > 2
    }.map { parts[$0] }
    let text = bare.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) { text, word in
      text.split(separator: word, omittingEmptySubsequences: false).joined(separator: "…")
    }
    let lowered = location.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    let starts = [end(of: "passw", in: lowered), end(of: "://", in: lowered)].compactMap { $0 }
    guard let start = starts.min() else { return text }
    // The longest first: one may be part of another. Words of one or two letters would make any text unreadable.
    let words = Set(location.utf8.map { $0 }[start...].split(whereSeparator: separators.contains).map(Array.init))
    return words.filter { $0.count > 2 }.sorted { $0.count > $1.count }
      .reduce(text) { text, word in
        text.split(separator: String(decoding: word, as: UTF8.self), omittingEmptySubsequences: false).joined(
          separator: "…")
      }
  }

  private static let separators = Set(" \t\r\n'\"=:@/?&".utf8)

  private static func end(of word: String, in bytes: [UInt8]) -> Int? {
    let wanted = Array(word.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
      .map { $0 + wanted.count }
  }
}
