/// The four things that a client can ask. The raw value is the word on the wire; a lower-case one is unknown.
public enum Verb: String, Sendable, CaseIterable {
  /// Is this the right password?
  case auth = "AUTH"
  /// What is known of this account?
  case pre = "PRE"
  /// Replace this password.
  case passwd = "PASSWD"
  /// List every account.
  case enumerate = "ENUMERATE"
}
