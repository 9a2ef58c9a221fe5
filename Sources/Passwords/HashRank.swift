/// How much there is to say for computing a hash: the lower, the earlier.
public enum HashRank: Int, Comparable, CaseIterable, Sendable {
  /// Very likely right: the password that was right the last time, or a new one after the right old one.
  case familiar
  /// Nothing is known.
  case ordinary
  /// The account is being asked with changing passwords.
  case suspect
  /// Nobody waits for it: a stored hash is to be replaced by a better one.
  case background

  /// Earlier is less.
  public static func < (left: HashRank, right: HashRank) -> Bool { left.rawValue < right.rawValue }
}
