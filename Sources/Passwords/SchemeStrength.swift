/// How a scheme stands up to somebody who has the stored strings and tries passwords, roughly: within a class it depends on the work.
enum SchemeStrength: Int, Comparable {
  /// The password itself, or all but.
  case clear
  /// One or a few calls of a fast function: digests, DES, NT, MySQL's.
  case fast
  /// A fast function many times: crypt(3)'s, bcrypt, PBKDF2, phpass.
  case iterated
  /// Needs memory as well as time: Argon2, yescrypt, scrypt.
  case memoryHard

  /// Weaker is less.
  static func < (left: SchemeStrength, right: SchemeStrength) -> Bool { left.rawValue < right.rawValue }
}
