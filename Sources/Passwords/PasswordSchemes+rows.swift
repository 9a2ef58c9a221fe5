extension PasswordSchemes {
  /// crypt(3). Its strings name themselves; between braces each of these names leads to whatever the string says, as with Dovecot.
  ///
  /// The limits are what takes about two seconds on one core, and for yescrypt and scrypt a gibibyte of memory, the most that
  /// crypt_gensalt(3) asks for. `millisecond` is the work, in the unit of the limit, that takes one (libxcrypt 4.4, measured): it need
  /// not be exact, and 0 means that every hash takes longer.
  static let cryptRows: [PasswordScheme] = [
    crypt(
      "SHA512-CRYPT", "SHA-512 with salt and rounds: read everywhere", ["$6$"], .sha, hash: 86,
      limit: (5_000_000, "rounds"), millisecond: 4_000, rounds: .init(range: 1000...5_000_000, standard: 50_000)),
    crypt(
      "SHA256-CRYPT", "SHA-256 with salt and rounds", ["$5$"], .sha, hash: 43,
      limit: (5_000_000, "rounds"), millisecond: 2_500, rounds: .init(range: 1000...5_000_000, standard: 50_000)),
    crypt(
      "BLF-CRYPT", "bcrypt; what comes after 72 bytes does not count", ["$2y$", "$2b$", "$2a$"], .bcrypt, hash: 31,
      limit: (15, "as a cost"), millisecond: 5, rounds: .init(range: 4...15, standard: 10), significantBytes: 72,
      aliases: ["BCRYPT"]),
    crypt(
      "YESCRYPT", "yescrypt: memory-hard; known to libxcrypt alone", ["$y$"], .yescrypt, hash: 43,
      limit: (1 << 20, "KiB"), millisecond: 1_024, rounds: .init(range: 1...11, standard: 5)),
    crypt(
      "GOST-YESCRYPT", "yescrypt with GOST R 34.11-2012", ["$gy$"], .yescrypt, hash: 43,
      limit: (1 << 20, "KiB"), millisecond: 1_024, rounds: .init(range: 1...11, standard: 5)),
    crypt(
      "SCRYPT", "scrypt: memory-hard", ["$7$"], .scrypt, hash: 43,
      limit: (1 << 20, "KiB"), millisecond: 512, rounds: .init(range: 6...11, standard: 7)),
    crypt(
      "SHA1-CRYPT", "NetBSD's HMAC-SHA1 with rounds", ["$sha1$"], .sha1, hash: 28, isWeak: true,
      limit: (2_000_000, "rounds"), millisecond: 1_600, rounds: .init(range: 4...2_000_000, standard: 262_144)),
    crypt(
      "SUNMD5", "Solaris' MD5 with rounds", ["$md5$", "$md5,"], .sunMD5, newPrefix: "$md5", hash: 22, isWeak: true,
      limit: (1_000_000, "rounds"), millisecond: 0, rounds: .init(range: 32_768...900_000, standard: 32_768)),
    crypt("MD5-CRYPT", "FreeBSD's MD5 with salt, 1000 rounds", ["$1$"], .md5, hash: 22, isWeak: true, cost: .moderate),
    crypt(
      "BSDI-CRYPT", "DES with rounds", ["_"], .bsdi, hash: 11, isWeak: true,
      limit: (10_000_000, "rounds"), millisecond: 8_000, rounds: .init(range: 1...10_000_000, standard: 725)),
    crypt(
      "NT-CRYPT", "Windows' MD4 without salt", ["$3$$"], .nt, newPrefix: "$3$", hash: 32, isWeak: true, cost: .cheap),
    crypt(
      "DES-CRYPT", "the first Unix crypt; what comes after 8 bytes does not count", [""], .des, hash: 11, isWeak: true,
      cost: .cheap, significantBytes: 8),
  ]

  /// Plain hash functions, in base64 or hexadecimal: courier's names and Dovecot's. A salt may have any length.
  static let digestRows: [PasswordScheme] = [
    digest("SSHA512", "SHA-512 with salt", .sha512, isSalted: true, isWeak: false),
    digest("SSHA256", "SHA-256 with salt", .sha256, isSalted: true, isWeak: false),
    digest("SSHA", "SHA-1 with salt", .sha1, isSalted: true, aliases: ["SSHA1"]),
    digest("SMD5", "MD5 with salt", .md5, isSalted: true),
    digest("SHA512", "SHA-512 without salt", .sha512),
    digest("SHA256", "SHA-256 without salt", .sha256),
    digest("SHA", "SHA-1 without salt", .sha1, aliases: ["SHA1"]),
    digest("MD5", "MD5 without salt, in base64; with $1$ it is MD5-CRYPT", .md5, aliases: ["LDAP-MD5"]),
    digest("MD5RAW", "MD5 without salt, in hexadecimal", .md5, encoding: .hexadecimal, aliases: ["PLAIN-MD5"]),
  ]

  /// The password itself; only ever after its prefix, so that a mistyped prefix does not turn into a password.
  static let clearRows: [PasswordScheme] = [
    PasswordScheme(
      name: "PLAIN", aliases: ["CLEAR", "CLEARTEXT"], summary: "the password in the clear", isWeak: true, cost: .cheap,
      rounds: nil, prefix: "{PLAIN}", encoding: .none, method: ClearMethod())
  ]

  /// Where ``standard`` stands in ``all``.
  static let standardIndex = 0

  private static func crypt(
    _ name: String, _ summary: String, _ prefixes: [StaticString], _ grammar: CryptGrammar, newPrefix: String? = nil,
    hash: Int, isWeak: Bool = false, cost: Cost = .expensive, limit: (Int, StaticString) = (1, "rounds"),
    millisecond: Int = .max, rounds: PasswordScheme.Rounds? = nil, significantBytes: Int? = nil, aliases: [String] = []
  ) -> PasswordScheme {
    let method = CryptMethod(
      prefixes: prefixes, newPrefix: newPrefix ?? prefixes.first.map { "\($0)" } ?? "", grammar: grammar,
      hashLength: hash, limit: .init(most: limit.0, unit: limit.1), millisecond: millisecond, saltBytes: 16,
      significantBytes: significantBytes)
    return PasswordScheme(
      name: name, aliases: aliases, summary: summary, isWeak: isWeak, cost: cost, rounds: rounds, prefix: "",
      encoding: .none, method: method)
  }

  private static func digest(
    _ name: String, _ summary: String, _ function: DigestFunction, isSalted: Bool = false, isWeak: Bool = true,
    encoding: TextEncoding = .base64, aliases: [String] = []
  ) -> PasswordScheme {
    PasswordScheme(
      name: name, aliases: aliases, summary: summary, isWeak: isWeak, cost: .cheap, rounds: nil, prefix: "{\(name)}",
      encoding: encoding, method: DigestMethod(function: function, isSalted: isSalted))
  }
}
