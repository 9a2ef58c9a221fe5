internal import Foundation
internal import TestSupport

/// Asks a daemon all the time, from several threads: the right password, a wrong one, another user's, nobody's, and those of
/// rows that are of no use. Judges every reply.
final class FaultLoad: @unchecked Sendable {
  // Unchecked: everything that changes is reached under `lock` only.

  /// Users whose row or query is at fault: nothing can be said of them. Those of PostgreSQL have a SQLSTATE in their name: disk full,
  /// internal error, a value that is no number.
  static let hopeless = ["raise 53100", "raise XX000", "raise 22P02", "no number"]
  /// Those of MariaDB have an error's number: table full, lock wait timeout, deadlock, a value that is no number, over the time limit.
  static let mariaDBHopeless = ["raise 1114", "raise 1205", "raise 1213", "raise 1366", "raise 1969", "no number"]
  static let users = 200

  /// What came back.
  struct Tally: Sendable {
    var accepted = 0
    var refused = 0
    /// Closed without a byte.
    var silent = 0
    var longest: TimeInterval = 0
    /// What must not be.
    var wrong: [String] = []
  }

  private let client: AuthdaemonClient
  private let hopeless: [String]
  private let lock = NSLock()
  private let group = DispatchGroup()
  private var tally = Tally()
  private var isEnding = false

  init(_ socketPath: String, hopeless: [String] = [], threads: Int = 4) {
    client = AuthdaemonClient(socketPath)
    self.hopeless = hopeless
    for number in 0..<threads {
      group.enter()
      let thread = Thread { [self] in
        var turn = number
        while !lock.withLock({ isEnding }) {
          turn += threads
          judge(turn)
        }
        group.leave()
      }
      thread.start()
    }
  }

  /// So far.
  var current: Tally { lock.withLock { tally } }

  /// Waits until so many more were let in and refused.
  func proceed(_ more: Int = 20) -> Bool {
    let before = current
    return eventually(within: 90) {
      current.accepted >= before.accepted + more && current.refused >= before.refused + more
    }
  }

  /// Waits until so many more got no answer.
  func suffer(_ more: Int = 4) -> Bool {
    let before = current
    return eventually(within: 90) { current.silent >= before.silent + more }
  }

  func end() -> Tally {
    lock.withLock { isEnding = true }
    group.wait()
    return current
  }

  private enum Due { case yes, no, neither }

  private func judge(_ turn: Int) {
    let number = turn / 5 % Self.users
    let name = "user\(number)"
    let question: (String, String, Due)
    switch turn % 5 {
    case 0: question = (name, "secret\(number)", .yes)
    case 1: question = (name, "secret\(number)x", .no)
    case 2: question = (name, "secret\((number + 1) % Self.users)", .no)
    case 3: question = ("nobody\(turn)", "secret\(number)", .no)
    default:
      question =
        hopeless.isEmpty ? (name, "secret\(number)", .yes) : (hopeless[turn % hopeless.count], "secret", .neither)
    }
    let (user, password, due) = question
    let result = Result {
      try client.ask(AuthdaemonClient.authentication(service: "imap", user, password))
    }
    lock.withLock {
      switch result {
      case .failure(let error): tally.wrong.append("\(user): cannot connect: \(error)")
      case .success(let reply):
        tally.longest = max(tally.longest, reply.elapsed)
        let isYes = reply.text.hasSuffix("\n.\n") && reply.text.contains("ADDRESS=\(user)\n")
        switch (reply.text, reply.end) {
        case ("", .endOfFile): tally.silent += 1
        case ("FAIL\n", .endOfFile) where due == .no: tally.refused += 1
        case (_, .endOfFile) where isYes && due == .yes: tally.accepted += 1
        default: tally.wrong.append("\(user), \(due): \(reply)")
        }
      }
    }
  }
}
