import Secrets
import Testing

@testable import Passwords

@Suite("What a stored string is")
struct RecognitionTests {
  @Test(
    "Locks are refusals",
    arguments: [
      "!", "!!", "*", "*0", "*1", "*LK*", "*NP*", "!$6$abcdefgh$abc", "!{SHA256}abc", "{CRYPT}!", "{crypt}*",
      "{CRYPT}*0",
      "{SHA512-CRYPT}!$6$abc$def",
    ])
  func locks(stored: String) {
    #expect(verify("x", stored) == .locked)
    #expect(verify("", stored) == .locked)
    #expect(verify(stored, stored) == .locked)
    guard case .locked = PasswordSchemes.recognise(Secret(text: stored)) else {
      Issue.record("not a lock")
      return
    }
    #expect(PasswordSchemes.cost(of: Secret(text: stored)) == .cheap)
  }

  @Test(
    "What no scheme recognises is named without any part of it",
    arguments: [
      ("{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", "ARGON2ID: not a hash of this scheme"),
      ("{argon2id}x", "a bare string of 1 character"),
      ("{ARGON2D}$argon2d$", "{ARGON2D}"),
      ("{SCRAM-SHA-256}4096,abc", "SCRAM-SHA-256: not a hash of this scheme"),
      ("{SCRAM-SHA-512}4096,abc", "{SCRAM-SHA-512}"),
      ("{PBKDF2.B64}x", "PBKDF2: not base64"),
      ("{PBKDF2}$1$salt$1000$00", "PBKDF2: not a hash of this scheme"),
      (
        "{PBKDF2}$1$salt$10000001$4b007901b765489abead49d926f721d065a429c1",
        "PBKDF2: 10000001 rounds are above the limit of 10000000"
      ),
      ("$pbkdf2-sha256$1000$c2FsdA$AAAA", "PBKDF2-SHA256: not a hash of this scheme"),
      (
        "$scrypt$ln=21,r=8,p=1$c2FsdA$" + String(repeating: "A", count: 43),
        "PHC-SCRYPT: 2097152 KiB are above the limit of 1048576"
      ),
      ("{we\u{1B}[31mird\nname}x", "an unknown name in braces"),
      ("{}x", "an unknown name in braces"),
      ("{SHA257}x", "an unknown name in braces"),
      ("{ABCDEFGHIJKLMNOPQRSTUVWXYZ012345}x", "an unknown name in braces"),
      ("{ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456}x", "a bare string of 36 characters"),
      ("{SHA256", "a bare string of 7 characters"),
      ("{CRYPT}$argon2i$v=19$x", "ARGON2I: not a hash of this scheme"),
      ("$argon2d$v=19$m=65536,t=3,p=1$c2FsdA$aGFzaA", "$argon2d$"),
      ("$apr1$abcdefgh$x", "APR1: a hash of 1 characters where 22 belong"),
      ("$apr1$abcdefghi$xGE3P8vjIvNLYfzfdqUXw0", "APR1: not a hash of this scheme"),
      ("{OTP}sha1 1024 c8019f9b7389e818", "OTP: not a hash of this scheme"),
      ("{OTP}sha1 100001 c8019f9b7389e818 b8f0b76d50b57c25", "OTP: 100001 rounds are above the limit of 100000"),
      ("$2x$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", "$2x$"),
      ("$P$984478476IagS59wHZvyQMArzfx58u", "PHPASS: a hash of 21 characters where 22 belong"),
      ("$S$X33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf", "DRUPAL7: 35 as a cost are above the limit of 20"),
      ("{MYSQL}2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "MYSQL: not a hash of this scheme"),
      ("{MYSQL-OLD}5d2e19393cc5ef6", "MYSQL-OLD: not a hash of this scheme"),
      ("{CRAM-MD5.HEX}00", "CRAM-MD5: 1 bytes where 32 belong"),
      ("{NT.HEX}00", "NT: 1 bytes where 16 belong"),
      ("{PLAIN-TRUNC}secret", "PLAIN-TRUNC: not a hash of this scheme"),
      ("{PLAIN-TRUNC}0-", "PLAIN-TRUNC: not a hash of this scheme"),
      ("{PLAIN-TRUNC}4-", "PLAIN-TRUNC: not a hash of this scheme"),
      ("$ecret$1", "a bare string of 8 characters"),
      // Braces do not make a password a name that the log may show.
      ("{Tr0ub4dor-and-3}", "an unknown name in braces"), ("{lanman}deadbeef", "{LANMAN}"),
      ("5ebe2294ecd0e0f08eab7690d2a6ee69", "a bare string of 32 characters"),
      ("hunter2", "a bare string of 7 characters"),
      ("x", "a bare string of 1 character"),
      ("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "MySQL's PASSWORD()"),
      ("{CRYPT}", "a bare string of 0 characters"),
      ("{CRYPT}secret", "a bare string of 6 characters"),
      ("{SHA256}", "SHA256: 0 bytes where 32 belong"),
      ("{SHA256}!!!!", "SHA256: not base64"),
      ("{SHA256}QUJD", "SHA256: 3 bytes where 32 belong"),
      ("{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641KsA", "SHA256: 33 bytes where 32 belong"),
      ("{SSHA}QUJD", "SSHA: 3 bytes where at least 20 belong"),
      ("{MD5}5ebe2294ecd0e0f08eab7690d2a6ee6z", "MD5: not hexadecimal"),
      ("{SHA256.HEX}QUJD", "SHA256: not hexadecimal"),
      ("{SHA512-CRYPT.B64}$6$abc", "CRYPT: not base64"),
      ("{SHA512-CRYPT.B64}aHVudGVyMg==", "a bare string of 7 characters"),
      ("{PLAIN}", "PLAIN: nothing follows the prefix"),
      ("$1$abcdefgh$short", "MD5-CRYPT: a hash of 5 characters where 22 belong"),
      ("$1$abcdefghi$rISCgZzpwk3UhDidwXvin0", "MD5-CRYPT: not a hash of this scheme"),
      ("$1$abcdefgh$rISCgZzpwk3UhDidwXvin!", "MD5-CRYPT: a character in the hash that none can have"),
      ("$3$$8846F7EAEE8FB117AD06BDD830B7586C", "NT-CRYPT: a character in the hash that none can have"),
    ])
  func unknown(stored: String, name: String) {
    #expect(verify("x", stored) == .unverifiable(scheme: name))
    #expect(unverifiable(stored, stored) == name)
    guard case .unknown(name) = PasswordSchemes.recognise(Secret(text: stored)) else {
      Issue.record("recognised")
      return
    }
  }

  @Test("Names that the log shows though they are unknown are unknown", arguments: ForeignScheme.labels.sorted())
  func foreign(_ label: String) {
    #expect(unverifiable("x", "{\(label)}x") == "{\(label)}")
  }

  @Test("A string of megabytes is not looked at")
  func huge() {
    let huge = "{PLAIN}" + String(repeating: "a", count: 1_000_000)
    #expect(unverifiable("a", huge) == "a string of 1000007 characters")
  }

  @Test("The cheap ones are known without hashing")
  func cost() {
    for vector in Vector.labelled + Vector.salted where !vector.scheme.hasSuffix("CRYPT") {
      #expect(PasswordSchemes.cost(of: Secret(text: vector.stored)) == .cheap)
    }
    for vector in Vector.crypt {
      let expected: Cost =
        switch vector.scheme {
        case "DES-CRYPT", "NT-CRYPT": .cheap
        case "MD5-CRYPT", "BSDI-CRYPT": .moderate
        default: .expensive
        }
      #expect(PasswordSchemes.cost(of: Secret(text: vector.stored)) == expected, "\(vector.scheme)")
    }
    #expect(PasswordSchemes.cost(of: Secret(text: "{ARGON2D}x")) == .cheap)
    #expect(PasswordSchemes.cost(of: Secret(text: "{MD5}$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80")) == .moderate)
  }

  @Test("Few rounds make a costly scheme a moderate one; what will not be computed is cheap")
  func costByWork() {
    func cost(_ stored: String) -> Cost { PasswordSchemes.cost(of: Secret(text: stored)) }
    let six = String(repeating: "a", count: 86)
    let five = String(repeating: "a", count: 43)
    #expect(cost("$6$rounds=1000$salt$\(six)") == .moderate)
    #expect(cost("$6$salt$\(six)") == .expensive)
    #expect(cost("{SHA512-CRYPT}$6$salt$\(six)") == .expensive)
    #expect(cost("{SHA512-CRYPT.HEX}" + "$6$salt$\(six)".utf8.map { hexadecimal($0) }.joined()) == .expensive)
    #expect(cost("$5$rounds=1000$salt$\(five)") == .moderate)
    #expect(cost("$5$salt$\(five)") == .expensive)
    let bcrypt = String(repeating: "a", count: 53)
    #expect(cost("$2y$04$\(bcrypt)") == .moderate)
    #expect(cost("$2y$05$\(bcrypt)") == .expensive)
    #expect(cost("$2y$10$\(bcrypt)") == .expensive)
    #expect(cost("$sha1$100$salt$\(String(repeating: "a", count: 28))") == .moderate)
    #expect(cost("_zzz.rasmBYk8r9AiWNc") == .expensive)
    #expect(cost("$7$6/....1....abcdefgh$\(five)") == .moderate)
    // Cut short in the hash: the pool finds out that it cannot be verified.
    #expect(cost("$2y$10$\(bcrypt.dropLast())") == .expensive)
    // Cut short before, or more than the limit: verifying says so at once.
    #expect(cost("$2y$10$short") == .cheap)
    #expect(cost("_zzzzrasmBYk8r9AiWNc") == .cheap)
  }

  @Test("Names and aliases are found in any case, and are unique")
  func names() {
    var seen: Set<String> = []
    for scheme in PasswordSchemes.all {
      for name in [scheme.name] + scheme.aliases {
        #expect(seen.insert(name).inserted)
        #expect(PasswordSchemes.named(name.lowercased())?.name == scheme.name)
        #expect(name == name.uppercased() && name.utf8.count <= 16)
      }
    }
    #expect(PasswordSchemes.named("ARGON2D") == nil)
    #expect(PasswordSchemes.standard.name == "SHA512-CRYPT")
  }
}
