import Accounts
import Testing

@Suite struct NetworkTests {
  private func address(_ text: String) -> NetworkAddress? { NetworkAddress(text.utf8) }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
    ("::FFFF:c000:201", "192.0.2.1", "192.0.2.1"), ("2001:DB8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ("::1", "::1", "::"), ("0.0.0.0", "0.0.0.0", "0.0.0.0"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::"),
  ])
  func reads(_ text: String, _ expected: String, _ site: String) {
    #expect(address(text)?.description == expected)
    #expect(address(text)?.site.description == site)
  }

  @Test(arguments: [
    "", "1", "192.0.2", "192.0.2.256", "192.0.2.1.", " 192.0.2.1", "192.0.2.1\0", ":::", "fe80::1%eth0", "1::2::3",
    "192.0.2.1/24", String(repeating: "1", count: 46), "localhost",
  ])
  func refuses(_ text: String) {
    #expect(address(text) == nil)
  }

  @Test func spellingsOfOneAddressAreOne() {
    #expect(address("::ffff:192.0.2.1") == address("192.0.2.1"))
    #expect(address("2001:db8::1")?.site == address("2001:db8::ffff:1")?.site)
    #expect(address("2001:db8:0:1::1")?.site != address("2001:db8::1")?.site)
  }

  @Test(arguments: [
    ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
    ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
    ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true),
    ("::/0", "192.0.2.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
    ("2001:db8::/65", "2001:db8::7fff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
    ("::1", "::1", true), ("127.0.0.0/8", "127.255.0.1", true), ("::ffff:192.0.2.0/120", "192.0.2.4", true),
    ("192.0.2.4/31", "192.0.2.5", true), ("192.0.2.4/31", "192.0.2.6", false),
  ])
  func holds(_ network: String, _ member: String, _ expected: Bool) throws {
    #expect(try #require(NetworkPrefix(network)).contains(#require(address(member))) == expected)
  }

  @Test(arguments: [
    "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.1/24", "192.0.2.0/-1", "192.0.2.0/+8", "2001:db8::/129",
    "2001:db8::1/64", "192.0.2.0/24/24", "a/8", "192.0.2.0/0024", "192.0.2.0/٣",
  ])
  func refusesNetworks(_ text: String) {
    #expect(NetworkPrefix(text) == nil)
  }

  @Test(arguments: ["192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0", "::/0", "127.0.0.1/32"])
  func writesNetworks(_ text: String) {
    #expect(NetworkPrefix(text)?.description == text)
  }
}

@Suite struct PercentTextTests {
  @Test func everyByteComesBack() {
    let all = (0...255).map { UInt8($0) }
    let text = PercentText.encode(all)
    #expect(text.allSatisfy { (0x21...0x7E).contains($0) })
    #expect(PercentText.decode(text) == all)
    #expect(PercentText.encode("a@example.org".utf8) == Array("a@example.org".utf8))
  }

  @Test(arguments: ["%", "%2", "%2g", "%zz", "a b", "a\n", "%41", "%2f", "ä"])
  func refusesWhatItDoesNotWrite(_ text: String) {
    #expect(PercentText.decode(Array(text.utf8)) == nil)
  }
}
