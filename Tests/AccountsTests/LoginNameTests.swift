import Accounts
import Testing

@Suite struct LoginNameTests {
  @Test(
    arguments: [
      ("a@b.org", nil, "a@b.org", "a", "b.org"), ("a@b.org", "c.org", "a@b.org", "a", "b.org"),
      ("a@b@c.org", nil, "a@b@c.org", "a@b", "c.org"), ("a@", "c.org", "a@", "a", ""),
      ("@b.org", nil, "@b.org", "", "b.org"), ("a", "c.org", "a@c.org", "a", "c.org"), ("a", "", "a", "a", ""),
      ("a", nil, "a", "a", ""), ("", nil, "", "", ""), ("", "c.org", "@c.org", "", "c.org"),
    ] as [(String, String?, String, String, String)])
  func aNameHasTwoParts(
    _ userID: String, _ defaultDomain: String?, _ username: String, _ localPart: String, _ domain: String
  ) {
    let name = LoginName(Array(userID.utf8), defaultDomain: defaultDomain)
    #expect(String(decoding: name.username, as: UTF8.self) == username)
    #expect(String(decoding: name.localPart, as: UTF8.self) == localPart)
    #expect(String(decoding: name.domain, as: UTF8.self) == domain)
  }
}
