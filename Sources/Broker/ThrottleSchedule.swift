/// How much slower the answers become, by how often the password was wrong. A row for each kind of what is counted.
struct ThrottleSchedule: Sendable {
  /// The waits, by level.
  static let delays: [Duration] = [.zero, .seconds(1), .seconds(3), .seconds(5), .seconds(10), .seconds(15)]
  /// The longest wait: 15 s. Clients give up after 30 s.
  static let longest = Duration.seconds(15)
  /// After so long the level is one lower: ten minutes.
  static let step = Duration.seconds(600)
  /// What has not failed for so long is forgotten: a day.
  static let memory = Duration.seconds(86_400)
  /// After so many failures in a row an account is slowed to the maximum (NIST SP 800-63B, 5.2.2).
  static let manyFailures = 100
  /// How long it stays so: a day.
  static let penance = Duration.seconds(86_400)

  /// Failures that make one level.
  let failuresForLevel: Int
  /// Whether failures in a row are counted.
  let countsRow: Bool

  /// One person's password: the first mistake counts.
  static let account = ThrottleSchedule(failuresForLevel: 1, countsRow: true)
  /// An address may be an office's: ten different mistakes make a level, so that sixty an hour are forgiven.
  static let address = ThrottleSchedule(failuresForLevel: 10, countsRow: false)

  /// The highest level.
  static var highest: Int { delays.count - 1 }

  /// More failures than these make it no slower, and are not kept.
  var mostFailures: Int { Self.highest * failuresForLevel }

  func level(_ failures: Int) -> Int { min(Self.highest, max(0, failures) / failuresForLevel) }

  static func delay(_ level: Int) -> Duration { delays[min(highest, max(0, level))] }
}
