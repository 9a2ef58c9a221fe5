internal import ArgumentParser
internal import Glibc
internal import Passwords
internal import Secrets

/// `gatepost password schemes`: what can be verified, and what it costs on this machine.
struct PasswordSchemesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schemes",
    abstract: "List the password schemes and measure each here.",
    discussion: """
      The time is that of one verification of a new hash with the scheme's standard work, on one core. A hash in the
      database may ask for more or less. Behind it stands the scheme with the work that takes 250 ms here, the most that
      people take for no wait: reckoned from the measured time, within what the scheme takes, and written as rehash-to in
      the configuration and `gatepost password hash --scheme` take it.
      Weak schemes are verified, but no changed password gets one.
      """)

  @Flag(help: "Print JSON: an array of objects.")
  var json = false

  func run() throws {
    let measured = PasswordSchemes.all.map { ($0, PasswordTiming.verification(of: $0)) }
    if json {
      try standardOutput(JSONValue.array(measured.map { Self.value($0, $1) }).pretty + "\n")
      return
    }
    let width = measured.map { $0.0.name.count }.max() ?? 0
    for (scheme, time) in measured {
      let name = scheme.name + String(repeating: " ", count: width - scheme.name.count)
      let cost = time.map { PasswordTiming.text($0) } ?? "–"
      let padded = String(repeating: " ", count: max(0, 9 - cost.count)) + cost
      let work = PasswordTiming.rounds(for: PasswordTiming.target, of: scheme, standardTook: time)
      let target = work.map { "250 ms: \(Self.spelling(scheme, $0))" } ?? ""
      let reckoned = target + String(repeating: " ", count: max(0, Self.widestTarget - target.count))
      let aliases = scheme.aliases.isEmpty ? "" : " (also \(scheme.aliases.joined(separator: ", ")))"
      try standardOutput(
        "\(name)  \(padded)  \(reckoned)  \(scheme.isWeak ? "weak" : "    ")  \(scheme.summary)\(aliases)\n")
    }
  }

  /// As wide as "250 ms: PBKDF2-SHA256:rounds", and the widest of Argon2's.
  private static let widestTarget = 35

  /// As `rehash-to` and `gatepost password hash --scheme` take it.
  private static func spelling(_ scheme: PasswordScheme, _ rounds: Int) -> String {
    (try? scheme.with(rounds: rounds))?.spelling ?? scheme.name
  }

  private static func value(_ scheme: PasswordScheme, _ time: Duration?) -> JSONValue {
    let work = PasswordTiming.rounds(for: PasswordTiming.target, of: scheme, standardTook: time)
    let rounds: JSONValue =
      scheme.rounds.map {
        [
          "least": .int($0.range.lowerBound), "most": .int($0.range.upperBound), "standard": .int($0.standard),
          "for-250-ms": work.map { .int($0) } ?? .null,
          "spelled-for-250-ms": work.map { .string(spelling(scheme, $0)) } ?? .null,
        ]
      } ?? .null
    return [
      "name": .string(scheme.name), "aliases": .array(scheme.aliases.map { .string($0) }),
      "prefix": .string(scheme.prefix),
      "summary": .string(scheme.summary), "weak": .bool(scheme.isWeak),
      "standard": .bool(scheme.name == PasswordSchemes.standard.name), "rounds": rounds,
      "microseconds": time.map { .double(PasswordTiming.microseconds($0)) } ?? .null,
    ]
  }
}

/// Measures what verifying costs.
enum PasswordTiming {
  /// How long one scheme is measured at the most, unless a single verification takes longer.
  static let budget: Duration = .milliseconds(50)

  /// What a login may take without being felt as a wait.
  static let target: Duration = .milliseconds(250)

  /// The work that takes about `target`, reckoned from the time of the standard work: two digits of it, within the scheme's range. Nil
  /// when the scheme has none, or was not measured.
  static func rounds(for target: Duration, of scheme: PasswordScheme, standardTook time: Duration?) -> Int? {
    guard let rounds = scheme.rounds, let time, time > .zero else { return nil }
    let factor = microseconds(target) / microseconds(time)
    var work: Double
    if rounds.isLogarithmic {
      work = Double(rounds.standard) + log2(factor).rounded()
    } else {
      work = Double(rounds.standard) * factor
      let step = pow(10, log10(max(work, 1)).rounded(.down) - 1)
      if step >= 1 { work = (work / step).rounded() * step }
    }
    return Int(min(max(work, Double(rounds.range.lowerBound)), Double(rounds.range.upperBound)))
  }

  /// The time of one verification; nil when no library of this system does the scheme, or it is not made.
  static func verification(of scheme: PasswordScheme) -> Duration? {
    let clock = ContinuousClock()
    let scratch = CryptScratch()
    let password = Secret(text: "measure")
    var random = SystemRandomNumberGenerator()
    let start = clock.now
    guard let made = try? PasswordSchemes.make(password, scheme: scheme, random: &random, using: scratch) else {
      return nil
    }
    let making = clock.now - start
    if making >= budget { return making }
    let begin = clock.now
    var count = 0
    while clock.now - begin < budget {
      guard PasswordSchemes.verify(password, against: made, using: scratch) == .match else { return nil }
      count += 1
    }
    return (clock.now - begin) / max(1, count)
  }

  static func microseconds(_ time: Duration) -> Double {
    let (seconds, attoseconds) = time.components
    return (Double(seconds) * 1e6 + Double(attoseconds) / 1e12).rounded(toPlaces: 2)
  }

  /// With a fitting unit and two or three digits.
  static func text(_ time: Duration) -> String {
    let microseconds = microseconds(time)
    switch microseconds {
    case ..<10: return "\(microseconds.rounded(toPlaces: 1)) µs"
    case ..<1000: return "\(Int(microseconds.rounded())) µs"
    case ..<10_000: return "\((microseconds / 1000).rounded(toPlaces: 1)) ms"
    default: return "\(Int((microseconds / 1000).rounded())) ms"
    }
  }
}

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    var factor = 1.0
    for _ in 0..<places { factor *= 10 }
    return (self * factor).rounded() / factor
  }
}
