internal import Accounts
internal import Passwords
internal import Secrets

/// How an account's password is stored, as far as it decides whether it can be verified.
struct CheckScheme: Hashable {
  /// For people: a scheme's name, or what the stored string looks like. Holds no part of it.
  let name: String
  /// Whether a login can come to an answer.
  let isVerifiable: Bool
  /// Whether its scheme is a weak one.
  var isWeak = false

  /// A hash that is not empty decides alone; else the clear password; else every login is refused.
  /// - Parameters:
  ///   - bareScheme: what a hash is that does not say it itself.
  ///   - hashMemory: what a hash may take, in bytes.
  static func recognise(_ account: Account, bareScheme: BareScheme?, hashMemory: Int) -> CheckScheme {
    guard let hash = account.passwordHash else {
      return account.clearPassword == nil
        ? CheckScheme(name: "no password", isVerifiable: true) : CheckScheme(name: "clear password", isVerifiable: true)
    }
    return recognise(hash: hash, bareScheme: bareScheme, hashMemory: hashMemory)
  }

  /// How a hash is stored.
  static func recognise(hash: Secret, bareScheme: BareScheme?, hashMemory: Int) -> CheckScheme {
    let hash = bareScheme?.labelled(hash) ?? hash
    switch PasswordSchemes.recognise(hash) {
    case .scheme(let scheme):
      let memory = PasswordSchemes.demand(of: hash).memory
      guard memory <= hashMemory else {
        let what = PasswordSchemes.tooMuchMemory(memory, for: hash, of: hashMemory)
        return CheckScheme(name: what, isVerifiable: false)
      }
      return CheckScheme(
        name: scheme.name, isVerifiable: supported.contains(scheme.name), isWeak: scheme.isWeak)
    case .locked: return CheckScheme(name: "locked", isVerifiable: true)
    case .unknown(let what): return CheckScheme(name: what, isVerifiable: false)
    }
  }

  /// The schemes that this system's libraries do, tried once each with little work: a hash that they do not know cannot be verified.
  private static let supported = Set(PasswordSchemes.all.filter(\.isSupported).map(\.name))
}
