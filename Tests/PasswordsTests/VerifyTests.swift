import Passwords
import Secrets
import Testing

@Suite("Passwords against stored strings")
struct VerifyTests {
  @Test("Known vectors match, another password does not", arguments: Vector.crypt + Vector.labelled + Vector.salted)
  func vectors(vector: Vector) {
    #expect(recognised(vector.stored) == vector.scheme)
    #expect(verify(vector.password, vector.stored) == .match)
    #expect(verify("X" + vector.password, vector.stored) == .mismatch)
    #expect(verify("", vector.stored) == .mismatch)
  }

  @Test("Every password that differs in one byte is refused", arguments: Vector.labelled.prefix(12))
  func oneByteOff(vector: Vector) {
    var bytes = Array(vector.password.utf8)
    for index in bytes.indices {
      bytes[index] ^= 1
      #expect(verify(String(decoding: bytes, as: UTF8.self), vector.stored) == .mismatch)
      bytes[index] ^= 1
    }
    #expect(verify(String(vector.password.dropLast()), vector.stored) == .mismatch)
  }

  @Test("crypt strings stand behind every name of the family, in any case", arguments: Vector.crypt.filter(\.isQuick))
  func cryptLabels(vector: Vector) {
    for label in ["{CRYPT}", "{crypt}", "{CrYpT}", "{MD5-CRYPT}", "{sha256-crypt}", "{SHA512-CRYPT}", "{blf-crypt}"] {
      #expect(recognised(label + vector.stored) == vector.scheme)
      #expect(verify(vector.password, label + vector.stored) == .match)
      #expect(verify(vector.password + "x", label + vector.stored) == .mismatch || vector.scheme == "DES-CRYPT")
    }
  }

  @Test("Prefixes are read in any case", arguments: Vector.labelled + Vector.salted)
  func prefixCase(vector: Vector) throws {
    let end = try #require(vector.stored.firstIndex(of: "}"))
    let label = vector.stored[...end]
    let rest = vector.stored[vector.stored.index(after: end)...]
    let mixed = label.enumerated().map { $0 % 2 == 0 ? $1.lowercased() : $1.uppercased() }.joined()
    for label in [label.lowercased(), label.uppercased(), mixed] {
      #expect(verify(vector.password, label + rest) == .match)
    }
  }

  @Test("Base64 goes without its padding, not with other liberties")
  func padding() {
    #expect(verify("sha256-secret", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks") == .match)
    #expect(verify("correct horse", "{MD5}PLTnMmMfR+brlh80VUt83g") == .match)
    // A wrong letter at the end sets bits that no encoder sets.
    #expect(
      unverifiable("sha256-secret", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Kt=") == "SHA256: not base64")
    #expect(unverifiable("sha256-secret", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks=\n") != nil)
    #expect(unverifiable("sha256-secret", "{SHA256} JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks=") != nil)
    #expect(unverifiable("sha256-secret", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks==") != nil)
    #expect(unverifiable("x", "{SSHA}=") != nil)
    #expect(unverifiable("x", "{SSHA}====") != nil)
  }

  @Test("What is cut short never matches, and is our fault", arguments: Vector.crypt)
  func truncatedCrypt(vector: Vector) {
    for length in 0..<vector.stored.count {
      let cut = String(vector.stored.prefix(length))
      #expect(unverifiable(vector.password, cut) != nil, "\(length)")
      #expect(unverifiable(vector.password, "{CRYPT}" + cut) != nil, "\(length)")
    }
    for longer in [vector.stored + "x", vector.stored + " ", vector.stored + "\n", vector.stored + "$"] {
      #expect(unverifiable(vector.password, longer) != nil)
    }
  }

  @Test("A digest that is cut short never matches", arguments: Vector.labelled + Vector.salted)
  func truncatedDigest(vector: Vector) {
    for length in 0..<vector.stored.count {
      let cut = String(vector.stored.prefix(length))
      // The bare padding of base64 is no loss.
      if cut + "=" == vector.stored || cut + "==" == vector.stored { continue }
      #expect(verify(vector.password, cut) != .match, "\(length)")
    }
  }

  @Test("A narrow column shows as damage: VARCHAR(32), (64), (100)")
  func narrowColumns() {
    let sha512 = Vector.crypt.filter { $0.scheme == "SHA512-CRYPT" }
    for vector in sha512 {
      for width in [32, 64] {
        let what = unverifiable(vector.password, String(vector.stored.prefix(width)))
        #expect(what?.hasPrefix("SHA512-CRYPT: ") == true)
      }
    }
  }

  @Test("bcrypt hashes of programs that leave the salt's unused bits set are the same hash")
  func bcryptSaltBits() {
    #expect(verify("secret", "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a") == .match)
    #expect(verify("secret", "$2b$05$abcdefghijklmnopqrstuzOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a") == .match)
    #expect(verify("Secret", "$2b$05$abcdefghijklmnopqrstuzOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a") == .mismatch)
  }

  @Test("bcrypt counts 72 bytes, however long the password is")
  func bcryptLength() {
    let head = String(repeating: "0123456789", count: 7) + "AB"
    let stored = "$2b$05$abcdefghijklmnopqrstuuvwsveCX6RARCjswdbfjXNSFvSCFuPze"
    #expect(verify(head, stored) == .match)
    #expect(verify(head + "tail", stored) == .match)
    #expect(verify(head + String(repeating: "x", count: 2000), stored) == .match)
    #expect(verify(String(head.dropLast()), stored) == .mismatch)
  }

  @Test("A password that libcrypt cannot have hashed is a wrong one")
  func oddPasswords() {
    let md5 = "$1$rasmusle$rISCgZzpwk3UhDidwXvin0"
    #expect(verify("rasmuslerdorf\0", md5) == .mismatch)
    #expect(verify("rasmuslerdorf\0junk", md5) == .mismatch)
    #expect(verify(String(repeating: "a", count: 511), md5) == .mismatch)
    #expect(verify(String(repeating: "a", count: 512), md5) == .mismatch)
    #expect(verify(String(repeating: "a", count: 9999), md5) == .mismatch)
    #expect(verify("rasmuslerdorf\0", "rl.3StKT.4T8M") == .mismatch)
    // A digest takes every byte.
    #expect(verify("correct horse\0", "{MD5}PLTnMmMfR+brlh80VUt83g==") == .mismatch)
  }

  @Test("Of a clear password that was cut off, what is there counts")
  func truncated() {
    #expect(verify("correct horse", "{PLAIN-TRUNC}7-correct") == .match)
    #expect(verify("correct", "{PLAIN-TRUNC}7-correct") == .match)
    #expect(verify("correc", "{PLAIN-TRUNC}7-correct") == .mismatch)
    #expect(verify("correct horse", "{PLAIN-TRUNC}8-correct") == .mismatch)
    #expect(verify("correct horse", "{PLAIN-TRUNC}7-correcT") == .mismatch)
  }

  @Test("DIGEST-MD5 needs the user's name, and another user's hash does not match")
  func boundToUser() throws {
    let made = try #require(RealHash.all.first { $0.scheme == "DIGEST-MD5" })
    func verdict(_ user: String?) -> Verdict {
      PasswordSchemes.verify(
        Secret(text: made.password), of: user.map { Array($0.utf8) }, against: Secret(text: made.stored),
        using: CryptScratch())
    }
    #expect(verdict(RealHash.user) == .match)
    #expect(verdict("berta@example.com") == .mismatch)
    #expect(verdict("anna@example.org") == .mismatch)
    #expect(verdict("anna") == .mismatch)
    #expect(verdict("") == .mismatch)
    #expect(verdict(nil) == .unverifiable(scheme: "DIGEST-MD5: the user's name is needed"))
  }

  @Test("Windows hashes text: other bytes are a wrong password")
  func noText() {
    let bytes = Secret([0xC3, 0x28])
    let verdict = PasswordSchemes.verify(
      bytes, against: Secret(text: "{NT}8846f7eaee8fb117ad06bdd830b7586c"), using: CryptScratch())
    #expect(verdict == .mismatch)
  }

  @Test("An empty password is never right, not even where its hash is stored")
  func emptyPassword() {
    #expect(verify("", "{SHA256}47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") == .mismatch)
    #expect(unverifiable("", "{PLAIN}") != nil)
    #expect(unverifiable("", "") == "an empty string")
  }
}

extension Vector {
  /// Whether verifying takes less than some 3 ms.
  var isQuick: Bool { ["DES-CRYPT", "BSDI-CRYPT", "MD5-CRYPT", "SHA256-CRYPT", "NT-CRYPT"].contains(scheme) }
}
