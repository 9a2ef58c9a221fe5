internal import Accounts

/// How the commands talk to the daemon over its control socket.
///
/// ```
/// request = "gatepost-control 1" SP verb *(SP word) LF
/// answer  = ("ok" / "nothing" / "error") *(SP word) LF *(row LF) "." LF
/// row     = word *(SP word)
/// ```
/// A word is bytes as `PercentText` writes them; `-` alone stands for none. Without the final dot the answer was cut.
enum ControlProtocol {
  private static let greeting = Array("gatepost-control 1".utf8)
  static let none = Array("-".utf8)

  struct Request: Equatable {
    var verb: String
    var words: [[UInt8]]
  }

  struct Answer: Equatable {
    enum Status: String { case ok, nothing, error }
    var status: Status
    /// Behind the status.
    var words: [[UInt8]] = []
    var rows: [[[UInt8]]] = []
  }

  static func encode(_ request: Request) -> [UInt8] {
    greeting + [UInt8(ascii: " ")] + line([Array(request.verb.utf8)] + request.words)
  }

  static func encode(_ answer: Answer) -> [UInt8] {
    var bytes = line([Array(answer.status.rawValue.utf8)] + answer.words)
    for row in answer.rows { bytes += line(row) }
    return bytes + Array(".\n".utf8)
  }

  /// - Parameter line: without its line feed.
  static func request(_ line: [UInt8]) -> Request? {
    guard line.starts(with: greeting + [UInt8(ascii: " ")]), let words = words(line[(greeting.count + 1)...]),
      let verb = words.first
    else { return nil }
    return Request(verb: String(decoding: verb, as: UTF8.self), words: Array(words.dropFirst()))
  }

  static func answer(_ bytes: [UInt8]) -> Answer? {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // The last line ends with a line feed too.
    guard lines.popLast()?.isEmpty == true, lines.popLast().map(Array.init) == [UInt8(ascii: ".")],
      let first = lines.first.flatMap(words), let word = first.first,
      let status = Answer.Status(rawValue: String(decoding: word, as: UTF8.self))
    else { return nil }
    let rows = lines.dropFirst().map(words)
    guard !rows.contains(nil) else { return nil }
    return Answer(status: status, words: Array(first.dropFirst()), rows: rows.compactMap { $0 })
  }

  private static func line(_ words: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, word) in words.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: " ")) }
      PercentText.append(word, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func words(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
      PercentText.decode($0)
    }
    guard !words.contains(nil), !words.contains([]) else { return nil }
    return words.compactMap { $0 }
  }
}
