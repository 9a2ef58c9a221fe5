import Foundation
import Passwords
import Secrets
import TestSupport
import Threads

/// `soak --timing`: whether the time of a refusal tells who exists. Unknown users and wrong passwords in turn, in a random order within
/// each pair, asked of a daemon's socket one after the other; Welch's t over both.
struct TimingBench {
  /// A scheme that the accounts have.
  struct Scheme {
    let name: String
    let rounds: Int?
    var label: String { name + (rounds.map { ", \($0)" } ?? "") }
  }

  /// Rounds for the crypts of SHA-2, the cost for bcrypt: low, so that twenty thousand of them take a minute or so.
  static let schemes = [
    Scheme(name: "SHA256", rounds: nil), Scheme(name: "SSHA256", rounds: nil), Scheme(name: "MD5-CRYPT", rounds: nil),
    Scheme(name: "SHA512-CRYPT", rounds: 5000), Scheme(name: "BLF-CRYPT", rounds: 5),
  ]
  static let standardPairs = 10_000
  /// Not measured: the daemon learns which scheme is the commonest, and its memory is warm.
  private static let warmUp = 300
  /// Accounts, and different hashes among them: as many accounts as pairs, so that none is asked twice.
  private static let hashes = 50
  /// Of the fastest, so many are compared by themselves.
  private static let fastest = 0.9

  enum BackEnd: String, CaseIterable {
    case sqlite, postgresql
  }

  let pairs: Int

  /// Prints a line for each scheme and back end.
  /// - Returns: whether none can be told apart.
  func run() throws -> Bool {
    say("\(pairs) pairs for each line; times in µs; |t| < \(WelchTest.threshold) is wanted")
    say(row(["back end", "scheme", "unknown", "wrong", "median", "median", "t", "t, fastest 90 %"]))
    var isGood = true
    for backEnd in BackEnd.allCases {
      for scheme in Self.schemes { isGood = try measure(scheme, backEnd) && isGood }
    }
    say(isGood ? "nobody can be told apart" : "THE TIME TELLS WHO EXISTS")
    return isGood
  }

  private func measure(_ scheme: Scheme, _ backEnd: BackEnd) throws -> Bool {
    let accounts = pairs + Self.warmUp
    let station = try TimingStation(backEnd, hashes: Self.hashes(scheme), accounts: accounts)
    defer { station.daemon.stop() }
    var random = SystemRandomNumberGenerator()
    let wrong = Array(0..<accounts).shuffled(using: &random)
    // Names that nobody has, as long as the others and each asked once.
    let unknown = Array(accounts..<(2 * accounts)).shuffled(using: &random)
    for number in 0..<Self.warmUp {
      _ = try ask(station, wrong[pairs + number])
      _ = try ask(station, unknown[pairs + number])
    }
    var (ofUnknown, ofWrong): ([Double], [Double]) = ([], [])
    for pair in 0..<pairs {
      if Bool.random(using: &random) {
        ofUnknown.append(try ask(station, unknown[pair]))
        ofWrong.append(try ask(station, wrong[pair]))
      } else {
        ofWrong.append(try ask(station, wrong[pair]))
        ofUnknown.append(try ask(station, unknown[pair]))
      }
    }
    let whole = WelchTest(ofUnknown, ofWrong)
    let fast = WelchTest(ofUnknown, ofWrong, fastest: Self.fastest)
    func micro(_ seconds: Double) -> String { String(format: "%.1f", seconds * 1e6) }
    func median(_ samples: [Double]) -> Double { samples.sorted()[samples.count / 2] }
    say(
      row([
        backEnd.rawValue, scheme.label, micro(whole.means.0), micro(whole.means.1), micro(median(ofUnknown)),
        micro(median(ofWrong)), String(format: "%.2f", whole.t), String(format: "%.2f", fast.t),
      ]) + (whole.tells || fast.tells ? "  TELLS" : ""))
    return !whole.tells && !fast.tells
  }

  /// Asks one login that must be refused, and takes the time from before connecting until the daemon has closed.
  private func ask(_ station: TimingStation, _ number: Int) throws -> Double {
    let request = AuthdaemonClient.authentication(
      service: "imap", TimingStation.user(number), String(UInt64.random(in: .min ... .max) | 1 << 63, radix: 36))
    let begin = Instant.now
    let reply = try station.client.ask(request)
    let elapsed = Instant.now - begin
    guard reply.text == "FAIL\n" else { throw ServerTrouble("not refused: \(reply)") }
    return elapsed / .seconds(1)
  }

  private static func hashes(_ scheme: Scheme) throws -> [String] {
    guard var row = PasswordSchemes.named(scheme.name) else { throw ServerTrouble("no scheme \(scheme.name)") }
    if let rounds = scheme.rounds { row = try row.with(rounds: rounds) }
    let scratch = CryptScratch()
    var random = SystemRandomNumberGenerator()
    return try (0..<hashes).map { number in
      let made = try PasswordSchemes.make(Secret(text: "right-\(number)"), scheme: row, random: &random, using: scratch)
      return made.withBytes { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// At once, also into a file: it takes a long time until the last line.
  private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  private func row(_ columns: [String]) -> String {
    let widths = [12, 20, 10, 10, 10, 10, 8, 16]
    return zip(columns, widths).enumerated().map { place, column in
      let padding = String(repeating: " ", count: max(0, column.1 - column.0.count))
      return place < 2 ? column.0 + padding : padding + column.0
    }.joined()
  }
}
