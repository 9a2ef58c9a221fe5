import Secrets
import Testing

@testable import Passwords

@Suite("Password tags")
struct PasswordTagTests {
  private func maker() -> PasswordTag.Maker {
    var random = SystemRandomNumberGenerator()
    return PasswordTag.Maker(random: &random)
  }

  private func tag(_ maker: PasswordTag.Maker, _ password: String, _ stored: String, _ directory: String) -> PasswordTag
  {
    maker.tag(of: Secret(text: password), against: Secret(text: stored), directory: directory)
  }

  @Test("The same three give the same tag, and any other gives another one")
  func distinct() {
    let maker = maker()
    let one = tag(maker, "password", "$2b$hash", "main")
    #expect(one == tag(maker, "password", "$2b$hash", "main"))
    #expect(one != tag(maker, "passwore", "$2b$hash", "main"))
    #expect(one != tag(maker, "password", "$2b$hasi", "main"))
    #expect(one != tag(maker, "password", "$2b$hash", "maim"))
    // What one ends with, another may begin with.
    #expect(one != tag(maker, "hpassword", "$2b$has", "main"))
    #expect(one != tag(maker, "password", "n$2b$hash", "mai"))
    #expect(Set((0..<1000).map { tag(maker, "\($0)", "", "") }).count == 1000)
  }

  @Test("Another process has other tags")
  func keyed() {
    #expect(tag(maker(), "password", "hash", "main") != tag(maker(), "password", "hash", "main"))
  }
}
