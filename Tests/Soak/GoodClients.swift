import Foundation
import TestSupport

/// Clients that ask what mail programs ask, and know the right answer.
struct GoodClients {
  /// One login in this many computes bcrypt (some 50 ms), one in a fifth of it MD5.
  private static let bcryptShare = 100
  private static let md5Share = 20

  let station: Station
  let stage: Stage
  let tally: Tally

  /// Begins to ask.
  func start() {
    for _ in 0..<3 { stage.run { login() } }
    stage.run { account() }
    stage.run {
      list()
      stage.sleep(1)
    }
  }

  private func login() {
    let number = Int.random(in: 0..<Station.plainAccounts)
    var (user, password) = (Station.user(number), Station.password(number))
    let kind = Int.random(in: 0..<Self.bcryptShare)
    if kind == 0 || kind % Self.md5Share == 1 {
      let hashed = Station.hashed[kind == 0 ? 1 : 0]
      (user, password) = ("\(hashed.user)@example.org", hashed.password)
    }
    switch Int.random(in: 0..<10) {
    case 0: ask("unknown user", login("nobody\(number)@example.org", password)) { $0 == "FAIL\n" }
    case 1, 2: ask("wrong password", login(user, password + "x")) { $0 == "FAIL\n" }
    default:
      ask("right password", login(user, password)) { $0.contains("ADDRESS=\(user)\n") && $0.hasSuffix("\n.\n") }
    }
  }

  private func login(_ user: String, _ password: String) -> String {
    AuthdaemonClient.authentication(service: "imap", user, password)
  }

  private func account() {
    let user = Station.user(Int.random(in: 0..<Station.plainAccounts))
    ask("account (PRE)", "PRE . imap \(user)\n") { $0.contains("ADDRESS=\(user)\n") && $0.hasSuffix("\n.\n") }
  }

  /// A list that ends with the dot must be whole. One that does not says so, and is asked for again.
  private func list() {
    let name = "\(station.name): list"
    let start = Date()
    guard let reply = try? station.client.ask("ENUMERATE\n") else {
      return tally.count(name, .lost("no connection"), seconds: Date().timeIntervalSince(start))
    }
    let lines = reply.bytes.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    let ending: Tally.Ending
    if reply.text.hasSuffix("\n.\n") {
      // The heading and an empty line before, the dot behind.
      ending = lines == station.accounts + 3 ? .right : .wrong("\(lines) lines, and the dot")
    } else if stage.wasDisturbed(station.name, since: start) {
      ending = .unavailable
    } else {
      ending = .lost("\(lines) lines, \(reply.end)")
    }
    tally.count(name, ending, seconds: reply.elapsed)
  }

  private func ask(_ kind: String, _ request: String, isRight: (String) -> Bool) {
    let name = "\(station.name): \(kind)"
    let start = Date()
    do {
      let reply = try station.client.ask(request, halfClose: Int.random(in: 0..<4) == 0)
      let ending: Tally.Ending
      if isRight(reply.text) && reply.end == .endOfFile {
        ending = .right
      } else if !reply.bytes.isEmpty {
        ending = .wrong("\(reply)")
      } else if stage.wasDisturbed(station.name, since: start) {
        ending = .unavailable
      } else {
        ending = .lost("\(reply)")
      }
      tally.count(name, ending, seconds: reply.elapsed)
    } catch {
      tally.count(name, .lost("\(error)"), seconds: Date().timeIntervalSince(start))
    }
  }
}
