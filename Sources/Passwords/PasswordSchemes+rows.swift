extension PasswordSchemes {
  /// crypt(3). Its strings name themselves; between braces each of these names leads to whatever the string says, as with Dovecot.
  ///
  /// The limits are what takes about two seconds on one core, and for yescrypt and scrypt a gibibyte of memory, the most that
  /// crypt_gensalt(3) asks for. `millisecond` is the work, in the unit of the limit, that takes one (libxcrypt 4.4 and
  /// libcrypto 3.0, measured; with SHA-256 it is from 2.5 to 12 thousand rounds, as the processor has instructions for it or not): it
  /// need not be exact, and 0 means that every hash takes longer.
  static let cryptRows: [PasswordScheme] = [
    crypt(
      "SHA512-CRYPT", "SHA-512 with salt and rounds: read everywhere", ["$6$"], .sha, hash: 86,
      limit: (5_000_000, "rounds"), millisecond: 4_000, rounds: .init(range: 1000...5_000_000, standard: 50_000),
      shaCrypt: .sha512),
    crypt(
      "SHA256-CRYPT", "SHA-256 with salt and rounds", ["$5$"], .sha, hash: 43,
      limit: (5_000_000, "rounds"), millisecond: 5_000, rounds: .init(range: 1000...5_000_000, standard: 50_000),
      shaCrypt: .sha256),
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

  /// Argon2. The work that is chosen is the memory, in kibibytes; a new hash has two passes, as OWASP asks for.
  static let argon2Rows: [PasswordScheme] = [
    argon2("ARGON2ID", "Argon2id: memory-hard; what PHP and Dovecot make", isHybrid: true, aliases: ["ARGON2"]),
    argon2("ARGON2I", "Argon2i: memory-hard", isHybrid: false),
  ]

  /// PBKDF2 and what is built upon it, and scrypt as a PHC string. Behind their names Dovecot's and OpenLDAP's form may stand as well as
  /// passlib's, Django's and PHC's, which name themselves.
  static let derivedRows: [PasswordScheme] = [
    derived(
      "PBKDF2-SHA512", "PBKDF2 with SHA-512", PBKDF2Method(function: .sha512, form: .modular), standard: 210_000,
      most: PBKDF2Method.mostRoundsOfSHA512),
    derived(
      "PBKDF2-SHA256", "PBKDF2 with SHA-256", PBKDF2Method(function: .sha256, form: .modular), standard: 600_000),
    derived("PBKDF2-SHA1", "PBKDF2 with SHA-1", PBKDF2Method(function: .sha1, form: .modular), standard: 1_300_000),
    derived(
      "PBKDF2", "PBKDF2 with SHA-1, as Dovecot writes it",
      PBKDF2Method(function: .sha1, takesBare: false, form: .dovecot),
      label: "{PBKDF2}", standard: 1_300_000),
    derived(
      "SCRAM-SHA-256", "what SCRAM-SHA-256 needs", SCRAMMethod(function: .sha256), label: "{SCRAM-SHA-256}",
      least: 4096, standard: 15_000),
    derived(
      "SCRAM-SHA-1", "what SCRAM-SHA-1 needs", SCRAMMethod(function: .sha1), label: "{SCRAM-SHA-1}", least: 4096,
      standard: 15_000),
    PasswordScheme(
      name: "PHC-SCRYPT", aliases: [], summary: "scrypt as a PHC string", isWeak: false, cost: .expensive,
      rounds: .init(range: 10...20, standard: 17), prefix: "", encoding: .none, method: PHCScryptMethod()),
  ]

  /// What web programs wrote. The strings name themselves.
  static let webRows: [PasswordScheme] = [
    PasswordScheme(
      name: "APR1", aliases: [], summary: "Apache's MD5 with salt, 1000 rounds", isWeak: true, cost: .moderate,
      rounds: nil, prefix: "", encoding: .none, method: ApacheMD5Method()),
    PasswordScheme(
      name: "PHPASS", aliases: [], summary: "MD5 with salt and rounds: WordPress, phpBB", isWeak: true,
      cost: .expensive,
      rounds: .init(range: 7...18, standard: 13), prefix: "", encoding: .none, method: PhpassMethod(isDrupal: false)),
    PasswordScheme(
      name: "DRUPAL7", aliases: [], summary: "SHA-512 with salt and rounds, half of it: Drupal 7", isWeak: false,
      cost: .expensive, rounds: .init(range: 7...18, standard: 16), prefix: "", encoding: .none,
      method: PhpassMethod(isDrupal: true)),
  ]

  /// What few columns hold: apart from the digests above all, which a login should not have to search long for.
  static let rareRows: [PasswordScheme] = [
    digest("SSHA384", "SHA-384 with salt", .sha384, isSalted: true, isWeak: false),
    digest("SHA384", "SHA-384 without salt", .sha384),
    digest("PLAIN-MD4", "MD4 without salt, in hexadecimal", .md4, encoding: .hexadecimal),
    weak("NT", "Windows' MD4 of UTF-16", NTMethod(), encoding: .hexadecimal, aliases: ["NTLM"]),
    weak(
      "CRAM-MD5", "the state of HMAC-MD5 that CRAM-MD5 needs", CramMD5Method(), encoding: .hexadecimal,
      aliases: ["HMAC-MD5"]),
    weak(
      "DIGEST-MD5", "MD5 of user, realm and password, for DIGEST-MD5", DigestMD5Method(), encoding: .hexadecimal),
    PasswordScheme(
      name: "OTP", aliases: ["SKEY"], summary: "one-time passwords' last hash", isWeak: true, cost: .expensive,
      rounds: nil, prefix: "{OTP}", encoding: .none, method: OneTimeMethod()),
    weak("PLAIN-TRUNC", "the password in the clear, perhaps cut off", TruncatedClearMethod()),
  ]

  /// What database servers make of passwords. Bare, they are read only by a directory that says so: without their prefix they
  /// look like a lock, or like any other digest.
  static let databaseRows: [PasswordScheme] = [
    weak("MYSQL", "PASSWORD() of MySQL 4.1 and MariaDB: * and 40 digits", MySQLMethod(isOld: false)),
    weak("MYSQL-OLD", "OLD_PASSWORD() of MySQL and MariaDB: 16 digits", MySQLMethod(isOld: true)),
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
    millisecond: Int = .max, rounds: PasswordScheme.Rounds? = nil, significantBytes: Int? = nil,
    shaCrypt: SHACrypt? = nil, aliases: [String] = []
  ) -> PasswordScheme {
    let method = CryptMethod(
      prefixes: prefixes, newPrefix: newPrefix ?? prefixes.first.map { "\($0)" } ?? "", grammar: grammar,
      hashLength: hash, limit: .init(most: limit.0, unit: limit.1), millisecond: millisecond, saltBytes: 16,
      significantBytes: significantBytes, shaCrypt: shaCrypt)
    return PasswordScheme(
      name: name, aliases: aliases, summary: summary, isWeak: isWeak, cost: cost, rounds: rounds, prefix: "",
      encoding: .none, method: method)
  }

  private static func argon2(
    _ name: String, _ summary: String, isHybrid: Bool, aliases: [String] = []
  ) -> PasswordScheme {
    PasswordScheme(
      name: name, aliases: aliases, summary: summary, isWeak: false, cost: .expensive,
      rounds: .init(range: 1024...Argon2Method.mostMemory, standard: 19_456), prefix: "", encoding: .none,
      method: Argon2Method(isHybrid: isHybrid))
  }

  /// The standards are OWASP's for these functions; of SCRAM RFC 7677's, since each client has to do its rounds too.
  private static func derived(
    _ name: String, _ summary: String, _ method: any SchemeMethod, label: String = "", least: Int = 1000, standard: Int,
    most: Int = PBKDF2Method.mostRounds
  ) -> PasswordScheme {
    PasswordScheme(
      name: name, aliases: [], summary: summary, isWeak: false, cost: .expensive,
      rounds: .init(range: least...most, standard: standard), prefix: label, encoding: .none,
      method: method)
  }

  private static func weak(
    _ name: String, _ summary: String, _ method: any SchemeMethod, encoding: TextEncoding = .none,
    aliases: [String] = []
  ) -> PasswordScheme {
    PasswordScheme(
      name: name, aliases: aliases, summary: summary, isWeak: true, cost: .cheap, rounds: nil, prefix: "{\(name)}",
      encoding: encoding, method: method)
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
