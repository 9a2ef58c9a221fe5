/// What comparing a password with a stored hash says. Never a `Bool`: "we cannot tell" must not read as "wrong password".
public enum Verdict: Sendable, Equatable {
  /// The password is the right one.
  case match
  /// The hash was computed and is another one.
  case mismatch
  /// The account has no usable password on purpose: `!…`, `*…`, as in the shadow file. A refusal.
  case locked
  /// Our fault, not the user's: no scheme recognises the stored string, it is damaged, or libcrypt cannot compute it.
  ///
  /// `scheme` names it for the log, as in `{ARGON2ID}`, `$argon2id$`, `a bare string of 20 characters`; it never holds
  /// any part of a hash.
  case unverifiable(scheme: String)
}

extension Verdict {
  /// What a method says when libcrypto does not compute what it was asked for.
  /// - Parameter name: the scheme's.
  static func uncomputed(_ name: String) -> Verdict { .unverifiable(scheme: "\(name): libcrypto cannot compute it") }

  /// - Parameters:
  ///   - isSame: whether the hash that was computed is the stored one; nil when libcrypto did not compute it.
  ///   - name: the scheme's.
  @inline(__always)
  init(isSame: Bool?, _ name: @autoclosure () -> String) {
    switch isSame {
    case true?: self = .match
    case false?: self = .mismatch
    case nil: self = .uncomputed(name())
    }
  }
}
