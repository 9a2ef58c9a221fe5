import Foundation

/// What is counted, from many threads.
final class Tally: @unchecked Sendable {
  // Unchecked: everything mutable is reached under `lock` only.

  /// How a request ended.
  enum Ending {
    /// As it must.
    case right
    /// Without a byte, while a database was being disturbed: "try again later".
    case unavailable
    /// Without a byte, or without a connection, while nothing was wrong.
    case lost(String)
    /// A right password refused, a wrong one accepted, somebody else's account, a short list that looks whole.
    case wrong(String)
  }

  struct Line {
    var count = 0
    var right = 0
    var unavailable = 0
    var lost = 0
    var wrong = 0
    var longest = 0.0
  }

  private static let remarksKept = 20

  private let lock = NSLock()
  private var lines: [String: Line] = [:]
  private var events: [String: Int] = [:]
  private var remarks: [String] = []

  /// Counts one request of the kind `name`.
  func count(_ name: String, _ ending: Ending, seconds: Double) {
    lock.withLock {
      lines[name, default: Line()].count += 1
      lines[name, default: Line()].longest = max(lines[name, default: Line()].longest, seconds)
      switch ending {
      case .right: lines[name, default: Line()].right += 1
      case .unavailable: lines[name, default: Line()].unavailable += 1
      case .lost(let what):
        lines[name, default: Line()].lost += 1
        remark("\(name) lost: \(what)")
      case .wrong(let what):
        lines[name, default: Line()].wrong += 1
        remark("\(name) WRONG: \(what)")
      }
    }
  }

  /// Counts something that was done to the daemons.
  func event(_ name: String, _ count: Int = 1) { lock.withLock { events[name, default: 0] += count } }

  private func remark(_ text: String) {
    if remarks.count < Self.remarksKept { remarks.append(text) }
  }

  var wrong: Int { lock.withLock { lines.values.reduce(0) { $0 + $1.wrong } } }
  var lost: Int { lock.withLock { lines.values.reduce(0) { $0 + $1.lost } } }

  /// The table that is printed at the end.
  var summary: String {
    lock.withLock {
      func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      var rows = [["request", "count", "right", "unavailable", "lost", "wrong", "longest s"]]
      for (name, line) in lines.sorted(by: { $0.key < $1.key }) {
        rows.append(
          [name] + [line.count, line.right, line.unavailable, line.lost, line.wrong].map(String.init)
            + [String(format: "%.2f", line.longest)])
      }
      let table = rows.map { row in
        row[0].padding(toLength: 28, withPad: " ", startingAt: 0) + row.dropFirst().map { column($0, 12) }.joined()
      }
      let done = events.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      return (table + ["", "done to them: \(done)"] + remarks).joined(separator: "\n")
    }
  }
}
