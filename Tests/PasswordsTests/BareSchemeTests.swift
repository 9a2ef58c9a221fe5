import Passwords
import Secrets
import Testing

@Suite("What stored passwords are that do not say it")
struct BareSchemeTests {
  private func read(_ stored: String, as name: String) throws -> Secret {
    try #require(BareScheme(named: name)).labelled(Secret(text: stored))
  }

  private func verdict(_ password: String, _ stored: String, as name: String) throws -> Verdict {
    PasswordSchemes.verify(Secret(text: password), against: try read(stored, as: name), using: CryptScratch())
  }

  @Test(
    "Bare strings are of the scheme that the administrator named",
    arguments: [
      ("5f4dcc3b5aa765d61d8327deb882cf99", "PLAIN-MD5"), ("5f4dcc3b5aa765d61d8327deb882cf99", "md5"),
      ("X03MO1qnZdYdgyfeuILPmQ==", "LDAP-MD5"), ("8846f7eaee8fb117ad06bdd830b7586c", "NT"),
      ("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "MYSQL"), ("5d2e19393cc5ef67", "mysql-old"),
      ("password", "PLAIN"), ("cGFzc3dvcmQ=", "PLAIN.B64"),
      ("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "SHA1"), ("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "SHA.HEX"),
    ])
  func bare(stored: String, scheme: String) throws {
    #expect(try verdict("password", stored, as: scheme) == .match)
    #expect(try verdict("Password", stored, as: scheme) == .mismatch)
    #expect(try verdict("", stored, as: scheme) == .mismatch)
    #expect(verify("password", stored) != .match, "without being told")
  }

  @Test(
    "What says itself what it is, is left alone",
    arguments: [
      "$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "$1$short", "$6$", "{SHA256}abc", "{X}abc", "!", "*LK*", "!secret", "",
      "$argon2id$x", "$apr1$x", "$2x$05$abc", "pbkdf2_sha256$1", "SCRAM-SHA-256$x", "$P$x",
    ])
  func selfNamed(stored: String) throws {
    for scheme in BareScheme.names {
      #expect(try read(stored, as: scheme).matches(Secret(text: stored)), "\(scheme)")
    }
  }

  @Test(
    "Dovecot's PBKDF2 begins as MD5-CRYPT does",
    arguments: [
      "$1$abcDEFGHabcDEFGH$5000$5c091bb03e692d75b96bb12fe90b35f579fa8197",
      "$1$abc$5000$5f53ddb43db03691c0266c547598e9d6c4df7266",
    ])
  func dovecotsPBKDF2(_ stored: String) throws {
    #expect(try verdict("password", stored, as: "PBKDF2") == .match)
    #expect(try verdict("Password", stored, as: "PBKDF2") == .mismatch)
    #expect(try verdict("rasmuslerdorf", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0", as: "PBKDF2") == .match)
    #expect(try read(stored, as: "PLAIN").matches(Secret(text: stored)), "a hash is no password")
  }

  @Test(
    "A changed password of a decent scheme stays of it, and as bare",
    arguments: [
      ("PBKDF2", "$1$abc$5000$5f53ddb43db03691c0266c547598e9d6c4df7266", "$1$"),
      (
        "SCRAM-SHA-256",
        "4096,c2FsdA==," + String(repeating: "A", count: 43) + "=," + String(repeating: "A", count: 43) + "=", "4096,"
      ), ("PLAIN-MD5", "5f4dcc3b5aa765d61d8327deb882cf99", "$6$"),
      ("PBKDF2", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "$6$"),
      ("PBKDF2", "$2y$05$abcdefghijklmnopqrstuuekZCv8Werm9riOHss5vjR1mTbI4eVxO", "$2y$"),
    ])
  func successors(_ name: String, _ stored: String, _ beginning: String) throws {
    let named = try read(stored, as: name)
    let scheme = PasswordSchemes.successor(of: Secret(text: stored), named: named)
    var random = SeededGenerator(state: 1)
    let made = try PasswordSchemes.make(Secret(text: "new"), scheme: scheme, random: &random, using: CryptScratch())
    let text = made.withBytes { String(decoding: $0, as: UTF8.self) }
    #expect(beginning == "4096," ? text.first?.isNumber == true : text.hasPrefix(beginning), "\(text.prefix(20))")
    #expect(try verdict("new", text, as: name) == .match)
  }

  @Test("The older scheme of a column is still read beside the newer one")
  func mixed() throws {
    #expect(try verdict("rasmuslerdorf", "rl.3StKT.4T8M", as: "PLAIN-MD5") == .match)
    #expect(try verdict("rasmuslerdorf", "_J9..rasmBYk8r9AiWNc", as: "PLAIN-MD5") == .match)
    // Where any text is a password, a word of that length is one.
    #expect(try verdict("rasmuslerdorf", "rl.3StKT.4T8M", as: "PLAIN") == .mismatch)
    #expect(try verdict("rl.3StKT.4T8M", "rl.3StKT.4T8M", as: "PLAIN") == .match)
  }

  @Test("A hash is never a password, though the column is in the clear")
  func stolenHash() throws {
    for vector in Vector.crypt where vector.stored.first == "$" {
      #expect(try verdict(vector.stored, vector.stored, as: "PLAIN") != .match)
    }
  }

  @Test("MySQL's hashes are locks to every other scheme")
  func locks() throws {
    let stored = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"
    #expect(try verdict("password", "*LK*", as: "MYSQL") == .locked)
    for scheme in BareScheme.names where scheme != "MYSQL" {
      #expect(try verdict("password", stored, as: scheme) != .match)
      #expect(try verdict(stored, stored, as: scheme) != .match || ["PLAIN", "CLEAR", "CLEARTEXT"].contains(scheme))
    }
  }

  @Test("Schemes whose strings name themselves, and unknown ones, cannot be named")
  func names() {
    for name in ["SHA512-CRYPT", "CRYPT", "ARGON2ID", "PHPASS", "X", "", "SHA256.", ".HEX", "{SHA}"] {
      #expect(BareScheme(named: name) == nil, "\(name)")
    }
    for name in BareScheme.names { #expect(BareScheme(named: name.lowercased())?.name == name) }
    #expect(BareScheme.names.contains("PBKDF2") && BareScheme.names.contains("SCRAM-SHA-1"))
  }
}
