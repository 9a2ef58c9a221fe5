import Secrets
import Testing

@testable import Passwords

@Suite("What a row may demand")
struct WorkLimitTests {
  private static let h86 = String(repeating: "a", count: 86)
  private static let h43 = String(repeating: "a", count: 43)
  private static let b43 = String(repeating: "A", count: 43)
  private static let bcrypt = "abcdefghijklmnopqrstuu" + String(repeating: "a", count: 31)

  @Test(
    "Work above the limit is named, not done",
    arguments: [
      ("$6$rounds=999999999$abc$" + h86, "SHA512-CRYPT: 999999999 rounds are above the limit of 5000000"),
      ("$6$rounds=5000001$abc$" + h86, "SHA512-CRYPT: 5000001 rounds are above the limit of 5000000"),
      ("$5$rounds=9999999999$abc$" + h43, "SHA256-CRYPT: 9999999999 rounds are above the limit of 5000000"),
      ("$2b$31$" + bcrypt, "BLF-CRYPT: 31 as a cost are above the limit of 15"),
      ("$2y$16$" + bcrypt, "BLF-CRYPT: 16 as a cost are above the limit of 15"),
      (
        "$sha1$4294967295$abc$" + String(repeating: "a", count: 28),
        "SHA1-CRYPT: 4294967295 rounds are above the limit of 2000000"
      ),
      (
        "$md5,rounds=4294963199$abcdefgh$$" + String(repeating: "a", count: 22),
        "SUNMD5: 4294967295 rounds are above the limit of 1000000"
      ),
      ("$argon2id$v=19$m=1048577,t=1,p=1$c2FsdHNhbHQ$" + b43, "ARGON2ID: 1048577 KiB are above the limit of 1048576"),
      (
        "$argon2id$v=19$m=65536,t=33,p=1$c2FsdHNhbHQ$" + b43,
        "ARGON2ID: 2162688 KiB in all passes are above the limit of 2097152"
      ),
      (
        "$argon2i$v=19$m=8,t=9999999999,p=1$c2FsdHNhbHQ$" + b43,
        "ARGON2I: 79999999992 KiB in all passes are above the limit of 2097152"
      ),
      ("$argon2i$v=19$m=4096,t=1,p=65$c2FsdHNhbHQ$" + b43, "ARGON2I: 65 lanes are above the limit of 64"),
      ("$argon2i$v=19$m=8,t=1,p=2$c2FsdHNhbHQ$" + b43, "ARGON2I: not a hash of this scheme"),
      ("$argon2i$v=17$m=8,t=1,p=1$c2FsdHNhbHQ$" + b43, "ARGON2I: not a hash of this scheme"),
      (
        "{PBKDF2}$1$salt$9999999999$" + String(repeating: "0", count: 40),
        "PBKDF2: 9999999999 rounds are above the limit of 10000000"
      ),
      (
        "$scrypt$ln=99,r=9999999999,p=9999999999$c2FsdA$" + b43,
        "PHC-SCRYPT: 1152921504606846975 KiB are above the limit of 1048576"
      ),
      ("_zzzzabcdaaaaaaaaaaa", "BSDI-CRYPT: 16777215 rounds are above the limit of 10000000"),
    ])
  func tooMuch(stored: String, name: String) {
    #expect(unverifiable("x", stored) == name)
  }

  @Test(
    "yescrypt and scrypt above a gibibyte are named, not done",
    arguments: [
      "$y$jGT$abcd$", "$y$jzT$abcd$", "$y$jFU$abcd$", "$y$j9zzzzzz$abcd$", "$gy$jGT$abcd$", "$7$J....A....abcd$",
      "$7$zU..../....abcd$",
      "$7$CzzzzzzzzzzSodiumChloride$", "$y$jFT1....$abcd$",
    ])
  func tooMuchMemory(setting: String) throws {
    let name = try #require(unverifiable("x", setting + Self.h43))
    #expect(name.contains("KiB are above the limit of 1048576") || name.contains("not a hash of this scheme"))
  }

  @Test(
    "More digits than a number can have, leading zeros, signs",
    arguments: [
      "$6$rounds=99999999999999999999$abc$" + h86, "$6$rounds=05000$abc$" + h86, "$6$rounds=-1$abc$" + h86,
      "$6$rounds= 5000$abc$" + h86, "$6$rounds=$abc$" + h86, "$6$rounds=0$abc$" + h86,
      "$sha1$0$abc$" + String(repeating: "a", count: 28),
    ])
  func numbers(stored: String) {
    #expect(unverifiable("x", stored)?.contains("not a hash of this scheme") == true)
  }

  @Test(
    "What libcrypt refuses is our fault",
    arguments: ["$6$rounds=999$abc$" + h86, "$6$a b$" + h86, "$2b$03$" + bcrypt, "$5$a*b$" + h43])
  func refused(stored: String) {
    #expect(unverifiable("x", stored)?.hasSuffix("libcrypt cannot compute it") == true)
  }

  @Test("A salt over which libcrypt aborts does not reach it")
  func abortingSalt() {
    let long = String(repeating: "a", count: 65)
    #expect(
      unverifiable("x", "$sha1$1000$\(long)$" + String(repeating: "a", count: 28))
        == "SHA1-CRYPT: not a hash of this scheme")
    #expect(verify("x", "$sha1$1000$\(long.dropLast())$" + String(repeating: "a", count: 28)) == .mismatch)
    #expect(
      unverifiable("x", "$y$j75$" + String(repeating: "a", count: 300) + "$" + Self.h43)
        == "YESCRYPT: not a hash of this scheme")
  }

  /// A row of the table: a string that asks for exactly the limit, one that asks for the least more than it, and what cannot even be
  /// counted.
  struct Edge: Sendable, CustomTestStringConvertible {
    let scheme: String
    let most: String
    let more: String
    let overflow: String
    var testDescription: String { scheme }
  }

  private static func edge(
    _ scheme: String, _ hash: Int, of letter: Character = "a", _ setting: (String) -> String, _ numbers: [String]
  ) -> Edge {
    let hash = String(repeating: letter, count: hash)
    let texts = numbers.map { setting($0) + hash }
    return Edge(scheme: scheme, most: texts[0], more: texts[1], overflow: texts[2])
  }

  static let edges: [Edge] = [
    edge("SHA512-CRYPT", 86, { "$6$rounds=\($0)$abc$" }, ["5000000", "5000001", "18446744073709551617"]),
    edge("SHA256-CRYPT", 43, { "$5$rounds=\($0)$abc$" }, ["5000000", "5000001", "9223372036854775808"]),
    edge("BLF-CRYPT", 31, { "$2b$\($0)$abcdefghijklmnopqrstuu" }, ["15", "16", "99"]),
    // N = 2^18, r = 32; r = 33; all numbers as large as they can be.
    edge("YESCRYPT", 43, { "$y$j\($0)$abcd$" }, ["FT", "FU", "zzzzzzzzzzzzz"]),
    edge("GOST-YESCRYPT", 43, { "$gy$j\($0)$abcd$" }, ["FT", "FU", "zzzzzzzzzzzzz"]),
    edge("SCRYPT", 43, { "$7$\($0)abcd$" }, ["GU..../....", "HU..../....", "zzzzzzzzzzz"]),
    edge("SHA1-CRYPT", 28, { "$sha1$\($0)$abc$" }, ["2000000", "2000001", "2147483648"]),
    edge("SUNMD5", 22, { "$md5,rounds=\($0)$abcdefgh$$" }, ["995904", "995905", "4294967295"]),
    // 10,000,000 and one more, four characters, the least first.
    edge("BSDI-CRYPT", 11, { "_\($0)abcd" }, [littleEndian(10_000_000), littleEndian(10_000_001), "zzzz"]),
    edge(
      "ARGON2ID", 43, of: "A", { "$argon2id$v=19$m=\($0),p=1$c2FsdHNhbHQ$" },
      ["1048576,t=2", "1048577,t=1", "9999999999,t=9999999999"]),
    edge(
      "ARGON2I", 43, of: "A", { "$argon2i$m=8,t=\($0),p=1$c2FsdHNhbHQ$" },
      ["262144", "262145", "18446744073709551617"]),
    edge("PBKDF2-SHA512", 86, of: "A", { "$pbkdf2-sha512$\($0)$c2FsdA$" }, ["4000000", "4000001", "2147483648"]),
    edge("PBKDF2-SHA256", 43, of: "A", { "$pbkdf2-sha256$\($0)$c2FsdA$" }, derived),
    edge("PBKDF2-SHA1", 27, of: "A", { "$pbkdf2$\($0)$c2FsdA$" }, derived),
    edge("PBKDF2", 40, { "{PBKDF2}$1$salt$\($0)$" }, derived),
    edge("SCRAM-SHA-256", 43, of: "A", { "SCRAM-SHA-256$\($0):c2FsdA==$\(b43):" }, derived),
    edge("SCRAM-SHA-1", 27, of: "A", { "{SCRAM-SHA-1}\($0),c2FsdA==,\(b43.prefix(27))," }, derived),
    edge(
      "PHC-SCRYPT", 43, of: "A", { "$scrypt$\($0),p=1$c2FsdA$" },
      ["ln=20,r=8", "ln=17,r=65", "ln=9999999999,r=9999999999"]),
    edge(
      "PHC-SCRYPT", 43, of: "A", { "$scrypt$ln=1,r=1,\($0)$c2FsdA$" }, ["p=524288", "p=524296", "p=4194304"]),
    // 20, 21 and 63 as a cost.
    edge("PHPASS", 22, { "$P$\($0)abcdefgh" }, ["I", "J", "z"]),
    edge("DRUPAL7", 43, { "$S$\($0)abcdefgh" }, ["I", "J", "z"]),
    edge("OTP", 16, { "{OTP}sha1 \($0) seed " }, ["100000", "100001", "18446744073709551617"]),
  ]

  @Test(
    "Whoever hashes a password in each round takes none that is longer than there are hashes of",
    arguments: [("$P$9", 22, 4096), ("$H$9", 22, 4096), ("$S$9", 43, 512)])
  func longPasswords(_ setting: String, _ length: Int, _ longest: Int) {
    let stored = "\(setting)abcdefgh" + String(repeating: "a", count: length)
    #expect(verify(String(repeating: "x", count: longest), stored) == .mismatch)
    #expect(verify(String(repeating: "x", count: longest + 1), stored) == .mismatch)
    // At the highest cost a short one is a second's work.
    let costly = stored.replacing("9abc", with: "Iabc")
    #expect(verify(String(repeating: "x", count: longest + 1), costly) == .mismatch, "and without any work")
    guard case .unverifiable(let why) = verify(String(repeating: "x", count: longest), costly) else {
      Issue.record("computed")
      return
    }
    #expect(why.hasSuffix("20 as a cost are too much work for so long a password"))
  }

  /// PBKDF2's limit, and two that are more.
  private static let derived = ["10000000", "10000001", "2147483648"]

  private static func littleEndian(_ number: Int) -> String {
    let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return String((0..<4).map { alphabet[(number >> (6 * $0)) & 63] })
  }

  /// That no hash is begun is seen by libcrypt's memory: it is not even there.
  private func refusesAtOnce(_ stored: String) {
    for stored in [stored, "{CRYPT}" + stored] {
      let scratch = CryptScratch()
      let verdict = PasswordSchemes.verify(Secret(text: "x"), against: Secret(text: stored), using: scratch)
      guard case .unverifiable = verdict else {
        Issue.record("\(stored): \(verdict)")
        continue
      }
      #expect(scratch.memory == nil, "\(stored)")
      #expect(recognised(stored) == nil, "\(stored)")
      #expect(PasswordSchemes.cost(of: Secret(text: stored)) == .cheap, "it needs no place in the queue: \(stored)")
      #expect(HashShape(of: Secret(text: stored)) == nil, "\(stored)")
    }
  }

  @Test("At the limit it is computed; one more, and what overflows, is our fault at once", arguments: edges)
  func edge(_ edge: Edge) {
    #expect(recognised(edge.most) == edge.scheme)
    #expect(PasswordSchemes.cost(of: Secret(text: edge.most)) == .expensive)
    refusesAtOnce(edge.more)
    refusesAtOnce(edge.overflow)
  }

  @Test("Every scheme with a work factor is in the table")
  func completeness() {
    let known = Set(Self.edges.map(\.scheme))
    for scheme in PasswordSchemes.all where scheme.cost == .expensive { #expect(known.contains(scheme.name)) }
  }

  @Test(
    "Foreign strings with absurd work are unknown, not wrong",
    arguments: [
      "{PBKDF2}$1$salt$4294967295$" + h43, "$pbkdf2-sha512$2147483648$salt$" + h86,
      "$argon2id$v=19$m=4194304,t=2147483647,p=1$c2FsdA$" + h43,
      "{ARGON2ID}$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdA$" + h43,
      "$scrypt$ln=40,r=8,p=1$c2FsdA$" + h43, "$2x$31$" + bcrypt, "$bcrypt-sha256$v=2,t=2b,r=31$abc$" + h43,
    ])
  func foreign(stored: String) {
    refusesAtOnce(stored)
  }
}
