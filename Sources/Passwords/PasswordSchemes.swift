public import Secrets

/// The table of schemes, and what is done with it.
///
/// A new scheme is a row, of `cryptRows` and what stands beside it.
public enum PasswordSchemes {
  /// Every scheme, crypt(3) first.
  public static let all: [PasswordScheme] =
    cryptRows + argon2Rows + derivedRows + webRows + databaseRows + rareRows + digestRows + clearRows

  /// What new passwords get when nothing else is asked for: SHA512-CRYPT with 50,000 rounds.
  ///
  /// Not the strongest row but the strongest that all readers of such a column have: Dovecot, PHP's and PostfixAdmin's `crypt`,
  /// pgcrypto's successors, glibc, musl and the BSDs verify `$6$`; `$y$` is known to libxcrypt alone, and bcrypt leaves
  /// out what comes after 72 bytes. 50,000 rounds (15 ms) cost what yescrypt's default costs.
  public static var standard: PasswordScheme { all[standardIndex] }

  /// The scheme of that name or alias, in any case, as it stands between braces; nil when there is none.
  public static func named(_ name: String) -> PasswordScheme? {
    let wanted = name.uppercased()
    return all.first { $0.name == wanted || $0.aliases.contains(wanted) }
  }

  /// What `stored` is. Costs no hash.
  public static func recognise(_ stored: Secret) -> Recognition {
    stored.withBytes { bytes in
      switch StoredForm(bytes) {
      case .locked: return .locked
      case .unknown(let what): return .unknown(what)
      case .row(let index, let text, let encoding):
        var scheme = all[index]
        let text = UnsafeRawBufferPointer(rebasing: bytes[text...])
        switch encoding.withDecoded(text, { scheme.method.inspect($0) }) {
        case nil: return .unknown("\(scheme.name): not \(encoding)")
        case .damaged(let what): return .unknown("\(scheme.name): \(what)")
        case .complete(let rounds):
          scheme.prefix = String(decoding: bytes[..<(bytes.count - text.count)], as: UTF8.self)
          scheme.encoding = encoding
          scheme.chosenRounds = rounds
          if let like = encoding.withDecoded(text, { scheme.method.like($0) }) { scheme.method = like }
          return .scheme(scheme)
        }
      }
    }
  }

  /// What verifying against `stored` takes, by its scheme and the work it asks for. What will not be computed, because it is of no
  /// scheme or asks for more work than the limit, is cheap. Whether the hash is whole is not looked at.
  public static func demand(of stored: Secret) -> Demand {
    stored.withBytes { bytes in
      guard case .row(let index, let text, let encoding) = StoredForm(bytes) else { return .none }
      let cost = all[index].cost
      guard cost == .expensive else { return Demand(cost: cost, memory: 0) }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[text...])
      return encoding.withDecoded(rest) { all[index].method.demand(of: $0) } ?? .none
    }
  }

  /// Whether it is no password on purpose: `!…`, `*…`. Costs no hash.
  public static func isLocked(_ stored: Secret) -> Bool {
    stored.withBytes { if case .locked = StoredForm($0) { true } else { false } }
  }

  /// The part of it that decides which thread does it.
  public static func cost(of stored: Secret) -> Cost { demand(of: stored).cost }

  /// The memory that `make` takes for a new hash, in bytes, beyond a few kilobytes.
  public static func memory(toMake scheme: PasswordScheme) -> Int {
    scheme.method.memory(rounds: scheme.chosenRounds ?? scheme.rounds?.standard)
  }

  /// What the log says of a hash that takes more memory than all together may have: its name, and what to do.
  public static func tooMuchMemory(_ memory: Int, for stored: Secret, of budget: Int) -> String {
    let name: String = stored.withBytes { bytes in
      guard case .row(let index, _, _) = StoredForm(bytes) else { return "" }
      return "\(all[index].name): "
    }
    return "\(name)\(memory >> 10) KiB of memory are above [limits] hash-memory, \(budget >> 10) KiB"
  }

  /// The place in ``all`` of the stored string's scheme, if it is a weak one; nil when it is not, or none that is known. Costs no hash.
  public static func weakScheme(of stored: Secret) -> Int? {
    stored.withBytes { bytes in
      guard case .row(let index, _, _) = StoredForm(bytes), all[index].isWeak else { return nil }
      return index
    }
  }

  /// Compares `password` with `stored`.
  ///
  /// An empty password matches nothing. A password with a NUL byte, or of more than 511 bytes, matches no crypt(3)
  /// hash. What comes after 72 bytes makes no difference to bcrypt, nor after 8 to DES: those methods are so.
  /// - Parameter user: the account's name; without it, schemes whose hashes depend on it (DIGEST-MD5) are `.unverifiable`.
  public static func verify(
    _ password: Secret, of user: [UInt8]? = nil, against stored: Secret, using scratch: CryptScratch
  ) -> Verdict {
    stored.withBytes { bytes in
      switch StoredForm(bytes) {
      case .locked: return .locked
      case .unknown(let what): return .unverifiable(scheme: what)
      case .row(let index, let text, let encoding):
        // Not the whole row, which would be copied with all its names.
        let method = all[index].method
        let name = all[index].name
        let text = UnsafeRawBufferPointer(rebasing: bytes[text...])
        let verdict = encoding.withDecoded(text) { raw -> Verdict in
          password.withBytes { password in
            if password.isEmpty { return emptyPassword(method, raw, name: name) }
            guard let user else { return method.verify(password, against: raw, name: name, using: scratch) }
            return user.withUnsafeBytes { user in
              method.verify(password, of: user, against: raw, name: name, using: scratch)
            }
          }
        }
        return verdict ?? .unverifiable(scheme: "\(name): not \(encoding)")
      }
    }
  }

  /// Makes the stored string for a new password, the prefix included.
  /// - Parameter random: a generator fit for salts (`SystemRandomNumberGenerator`).
  /// - Throws: ``PasswordMakingError``. A bcrypt hash of more than 72 bytes is refused, though such would be verified:
  ///   the user would believe in a longer password than there is.
  public static func make(
    _ password: Secret, scheme: PasswordScheme, random: inout some RandomNumberGenerator, using scratch: CryptScratch
  ) throws(PasswordMakingError) -> Secret {
    if password.isEmpty { throw .empty }
    var salt = (0..<scheme.method.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    defer { wipe(&salt) }
    let made = password.withBytes { password in
      salt.withUnsafeBytes { salt in
        Result { () throws(PasswordMakingError) in
          try scheme.method.make(
            password, salt: salt, rounds: scheme.chosenRounds ?? scheme.rounds?.standard, name: scheme.name,
            using: scratch)
        }
      }
    }
    var raw = try made.get()
    var text = scheme.encoding.encode(raw)
    var whole = Array(scheme.prefix.utf8) + text
    wipe(&raw)
    wipe(&text)
    return Secret.taking(&whole)
  }

  /// The scheme for a changed password: the old one's, with its prefix and at least its rounds, when that is still a decent
  /// one; else the ``standard`` one, after `{CRYPT}` when the old one had a prefix (its other readers expect one).
  /// - Parameter named: `stored` with its scheme's name, where the settings say what it is: the new one stays as bare.
  public static func successor(of stored: Secret?, named: Secret? = nil) -> PasswordScheme {
    var next = standard
    guard let stored else { return next }
    if case .scheme(var old) = recognise(named ?? stored), !old.isWeak {
      if let named, named.count != stored.count { old.prefix = "" }
      if let rounds = old.rounds {
        old.chosenRounds = max(rounds.standard, min(old.chosenRounds ?? 0, rounds.range.upperBound))
      }
      return old
    }
    if stored.withBytes({ $0.first == UInt8(ascii: "{") }) { next.prefix = "{CRYPT}" }
    return next
  }

  private static func emptyPassword(
    _ method: any SchemeMethod, _ raw: UnsafeRawBufferPointer, name: String
  ) -> Verdict {
    if case .damaged(let what) = method.inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    return .mismatch
  }
}
