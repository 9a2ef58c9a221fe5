/// What a stored string is, without any password.
public enum Recognition: Sendable {
  /// A complete hash of this scheme. The scheme carries the prefix and the rounds that the string has.
  case scheme(PasswordScheme)
  /// No usable password on purpose, as in the shadow file.
  case locked
  /// Nothing that can be verified; the text says what it looks like and holds no part of it.
  case unknown(String)
}
