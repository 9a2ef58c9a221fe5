import Secrets
import Testing

@testable import Passwords

@Suite("Password tags")
struct PasswordTagTests {
  private func maker() -> PasswordTag.Maker {
    var random = SystemRandomNumberGenerator()
    return PasswordTag.Maker(random: &random)
  }

  private func tag(_ maker: PasswordTag.Maker, _ password: String, _ stored: String) -> PasswordTag {
    maker.tag(of: Secret(text: password), against: Secret(text: stored), isHash: true, username: [])
  }

  @Test("The same two give the same tag, and any other gives another one")
  func distinct() {
    let maker = maker()
    let one = tag(maker, "password", "$2b$hash")
    #expect(one == tag(maker, "password", "$2b$hash"))
    #expect(one != tag(maker, "passwore", "$2b$hash"))
    #expect(one != tag(maker, "password", "$2b$hasi"))
    // What one ends with, the other may begin with.
    #expect(one != tag(maker, "hpassword", "$2b$has"))
    #expect(one != tag(maker, "assword", "$2b$hashp"))
    #expect(tag(maker, "a", "") != tag(maker, "", "a"))
    let (password, stored) = (Secret(text: "password"), Secret(text: "$2b$hash"))
    #expect(
      one != maker.tag(of: password, against: stored, isHash: false, username: []), "a clear password like a hash")
    #expect(one != maker.tag(of: password, against: stored, isHash: true, username: Array("a".utf8)))
    #expect(
      maker.tag(of: password, against: Secret(text: "bc"), isHash: true, username: Array("a".utf8))
        != maker.tag(of: password, against: Secret(text: "c"), isHash: true, username: Array("ab".utf8)))
    #expect(Set((0..<1000).map { tag(maker, "\($0)", "") }).count == 1000)
  }

  @Test("Another process has other tags")
  func keyed() {
    #expect(tag(maker(), "password", "hash") != tag(maker(), "password", "hash"))
  }

  @Test("It is the first half of an HMAC-SHA-256 (computed by Python's hmac)")
  func vector() {
    let tag = tag(PasswordTag.Maker(key: Array(0..<32)), "password", "$2b$hash")
    #expect(tag.high == 0x4583_c67f_d9a6_a893)
    #expect(tag.low == 0x398a_86cb_b116_3212)
    #expect(tag.hint == 0x12)
    let clear = PasswordTag.Maker(key: Array(0..<32)).tag(
      of: Secret(text: "password"), against: Secret(text: "$2b$hash"), isHash: false, username: Array("a@d".utf8))
    #expect(clear.high == 0x226c_67c7_f092_ba7d)
  }
}
