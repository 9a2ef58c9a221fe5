public import Secrets

/// What a directory's stored hashes are to become: `rehash-to`, a scheme and its cost.
///
/// A hash is replaced when it is weaker than that: by another scheme of a class that is no higher, or by the same one at a lower cost.
/// What serves a mechanism (CRAM-MD5, DIGEST-MD5, SCRAM, OTP) is not replaced by what does not; nor is one that a password matches of
/// which only a part counted (DES from 8 bytes on, bcrypt from 72): nobody knows whether the rest was right.
public struct RehashTarget: Sendable {
  /// What new hashes are made by, with the cost that was asked for.
  public let scheme: PasswordScheme

  /// What takes the place of a stored hash.
  public struct Replacement: Sendable {
    /// The name of the scheme that the old one is of.
    public let old: String
    /// What the new one is made by.
    public let scheme: PasswordScheme
  }

  /// Why hashes should not become such.
  public enum Unfitness: Error, Equatable {
    /// No new password should be stored this way.
    case weak
    /// The libraries of this system do not make it.
    case unsupported
  }

  /// Tries the scheme once, with as little work as it takes.
  public init(_ scheme: PasswordScheme) throws(Unfitness) {
    if scheme.isWeak { throw .weak }
    if !scheme.isSupported { throw .unsupported }
    self.scheme = scheme
  }

  /// The memory that making a hash takes, in bytes, beyond a few kilobytes.
  public var memory: Int { PasswordSchemes.memory(toMake: scheme) }

  /// What is to take the place of `stored`; nil when that may stay. Costs no hash.
  /// - Parameters:
  ///   - stored: as it stands in the database, so that the new one can be written like it.
  ///   - named: the same with its scheme's name, where only the directory's settings know that.
  ///   - password: which was found to match it.
  public func replacement(of stored: Secret, named: Secret, matching password: Secret) -> Replacement? {
    guard let old = scheme(weaker: named, matching: password) else { return nil }
    return Replacement(old: old, scheme: written(like: stored))
  }

  /// What the hash of a changed password is made by: as set, but for an account whose secret serves a mechanism.
  /// - Parameters: as of `replacement`; nil when the account has none.
  public func successor(of stored: Secret?, named: Secret?) -> PasswordScheme {
    guard let stored else { return scheme }
    if let old = named.flatMap({ PasswordSchemes.row(of: $0) }), old.name != scheme.name, old.method.servesMechanism,
      !old.isWeak
    {
      return PasswordSchemes.successor(of: stored, named: named)
    }
    return written(like: stored)
  }

  /// The name of the stored hash's scheme, if it is to be replaced.
  private func scheme(weaker stored: Secret, matching password: Secret) -> String? {
    stored.withBytes { bytes -> String? in
      guard case .row(let index, let text, let encoding) = StoredForm(bytes) else { return nil }
      let old = PasswordSchemes.all[index]
      let isOld = encoding.withDecoded(UnsafeRawBufferPointer(rebasing: bytes[text...])) { raw in
        isWeaker(old, raw) && password.withBytes { old.method.counts($0, against: raw) }
      }
      return isOld == true ? old.name : nil
    }
  }

  private func isWeaker(_ old: PasswordScheme, _ raw: UnsafeRawBufferPointer) -> Bool {
    guard old.name == scheme.name else {
      return !old.method.servesMechanism && old.method.strength <= scheme.method.strength
    }
    guard let rounds = scheme.chosenRounds ?? scheme.rounds?.standard else { return false }
    return scheme.method.exceeds(raw, rounds: rounds)
  }

  /// As other readers of the column expect it: bare where the old one was, behind a prefix where it had one; of the same scheme, in the
  /// old one's form.
  private func written(like stored: Secret) -> PasswordScheme {
    var next = scheme
    if case .scheme(let old) = PasswordSchemes.recognise(stored), old.name == scheme.name {
      next.prefix = old.prefix
      next.encoding = old.encoding
      next.method = old.method.withCosts(of: scheme.method)
    } else if scheme.prefix.isEmpty, stored.withBytes({ $0.first == UInt8(ascii: "{") }) {
      // Behind {CRYPT} other programs hand the string to crypt(3), which knows its own alone.
      next.prefix = scheme.method is CryptMethod ? "{CRYPT}" : "{\(scheme.name)}"
    }
    return next
  }
}

extension PasswordScheme {
  /// Whether the libraries of this system make its hashes: tried with as little work as it takes.
  public var isSupported: Bool {
    do throws(PasswordMakingError) {
      var quick = self
      if let rounds { quick.chosenRounds = rounds.range.lowerBound }
      var random = SystemRandomNumberGenerator()
      _ = try PasswordSchemes.make(Secret(text: "check"), scheme: quick, random: &random, using: CryptScratch())
      return true
    } catch {
      if case .unsupported = error { return false }
      return true
    }
  }
}

extension PasswordSchemes {
  /// The row of a stored string; nil when it is locked, or of none. Whether it is whole is not looked at.
  static func row(of stored: Secret) -> PasswordScheme? {
    stored.withBytes { bytes -> PasswordScheme? in
      guard case .row(let index, _, _) = StoredForm(bytes) else { return nil }
      return all[index]
    }
  }
}
