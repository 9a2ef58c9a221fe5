extension PasswordScheme {
  /// A scheme with the work of new hashes, as people write it:
  /// ```
  /// spelling  = name [ ":" cost ]
  /// cost      = parameter *( "," parameter )
  /// parameter = [ key "=" ] number              ; without a key: the one that every scheme with a cost has
  /// key       = "rounds" / "m" / "t" / "p"      ; Argon2: KiB, passes, lanes; the others: rounds, or bcrypt's cost
  /// ```
  /// `SHA512-CRYPT`, `SHA512-CRYPT:rounds=100000`, `BLF-CRYPT:12`, `ARGON2ID:m=65536,t=3,p=1`. The name may be an alias, in any case.
  public init(spelling text: String) throws(SchemeSpellingError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.first, let named = PasswordSchemes.named(name) else {
      throw .unknownScheme(parts.first ?? "")
    }
    self = named
    if parts.count > 1 { try take(cost: parts[1]) }
  }

  /// The same, written by us: `BLF-CRYPT:12`.
  public var spelling: String {
    guard let rounds = chosenRounds ?? rounds?.standard else { return name }
    return "\(name):\(method.spelling(rounds: rounds))"
  }

  private mutating func take(cost: String) throws(SchemeSpellingError) {
    guard let standard = rounds?.standard else { throw .unfitCost(.noRounds(scheme: name)) }
    let example = "\(name):\(method.spelling(rounds: standard))"
    var seen: Set<String> = []
    for parameter in cost.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = pair.count == 2 ? String(pair[0]) : method.workKey
      guard let value = pair.last.flatMap(Self.number), seen.insert(key).inserted else {
        throw .unreadableCost(example: example)
      }
      if key == method.workKey {
        do throws(PasswordMakingError) {
          self = try with(rounds: value)
        } catch {
          throw .unfitCost(error)
        }
      } else {
        guard let changed = method.with(key, value) else { throw .unreadableCost(example: example) }
        method = changed
      }
    }
    if let objection = method.objection(rounds: chosenRounds ?? standard) { throw .excessive(scheme: name, objection) }
  }

  /// Digits alone, so few that they fit.
  private static func number(_ text: Substring) -> Int? {
    (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}

/// Why a text names no scheme that hashes are made by.
public enum SchemeSpellingError: Error, Equatable, CustomStringConvertible {
  /// There is no scheme of this name.
  case unknownScheme(String)
  /// What stands behind the colon is no cost; how one of the scheme is written.
  case unreadableCost(example: String)
  /// The scheme has no cost to choose, or takes another one.
  case unfitCost(PasswordMakingError)
  /// The parts of the cost are all right, and together too much.
  case excessive(scheme: String, String)

  /// One sentence without a full stop.
  public var description: String {
    switch self {
    case .unknownScheme(let name): "there is no scheme \"\(name)\""
    case .unreadableCost(let example): "expected a cost that is written as in \"\(example)\""
    case .unfitCost(let error): "\(error)"
    case .excessive(let scheme, let what): "\(scheme): \(what)"
    }
  }
}
