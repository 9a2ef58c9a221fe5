/// What the tests know about the accounts of `accounts.sql`. Most clear passwords are the local part and `-secret`.
enum MailAccounts {
  /// One for each way in which a password is stored; their owners may log in everywhere.
  static let plain = [
    "sha256@example.org", "sha512@example.org", "ssha@example.org", "ssha8@example.org", "md5crypt@example.org",
    "sha512crypt@example.org", "bcrypt@example.org", "yescrypt@example.org", "crypted@example.org", "clear@example.org",
    "both@example.org", "o'brien@example.org", "sha256@example.net",
  ]
  /// Those whose password is stored in the clear: they can use CRAM.
  static let clear = ["clear@example.org", "both@example.org"]

  static func password(_ user: String) -> String {
    switch user {
    case "crypted@example.org": "braces-secret"
    case "o'brien@example.org": "obrien-secret"
    case "sha256@example.net": "other-domain-secret"
    default: user.prefix { $0 != "@" } + "-secret"
    }
  }
}
