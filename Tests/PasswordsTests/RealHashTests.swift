import Passwords
import Secrets
import Testing

@Suite("Hashes that other programs made")
struct RealHashTests {
  @Test("The fixture is there, and holds every scheme that another program could make")
  func fixture() {
    let made = Set(RealHash.all.map(\.scheme))
    // libxcrypt's own, which Vector has; Drupal's, of which no package makes any; what nobody makes but a damaged column.
    let others: Set = [
      "YESCRYPT", "GOST-YESCRYPT", "SCRYPT", "SUNMD5", "NT-CRYPT", "DRUPAL7", "PLAIN-TRUNC",
    ]
    #expect(Set(PasswordSchemes.all.map(\.name)).subtracting(made) == others)
    #expect(RealHash.all.count > 250)
  }

  @Test("Each is recognised and matches its password, and no other", arguments: RealHash.all)
  func verifies(hash: RealHash) {
    #expect(recognised(hash.stored) == hash.scheme)
    #expect(verify(hash.password, hash.stored) == .match)
    #expect(verify("X" + hash.password, hash.stored) == .mismatch)
    #expect(verify("", hash.stored) == .mismatch)
    if hash.isQuick {
      #expect(verify(hash.password + "x", hash.stored) == .mismatch || hash.scheme == "DES-CRYPT")
      #expect(verify("\u{1}" + hash.password.dropFirst(), hash.stored) == .mismatch)
    }
  }

  @Test("Cut short, lengthened or altered, none matches", arguments: RealHash.all.filter(\.isQuick))
  func damaged(hash: RealHash) {
    let isClear = hash.scheme == "PLAIN"
    for length in stride(from: hash.stored.count - 1, through: 0, by: -1) {
      let cut = String(hash.stored.prefix(length))
      // The bare padding of base64 is no loss, and a clear text that is cut short is another one.
      if hash.stored.dropFirst(length).allSatisfy({ $0 == "=" }) { continue }
      #expect(verify(hash.password, cut) != .match, "\(length)")
    }
    for longer in [hash.stored + "A", hash.stored + "0", hash.stored + "$", hash.stored + " "] where !isClear {
      #expect(verify(hash.password, longer) != .match)
    }
  }

  @Test(
    "Behind another scheme's name none matches, and no other password does", arguments: RealHash.all.filter(\.isQuick))
  func otherReadings(hash: RealHash) {
    let text = hash.stored.first == "{" ? String(hash.stored.drop { $0 != "}" }.dropFirst()) : hash.stored
    for scheme in PasswordSchemes.all {
      for suffix in ["", ".HEX", ".B64"] {
        let stored = "{\(scheme.name)\(suffix)}\(text)"
        #expect(verify("another password", stored) != .match)
        if scheme.name != "PLAIN" { #expect(verify(text, stored) != .match, "the hash for a password: \(scheme.name)") }
        // After a name of the crypt family a string is what it says itself; the same digest with an empty salt is the same one.
        let isKin =
          scheme.name.hasSuffix(hash.scheme) || hash.scheme.hasSuffix(scheme.name) || Self.areBothMD5(scheme, hash)
        if !isKin, text.first != "$", recognised(stored) == scheme.name {
          #expect(verify(hash.password, stored) != .match, "\(scheme.name)\(suffix)")
        }
      }
    }
  }

  private static func areBothMD5(_ scheme: PasswordScheme, _ hash: RealHash) -> Bool {
    let names: Set = ["MD5", "MD5RAW", "SMD5"]
    return names.contains(scheme.name) && names.contains(hash.scheme)
  }
}
