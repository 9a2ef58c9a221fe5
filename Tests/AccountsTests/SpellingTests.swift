import Accounts
import Testing

@Suite struct SpellingTests {
  static let known = ["username", "local_part", "domain", "service"]

  @Test(arguments: [
    ("usrename", "username"), ("Username", "username"), ("user", "username"), ("local-part", "local_part"),
    ("local", "local_part"), ("domian", "domain"), ("sevice", "service"),
  ]) func nearIsNamed(_ word: String, _ expected: String) {
    #expect(Spelling.nearest(to: word, among: Self.known) == expected)
  }

  @Test(arguments: ["", "x", "password", "zzzzzz", String(repeating: "username", count: 1000)])
  func farIsNot(_ word: String) {
    #expect(Spelling.nearest(to: word, among: Self.known) == nil)
  }
}
