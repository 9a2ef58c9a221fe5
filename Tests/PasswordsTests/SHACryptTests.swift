import CCrypt
import Secrets
import Testing

@testable import Passwords

/// libcrypt is the judge: both compute the same, or one of them is wrong.
@Suite("SHA256-CRYPT and SHA512-CRYPT without libcrypt")
struct SHACryptTests {
  static let functions: [(SHACrypt, String)] = [(.sha256, "$5$"), (.sha512, "$6$")]
  static let letters = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  /// What libcrypt makes of it; nil when it refuses.
  private func crypt(_ password: [UInt8], _ setting: String) -> String? {
    let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    defer { data.deallocate() }
    UnsafeMutableRawPointer(data).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<crypt_data>.size)
    let text = (password + [0]).withUnsafeBytes { password in
      crypt_r(password.assumingMemoryBound(to: CChar.self).baseAddress, setting, data).map { String(cString: $0) }
    }
    return text.flatMap { $0.hasPrefix("*") ? nil : $0 }
  }

  /// What we make of it, the whole string; nil when it is left to libcrypt.
  private func ours(_ function: SHACrypt, _ password: [UInt8], _ stored: String) -> String? {
    Array(stored.utf8).withUnsafeBytes { stored -> String? in
      guard let setting = SHACrypt.Setting(stored, prefix: 3) else { return nil }
      let hash = password.withUnsafeBytes {
        function.withHash($0, setting) { String(decoding: $0, as: UTF8.self) }
      }
      let beginning = String(decoding: stored[...(stored.lastIndex(of: UInt8(ascii: "$")) ?? 0)], as: UTF8.self)
      return hash.map { beginning + $0 }
    }
  }

  @Test("The same as libcrypt: every length of password and salt", arguments: functions)
  func lengths(function: SHACrypt, prefix: String) throws {
    var random = SeededGenerator(state: 2008)
    for length in Array(0...140) + [191, 192, 255, 256, 257, 510, 511] {
      let password = (0..<length).map { _ in UInt8.random(in: 1...255, using: &random) }
      let salt = (0..<(length % 17)).compactMap { _ in Self.letters.randomElement(using: &random) }
      // A few rounds more than the fewest: the last one's number is odd and even, and a multiple of 3 and of 7, and not.
      let setting = "\(prefix)rounds=\(1000 + length % 43)$" + String(decoding: salt, as: UTF8.self) + "$"
      let theirs = try #require(crypt(password, setting))
      #expect(ours(function, password, theirs) == theirs)
    }
  }

  @Test("The same as libcrypt without a number of rounds: 5,000", arguments: functions)
  func standardRounds(function: SHACrypt, prefix: String) throws {
    for salt in ["", "a", "saltstring", "./09AZaz./09AZaz"] {
      let theirs = try #require(crypt(Array("p\u{E4}ssword".utf8), prefix + salt + "$"))
      #expect(!theirs.contains("rounds="))
      #expect(ours(function, Array("p\u{E4}ssword".utf8), theirs) == theirs)
    }
  }

  @Test("A verdict of it: the password matches; no other one does, and no other hash", arguments: functions)
  func verdicts(function: SHACrypt, prefix: String) throws {
    let stored = try #require(crypt(Array("secret".utf8), prefix + "rounds=1000$NaCl$"))
    #expect(verify("secret", stored) == .match)
    for other in ["", "s", "secre", "secret ", "secret\u{1}", "Secret"] { #expect(verify(other, stored) == .mismatch) }
    var bytes = Array(stored.utf8)
    for index in (bytes.count - (function == .sha256 ? 43 : 86))..<bytes.count {
      let letter = bytes[index]
      bytes[index] = letter == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
      #expect(verify("secret", String(decoding: bytes, as: UTF8.self)) == .mismatch)
      bytes[index] = letter
    }
  }

  @Test("What libcrypt alone takes, or refuses, is left to it", arguments: functions)
  func leftAlone(function: SHACrypt, prefix: String) throws {
    // Letters that are not of crypt's alphabet, in the salt.
    let odd = try #require(crypt(Array("secret".utf8), prefix + "rounds=1000$a@b-c$"))
    #expect(ours(function, Array("secret".utf8), odd) == nil)
    #expect(verify("secret", odd) == .match)
    #expect(verify("Secret", odd) == .mismatch)
    let hash = String(repeating: ".", count: function == .sha256 ? 43 : 86)
    for refused in ["rounds=999$salt$", "rounds=1$salt$", "a*b$", "a b$"] {
      #expect(crypt(Array("secret".utf8), prefix + refused) == nil, "\(refused)")
      #expect(ours(function, Array("secret".utf8), prefix + refused + hash) == nil, "\(refused)")
      #expect(unverifiable("secret", prefix + refused + hash)?.hasSuffix("libcrypt cannot compute it") == true)
    }
  }
}
