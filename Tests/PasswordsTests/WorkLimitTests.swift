import Passwords
import Secrets
import Testing

@Suite("What a row may demand")
struct WorkLimitTests {
  private static let h86 = String(repeating: "a", count: 86)
  private static let h43 = String(repeating: "a", count: 43)
  private static let bcrypt = "abcdefghijklmnopqrstuu" + String(repeating: "a", count: 31)

  @Test(
    "Work above the limit is named, not done",
    arguments: [
      ("$6$rounds=999999999$abc$" + h86, "SHA512-CRYPT: 999999999 rounds are above the limit of 5000000"),
      ("$6$rounds=5000001$abc$" + h86, "SHA512-CRYPT: 5000001 rounds are above the limit of 5000000"),
      ("$5$rounds=9999999999$abc$" + h43, "SHA256-CRYPT: 9999999999 rounds are above the limit of 5000000"),
      ("$2b$31$" + bcrypt, "BLF-CRYPT: 31 as a cost are above the limit of 15"),
      ("$2y$16$" + bcrypt, "BLF-CRYPT: 16 as a cost are above the limit of 15"),
      (
        "$sha1$4294967295$abc$" + String(repeating: "a", count: 28),
        "SHA1-CRYPT: 4294967295 rounds are above the limit of 2000000"
      ),
      (
        "$md5,rounds=4294963199$abcdefgh$$" + String(repeating: "a", count: 22),
        "SUNMD5: 4294967295 rounds are above the limit of 1000000"
      ),
      ("_zzzzabcdaaaaaaaaaaa", "BSDI-CRYPT: 16777215 rounds are above the limit of 10000000"),
    ])
  func tooMuch(stored: String, name: String) {
    #expect(unverifiable("x", stored) == name)
  }

  @Test(
    "yescrypt and scrypt above a gibibyte are named, not done",
    arguments: [
      "$y$jGT$abcd$", "$y$jzT$abcd$", "$y$jFU$abcd$", "$y$j9zzzzzz$abcd$", "$gy$jGT$abcd$", "$7$J....A....abcd$",
      "$7$zU..../....abcd$",
      "$7$CzzzzzzzzzzSodiumChloride$", "$y$jFT1....$abcd$",
    ])
  func tooMuchMemory(setting: String) throws {
    let name = try #require(unverifiable("x", setting + Self.h43))
    #expect(name.contains("KiB are above the limit of 1048576") || name.contains("not a hash of this scheme"))
  }

  @Test(
    "More digits than a number can have, leading zeros, signs",
    arguments: [
      "$6$rounds=99999999999999999999$abc$" + h86, "$6$rounds=05000$abc$" + h86, "$6$rounds=-1$abc$" + h86,
      "$6$rounds= 5000$abc$" + h86, "$6$rounds=$abc$" + h86, "$6$rounds=0$abc$" + h86,
      "$sha1$0$abc$" + String(repeating: "a", count: 28),
    ])
  func numbers(stored: String) {
    #expect(unverifiable("x", stored)?.contains("not a hash of this scheme") == true)
  }

  @Test(
    "What libcrypt refuses is our fault",
    arguments: ["$6$rounds=999$abc$" + h86, "$6$a b$" + h86, "$2b$03$" + bcrypt, "$5$a*b$" + h43])
  func refused(stored: String) {
    #expect(unverifiable("x", stored)?.hasSuffix("libcrypt cannot compute it") == true)
  }

  @Test("A salt over which libcrypt aborts does not reach it")
  func abortingSalt() {
    let long = String(repeating: "a", count: 65)
    #expect(
      unverifiable("x", "$sha1$1000$\(long)$" + String(repeating: "a", count: 28))
        == "SHA1-CRYPT: not a hash of this scheme")
    #expect(verify("x", "$sha1$1000$\(long.dropLast())$" + String(repeating: "a", count: 28)) == .mismatch)
    #expect(
      unverifiable("x", "$y$j75$" + String(repeating: "a", count: 300) + "$" + Self.h43)
        == "YESCRYPT: not a hash of this scheme")
  }
}
