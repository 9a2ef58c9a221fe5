import Secrets
import Testing

@testable import Passwords

@Suite("New hashes")
struct MakingTests {
  private func make(_ password: String, _ scheme: PasswordScheme, seed: UInt64 = 1) throws(PasswordMakingError)
    -> Secret
  {
    var random = SeededGenerator(state: seed)
    return try PasswordSchemes.make(Secret(text: password), scheme: scheme, random: &random, using: CryptScratch())
  }

  @Test("Each row: make, recognise, verify, refuse", arguments: PasswordSchemes.all.map(\.name))
  func everyRow(name: String) throws {
    var scheme = try #require(PasswordSchemes.named(name))
    if let rounds = scheme.rounds { scheme = try scheme.with(rounds: rounds.range.lowerBound) }
    if name == "DIGEST-MD5" {
      #expect(throws: PasswordMakingError.boundToUser(scheme: name)) { try make("secret", scheme) }
      return
    }
    let password = "Grün7!x"
    let made = try make(password, scheme)
    #expect(recognised(text(made)) == name)
    #expect(verify(password, text(made)) == .match)
    var bytes = Array(password.utf8)
    for index in bytes.indices {
      bytes[index] ^= 0x02
      #expect(verify(String(decoding: bytes, as: UTF8.self), text(made)) == .mismatch)
      bytes[index] ^= 0x02
    }
    if scheme.method.saltBytes > 0, name != "NT-CRYPT" {
      #expect(text(try make(password, scheme, seed: 2)) != text(made))
    }
    #expect(text(try make(password, scheme)) == text(made))
    guard case .scheme(let again) = PasswordSchemes.recognise(made) else {
      Issue.record("not recognised")
      return
    }
    #expect(again.prefix == scheme.prefix)
  }

  @Test(
    "Rows take their least and their standard work, and verify what they make of it",
    arguments: PasswordSchemes.all.filter { $0.rounds != nil }.map(\.name))
  func standardWork(name: String) throws {
    let scheme = try #require(PasswordSchemes.named(name))
    let made = try make("secret", scheme)
    #expect(verify("secret", text(made)) == .match)
  }

  @Test("The standard: SHA512-CRYPT with 50,000 rounds, bare")
  func standard() throws {
    let made = text(try make("secret", PasswordSchemes.standard))
    #expect(made.hasPrefix("$6$rounds=50000$"))
    #expect(made.utf8.count == 119)
  }

  @Test("What cannot be made says why")
  func errors() throws {
    func failure(_ name: String, _ password: String) -> PasswordMakingError? {
      guard let scheme = PasswordSchemes.named(name) else { return nil }
      do {
        _ = try make(password, scheme)
        return nil
      } catch { return error }
    }
    #expect(failure("SHA256", "") == .empty)
    #expect(failure("SHA512-CRYPT", "") == .empty)
    #expect(failure("SHA512-CRYPT", "a\0b") == .holdsNUL)
    #expect(failure("SHA512-CRYPT", String(repeating: "a", count: 512)) == .tooLong(maximum: 511))
    #expect(failure("BLF-CRYPT", String(repeating: "a", count: 73)) == .tooLong(maximum: 72))
    #expect(failure("DES-CRYPT", "123456789") == .tooLong(maximum: 8))
    #expect(PasswordMakingError.empty.isUsersFault && PasswordMakingError.tooLong(maximum: 8).isUsersFault)
    #expect(!PasswordMakingError.unsupported(scheme: "X").isUsersFault)
    let sha512 = PasswordSchemes.standard
    #expect(throws: PasswordMakingError.roundsOutOfRange(scheme: "SHA512-CRYPT", range: 1000...5_000_000)) {
      try sha512.with(rounds: 999)
    }
    let digest = try #require(PasswordSchemes.named("SSHA"))
    #expect(throws: PasswordMakingError.noRounds(scheme: "SSHA")) { try digest.with(rounds: 5) }
    for error in [PasswordMakingError.empty, .holdsNUL, .tooLong(maximum: 8), .unsupported(scheme: "X")] {
      #expect(!error.description.isEmpty)
    }
  }

  @Test("A password of 511 bytes is made and verified")
  func longest() throws {
    let long = String(repeating: "a", count: 511)
    let made = text(try make(long, PasswordSchemes.standard.with(rounds: 1000)))
    #expect(verify(long, made) == .match)
    #expect(verify(long + "a", made) == .mismatch)
    #expect(verify(String(long.dropLast()), made) == .mismatch)
  }

  @Test(
    "A changed password keeps a decent scheme with its prefix and rounds, else takes the standard",
    arguments: [
      ("$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "$6$rounds=50000$"),
      ("{MD5}$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "{CRYPT}$6$rounds=50000$"),
      ("{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks=", "{CRYPT}$6$rounds=50000$"),
      ("{PLAIN}secret", "{CRYPT}$6$rounds=50000$"),
      ("{ARGON2D}x", "{CRYPT}$6$rounds=50000$"),
      ("hunter2", "$6$rounds=50000$"),
      ("", "$6$rounds=50000$"),
      (
        "$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
        "$6$rounds=50000$"
      ),
      ("{sha512-crypt}$6$rounds=60000$abc$" + String(repeating: "a", count: 86), "{sha512-crypt}$6$rounds=60000$"),
      ("$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB", "$5$rounds=50000$"),
      ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2y$10$"),
      ("{BLF-CRYPT}$2y$11$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "{BLF-CRYPT}$2y$11$"),
      ("$y$j75$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "$y$j9T$"),
      ("$y$jAT$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "$y$jAT$"),
      ("$7$DU..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D", "$7$DU..../...."),
      (
        "{ARGON2ID}$argon2id$v=19$m=1024,t=3,p=4$bG5DS2NIUU0xeExFQ3c5Vg$+avLzcSFMK8SwUWG8HuHE6RkpAb/8LQJZynQHFO0cWg",
        "{ARGON2ID}$argon2id$v=19$m=19456,t=3,p=4$"
      ),
      (
        "$argon2i$v=19$m=65536,t=1,p=1$bG5DS2NIUU0xeExFQ3c5Vg$+avLzcSFMK8SwUWG8HuHE6RkpAb/8LQJZynQHFO0cWg",
        "$argon2i$v=19$m=65536,t=2,p=1$"
      ),
      ("{PBKDF2}$1$salt$5000$4b007901b765489abead49d926f721d065a429c1", "{PBKDF2}$1$"),
      ("{PBKDF2}5000$c2FsdA$SwB5Abdlb6vq1J2Sb3IdBlpCnBE", "{PBKDF2}1300000$"),
      ("$pbkdf2-sha256$1000000$c2FsdHNhbHQ$" + String(repeating: "A", count: 43), "$pbkdf2-sha256$1000000$"),
      ("$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$" + String(repeating: "A", count: 43), "$pbkdf2-sha256$i=600000,l=32$"),
      ("pbkdf2_sha256$1000$salt$" + String(repeating: "A", count: 43) + "=", "pbkdf2_sha256$600000$"),
      (
        "SCRAM-SHA-256$4096:c2FsdA==$" + String(repeating: "A", count: 43) + "=:" + String(repeating: "A", count: 43)
          + "=", "SCRAM-SHA-256$15000:"
      ),
      (
        "{SCRAM-SHA-1}4096,c2FsdA==," + String(repeating: "A", count: 27) + "=," + String(repeating: "A", count: 27)
          + "=", "{SCRAM-SHA-1}15000,"
      ),
      ("{ssha512}" + String(repeating: "A", count: 96), "{ssha512}"),
      ("{SSHA256.HEX}" + String(repeating: "a", count: 72), "{SSHA256.HEX}"),
    ])
  func successor(old: String, beginning: String) throws {
    let made = text(try make("new-secret", PasswordSchemes.successor(of: Secret(text: old))))
    #expect(made.hasPrefix(beginning))
    #expect(verify("new-secret", made) == .match)
  }

  @Test("Without an old one the standard is taken")
  func firstPassword() {
    #expect(PasswordSchemes.successor(of: nil).name == "SHA512-CRYPT")
    #expect(PasswordSchemes.successor(of: nil).prefix.isEmpty)
  }

  @Test("crypt_data is zero after each use")
  func wiped() {
    let scratch = CryptScratch()
    for vector in Vector.crypt where vector.isQuick {
      _ = PasswordSchemes.verify(Secret(text: vector.password), against: Secret(text: vector.stored), using: scratch)
      #expect(scratch.memory?.allSatisfy { $0 == 0 } == true)
    }
  }
}
