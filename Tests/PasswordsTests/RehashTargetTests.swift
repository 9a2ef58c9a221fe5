import Passwords
import Secrets
import Testing

@testable import Passwords

@Suite("What hashes are replaced by")
struct RehashTargetTests {
  private static func target(_ spelling: String) throws -> RehashTarget {
    try RehashTarget(PasswordScheme(spelling: spelling))
  }

  private func make(_ password: String, _ scheme: PasswordScheme) throws -> String {
    var random = SeededGenerator(state: 7)
    return text(
      try PasswordSchemes.make(Secret(text: password), scheme: scheme, random: &random, using: CryptScratch()))
  }

  private func replacement(
    _ stored: String, _ target: RehashTarget, named: String? = nil, password: String = "secret"
  ) -> RehashTarget.Replacement? {
    target.replacement(
      of: Secret(text: stored), named: Secret(text: named ?? stored), matching: Secret(text: password))
  }

  @Test("The class of each scheme")
  func classes() {
    let expected: [(SchemeStrength, [String])] = [
      (.clear, ["PLAIN", "PLAIN-TRUNC"]),
      (
        .fast,
        [
          "SSHA512", "SSHA384", "SSHA256", "SSHA", "SMD5", "SHA512", "SHA384", "SHA256", "SHA", "MD5", "MD5RAW",
          "PLAIN-MD4", "NT", "NT-CRYPT", "DES-CRYPT", "MYSQL", "MYSQL-OLD", "CRAM-MD5", "DIGEST-MD5",
        ]
      ),
      (
        .iterated,
        [
          "SHA512-CRYPT", "SHA256-CRYPT", "BLF-CRYPT", "SHA1-CRYPT", "SUNMD5", "MD5-CRYPT", "BSDI-CRYPT", "APR1",
          "PHPASS", "DRUPAL7", "PBKDF2", "PBKDF2-SHA1", "PBKDF2-SHA256", "PBKDF2-SHA512", "SCRAM-SHA-1",
          "SCRAM-SHA-256", "OTP",
        ]
      ),
      (.memoryHard, ["ARGON2ID", "ARGON2I", "YESCRYPT", "GOST-YESCRYPT", "SCRYPT", "PHC-SCRYPT"]),
    ]
    for (strength, names) in expected {
      #expect(Set(PasswordSchemes.all.filter { $0.method.strength == strength }.map(\.name)) == Set(names))
    }
    #expect(
      Set(PasswordSchemes.all.filter(\.method.servesMechanism).map(\.name))
        == ["CRAM-MD5", "DIGEST-MD5", "OTP", "SCRAM-SHA-1", "SCRAM-SHA-256"])
  }

  private static let bcrypt5 = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
  private static let argon = "v=19$m=65536,t=3,p=4$bG5DS2NIUU0xeExFQ3c5Vg$+avLzcSFMK8SwUWG8HuHE6RkpAb/8LQJZynQHFO0cWg"
  private static let sha512 =
    "$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG."

  @Test(
    "A weaker one is replaced, a stronger one is not",
    arguments: [
      // Another scheme of a class that is no higher.
      ("{PLAIN}secret", "SSHA512", true), ("{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "BLF-CRYPT:12", true),
      ("$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "SHA512-CRYPT", true),
      ("{MD5}$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "YESCRYPT", true),
      ("$6" + sha512, "BLF-CRYPT:4", true), (bcrypt5, "SHA512-CRYPT:1000", true), ("$6" + sha512, "ARGON2ID", true),
      ("$argon2i$" + argon, "ARGON2ID:1024", true), ("{SSHA512}" + String(repeating: "A", count: 96), "SSHA256", true),
      ("$6" + sha512, "PBKDF2-SHA256", true), ("$apr1$abc$" + String(repeating: "a", count: 22), "DRUPAL7", true),
      // Of a higher one.
      ("$argon2id$" + argon, "SHA512-CRYPT:5000000", false), ("$argon2id$" + argon, "PBKDF2-SHA512", false),
      (bcrypt5, "SSHA512", false), ("$6" + sha512, "SSHA512", false),
      ("$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "BLF-CRYPT:15", false),
      // The same at a lower, at the same, at a higher cost.
      (bcrypt5, "BLF-CRYPT:6", true), (bcrypt5, "BLF-CRYPT:5", false), (bcrypt5, "BLF-CRYPT:4", false),
      ("{BLF-CRYPT}" + bcrypt5, "BCRYPT", true), ("$6" + sha512, "SHA512-CRYPT:5001", true),
      ("$6" + sha512, "SHA512-CRYPT:rounds=5000", false), ("$6$rounds=60000" + sha512, "SHA512-CRYPT", false),
      ("{SSHA512}" + String(repeating: "A", count: 96), "SSHA512", false),
      ("$y$j75$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "YESCRYPT:6", true),
      ("$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "YESCRYPT", false),
      // Parameters that are not libcrypt's own (r = 8, p = 2): nobody says which is more.
      ("$y$j7.//.$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "YESCRYPT:7", false),
      // Argon2: neither memory nor passes less, and one more; lanes make no difference.
      ("$argon2id$" + argon, "ARGON2ID:m=65537,t=3", true), ("$argon2id$" + argon, "ARGON2ID:m=65536,t=4,p=1", true),
      ("$argon2id$" + argon, "ARGON2ID:m=65536,t=3,p=8", false),
      ("$argon2id$" + argon, "ARGON2ID:m=65536,t=3,p=1", false),
      ("$argon2id$" + argon, "ARGON2ID:m=131072,t=2", false), ("$argon2id$" + argon, "ARGON2ID:m=32768,t=9", false),
      ("$argon2id$" + argon, "ARGON2ID", false), ("$argon2id$v=19$m=19456,t=1" + argon.dropFirst(16), "ARGON2ID", true),
      // What serves a mechanism stays, but for more of the same.
      ("{CRAM-MD5}" + String(repeating: "a", count: 64), "BLF-CRYPT", false),
      ("{DIGEST-MD5}" + String(repeating: "a", count: 32), "BLF-CRYPT", false),
      (
        "{SCRAM-SHA-256}4096,c2FsdA==," + String(repeating: "A", count: 43) + "=," + String(repeating: "A", count: 43)
          + "=", "ARGON2ID", false
      ),
      (
        "{SCRAM-SHA-256}4096,c2FsdA==," + String(repeating: "A", count: 43) + "=," + String(repeating: "A", count: 43)
          + "=", "SCRAM-SHA-256", true
      ),
      ("{OTP}md5 1024 seed 0123456789abcdef", "BLF-CRYPT", false),
      // Locked, unknown, damaged.
      ("!$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "BLF-CRYPT", false), ("*", "BLF-CRYPT", false),
      ("{LANMAN}x", "BLF-CRYPT", false), ("hunter2", "BLF-CRYPT", false), ("", "BLF-CRYPT", false),
      ("{SHA512-CRYPT.B64}%", "BLF-CRYPT", false),
    ])
  func rule(_ stored: String, _ spelling: String, _ isReplaced: Bool) throws {
    #expect((replacement(stored, try Self.target(spelling)) != nil) == isReplaced)
  }

  @Test("The names of both schemes")
  func names() throws {
    let found = try #require(replacement("{MD5}$1$rasmusle$rISCgZzpwk3UhDidwXvin0", Self.target("bcrypt:11")))
    #expect(found.old == "MD5-CRYPT" && found.scheme.name == "BLF-CRYPT")
  }

  @Test(
    "Where only a part of the password counts, it is replaced when all of it did",
    arguments: [
      ("abJnggxhB/yWI", "1234567", true), ("abJnggxhB/yWI", "12345678", false), ("abJnggxhB/yWI", "123456789", false),
      // Seven bits of each byte count: "C<rsel" would do as well.
      ("abYk.d0QoPEbQ", "ürsel", false), ("_J9..CCCCcvg9LbfaRSA", "ürsel", false),
      ("_J9..CCCCAdOPEhU/ta.", "ursel1", true),
      ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", String(repeating: "a", count: 71), true),
      ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", String(repeating: "a", count: 72), false),
      ("{PLAIN-TRUNC}6-secret", "secret", false), ("{PLAIN-TRUNC}7-secret", "secret", true),
      ("{MYSQL-OLD}428567f408994404", "secret", true), ("{MYSQL-OLD}428567f408994404", "se cret", false),
    ])
  func partial(_ stored: String, _ password: String, _ isReplaced: Bool) throws {
    #expect((replacement(stored, try Self.target("ARGON2ID"), password: password) != nil) == isReplaced)
  }

  @Test(
    "It is written as other readers of the column expect it",
    arguments: [
      // Bare stays bare, a prefix stays one.
      ("$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "SHA512-CRYPT:1000", "$6$rounds=1000$"),
      ("{MD5}$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "SHA512-CRYPT:1000", "{CRYPT}$6$rounds=1000$"),
      ("{PLAIN}secret", "BLF-CRYPT:4", "{CRYPT}$2y$04$"), ("{CRYPT}abJnggxhB/yWI", "YESCRYPT:1", "{CRYPT}$y$j75$"),
      ("{PLAIN}secret", "ARGON2ID:m=1024,t=1,p=2", "{ARGON2ID}$argon2id$v=19$m=1024,t=1,p=2$"),
      ("abJnggxhB/yWI", "ARGON2I:1024", "$argon2i$v=19$m=1024,t=2,p=1$"),
      ("{PLAIN}secret", "PBKDF2-SHA256:1000", "{PBKDF2-SHA256}$pbkdf2-sha256$1000$"),
      ("abJnggxhB/yWI", "PBKDF2-SHA256:1000", "$pbkdf2-sha256$1000$"), ("abJnggxhB/yWI", "PBKDF2:1000", "{PBKDF2}$1$"),
      ("abJnggxhB/yWI", "SSHA512", "{SSHA512}"), ("{PLAIN}secret", "PHC-SCRYPT:10", "{PHC-SCRYPT}$scrypt$ln=10,"),
      // The same scheme keeps its form.
      ("{bcrypt}$2a$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "BLF-CRYPT:5", "{bcrypt}$2y$05$"),
      ("{PBKDF2}1000$c2FsdA$SwB5Abdlb6vq1J2Sb3IdBlpCnBE", "PBKDF2:1001", "{PBKDF2}1001$"),
      (
        "pbkdf2_sha256$1000$salt$" + String(repeating: "A", count: 43) + "=", "PBKDF2-SHA256:1001",
        "pbkdf2_sha256$1001$"
      ),
      (
        "{ARGON2ID}$argon2id$v=19$m=1024,t=1,p=4$bG5DS2NIUU0xeExFQ3c5Vg$+avLzcSFMK8SwUWG8HuHE6RkpAb/8LQJZynQHFO0cWg",
        "ARGON2ID:m=1024,t=2,p=1", "{ARGON2ID}$argon2id$v=19$m=1024,t=2,p=1$"
      ),
      (
        "SCRAM-SHA-256$4096:c2FsdA==$" + String(repeating: "A", count: 43) + "=:" + String(repeating: "A", count: 43)
          + "=", "SCRAM-SHA-256:4097", "SCRAM-SHA-256$4097:"
      ),
    ])
  func form(_ stored: String, _ spelling: String, _ beginning: String) throws {
    let target = try Self.target(spelling)
    let found = try #require(replacement(stored, target, password: "short"))
    let made = try make("short", found.scheme)
    #expect(made.hasPrefix(beginning), "\(made)")
    #expect(verify("short", made) == .match)
    #expect(replacement(made, target, password: "short") == nil, "once is enough")
  }

  @Test("Whatever it is and whatever was there: the new hash is what was wanted", arguments: PasswordSchemes.all)
  func once(scheme: PasswordScheme) throws {
    guard !scheme.isWeak, scheme.isSupported else { return }
    let quick = try scheme.rounds.map { try scheme.with(rounds: $0.range.lowerBound) } ?? scheme
    let target = try RehashTarget(quick)
    for stored in ["{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0"] {
      guard let found = replacement(stored, target) else {
        #expect(scheme.method.strength == .fast && stored.hasPrefix("$"))
        continue
      }
      let made = try make("secret", found.scheme)
      #expect(verify("secret", made) == .match)
      #expect(recognised(made) == scheme.name)
      #expect(replacement(made, target) == nil)
      #expect(made.hasPrefix("{") || (stored.hasPrefix("$") && scheme.prefix.isEmpty))
    }
  }

  @Test("A bare digest that the directory's settings name")
  func bare() throws {
    let stored = "5ebe2294ecd0e0f08eab7690d2a6ee69"
    let target = try Self.target("BLF-CRYPT:4")
    #expect(replacement(stored, target) == nil)
    let found = try #require(replacement(stored, target, named: "{PLAIN-MD5}" + stored))
    #expect(found.old == "MD5RAW")
    #expect(try make("secret", found.scheme).hasPrefix("$2y$04$"))
  }

  @Test(
    "A changed password gets what is set",
    arguments: [
      ("$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "$2y$04$"), ("{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==", "{CRYPT}$2y$04$"),
      ("{BLF-CRYPT}$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "{BLF-CRYPT}$2y$04$"),
      ("$argon2id$" + argon, "$2y$04$"), ("{CRAM-MD5}" + String(repeating: "a", count: 64), "{CRYPT}$2y$04$"),
      (
        "{SCRAM-SHA-1}4096,c2FsdA==," + String(repeating: "A", count: 27) + "=," + String(repeating: "A", count: 27)
          + "=", "{SCRAM-SHA-1}15000,"
      ),
      ("hunter2", "$2y$04$"),
    ])
  func successor(_ stored: String, _ beginning: String) throws {
    let target = try Self.target("BLF-CRYPT:4")
    let scheme = target.successor(of: Secret(text: stored), named: Secret(text: stored))
    #expect(try make("new-secret", scheme).hasPrefix(beginning))
    #expect(try make("new-secret", target.successor(of: nil, named: nil)).hasPrefix("$2y$04$"))
  }

  @Test("Weak ones, and those that this system does not make, are no targets")
  func unfit() throws {
    for scheme in PasswordSchemes.all where scheme.isWeak {
      #expect(throws: RehashTarget.Unfitness.weak) { try RehashTarget(scheme) }
    }
    #expect(try Self.target("ARGON2ID:m=65536,t=3,p=1").memory == 64 << 20)
    #expect(try Self.target("BLF-CRYPT:15").memory == 0)
  }
}

@Suite("A scheme and its cost as text")
struct SchemeSpellingTests {
  @Test(
    arguments: [
      ("SHA512-CRYPT", "SHA512-CRYPT:50000"), ("sha512-crypt:100000", "SHA512-CRYPT:100000"),
      ("SHA512-CRYPT:rounds=100000", "SHA512-CRYPT:100000"), ("bcrypt:12", "BLF-CRYPT:12"),
      ("ARGON2:m=65536,t=3,p=1", "ARGON2ID:m=65536,t=3,p=1"), ("ARGON2ID:p=4,t=1", "ARGON2ID:m=19456,t=1,p=4"),
      ("ARGON2I:32768,t=4", "ARGON2I:m=32768,t=4,p=1"), ("YESCRYPT:7", "YESCRYPT:7"), ("SSHA512", "SSHA512"),
      ("PBKDF2-SHA256", "PBKDF2-SHA256:600000"),
    ])
  func read(_ text: String, _ spelling: String) throws {
    let scheme = try PasswordScheme(spelling: text)
    #expect(scheme.spelling == spelling)
    #expect(try PasswordScheme(spelling: scheme.spelling).spelling == spelling)
  }

  @Test(
    arguments: [
      ("ROT13", "no scheme \"ROT13\""), ("", "no scheme \"\""), (":12", "no scheme \"\""), ("SSHA512:3", "no rounds"),
      ("BLF-CRYPT:", "BLF-CRYPT:10"), ("BLF-CRYPT:x", "BLF-CRYPT:10"), ("BLF-CRYPT:-1", "BLF-CRYPT:10"),
      ("BLF-CRYPT: 5", "BLF-CRYPT:10"), ("BLF-CRYPT:5,6", "BLF-CRYPT:10"), ("BLF-CRYPT:m=5", "BLF-CRYPT:10"),
      ("BLF-CRYPT:16", "from 4 to 15"), ("BLF-CRYPT:3", "from 4 to 15"), ("BLF-CRYPT:99999999999999999999", "written"),
      ("SHA512-CRYPT:999", "from 1000 to 5000000"), ("ARGON2ID:m=1023", "from 1024"),
      ("ARGON2ID:t=0", "m=19456,t=2,p=1"), ("ARGON2ID:p=65", "m=19456,t=2,p=1"), ("ARGON2ID:m=1024,m=2048", "written"),
      ("ARGON2ID:rounds=3", "written"), ("ARGON2ID:m=1048576,t=3", "above 2097152 KiB"),
      ("ARGON2ID:t=999999999", "above 2097152 KiB"), ("BLF-CRYPT:+5", "written"), ("BLF-CRYPT:٥", "written"),
    ])
  func refused(_ text: String, _ part: String) {
    let error = #expect(throws: SchemeSpellingError.self) { try PasswordScheme(spelling: text) }
    #expect(error?.description.contains(part) == true, "\(error as Any)")
  }

  @Test("Lanes need their memory")
  func lanes() throws {
    #expect(try PasswordScheme(spelling: "ARGON2ID:m=1024,p=64").spelling == "ARGON2ID:m=1024,t=2,p=64")
  }
}
