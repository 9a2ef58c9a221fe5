internal import Accounts
internal import Passwords
internal import Secrets

/// The stored passwords of one account that may let a login in, and which of them were tried: its own, and its app passwords that are
/// good for the service. A value.
///
/// Cheap ones are tried first; then one that was right the last time, as far as one byte can tell; then the others in their order. A wrong
/// password is compared with all of them, so the order does not show.
struct Keyring {
  /// One stored password.
  struct Key {
    /// With its scheme's name, where the settings say what it is.
    let stored: Secret
    /// False: a password in the clear.
    let isHash: Bool
    /// Nil: the account's own password.
    let appPassword: AppPassword?
    let cost: Cost

    init(_ stored: Secret, isHash: Bool = true, appPassword: AppPassword? = nil) {
      self.stored = stored
      self.isHash = isHash
      self.appPassword = appPassword
      cost = isHash ? PasswordSchemes.cost(of: stored) : .cheap
    }
  }

  let keys: [Key]
  /// Places in `keys`, the next one last.
  private var untried: [Int]
  private var place: Int?
  /// What makes a no impossible: one that could not be verified.
  private(set) var doubt: Unavailability?
  /// Why it is no, where it is.
  private(set) var refusal: Refusal

  /// - Parameters:
  ///   - tried: what came of others before.
  ///   - doubt: why there may be more of them.
  init(_ keys: [Key], after tried: Keyring? = nil, doubt: Unavailability? = nil) {
    self.keys = keys
    self.doubt = doubt ?? tried?.doubt
    refusal = tried?.refusal ?? .noUsablePassword
    untried = (keys.indices.filter { keys[$0].cost == .cheap } + keys.indices.filter { keys[$0].cost != .cheap })
      .reversed()
  }

  /// Has the costly key at `place` tried before the others.
  mutating func prefer(_ place: Int) {
    guard keys.indices.contains(place), keys[place].cost != .cheap,
      let position = untried.firstIndex(of: place)
    else { return }
    untried.remove(at: position)
    untried.insert(place, at: untried.firstIndex { keys[$0].cost == .cheap } ?? untried.endIndex)
  }

  /// Takes the next one up; nil when all were tried.
  mutating func next() -> Key? {
    place = untried.popLast()
    return current
  }

  /// The one that is being tried.
  var current: Key? { place.map { keys[$0] } }

  /// Takes up the key at `place`.
  /// - Returns: false when there is none.
  mutating func select(_ place: Int) -> Bool {
    guard keys.indices.contains(place) else { return false }
    self.place = place
    return true
  }

  /// Takes in what came of one that did not match.
  mutating func note(_ verdict: Verdict) {
    switch verdict {
    case .match: break
    case .mismatch: refusal = .wrongPassword
    case .locked: if refusal == .noUsablePassword { refusal = .locked }
    case .unverifiable(let scheme): doubt = doubt ?? Unavailability(.unknownScheme, scheme)
    }
  }
}
