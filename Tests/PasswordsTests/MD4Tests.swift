import Testing

@testable import Passwords

@Suite("MD4 and MD5's words")
struct MD4Tests {
  @Test(
    "RFC 1320's test suite",
    arguments: [
      ("", "31d6cfe0d16ae931b73c59d7e0c089c0"), ("a", "bde52cb31de33e46245e05fbdbd6fb24"),
      ("abc", "a448017aaf21d8525fc10ae87aa6729d"), ("message digest", "d9130a8164549fe818874806e1c7014b"),
      ("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"),
      ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "e33b4ddc9c38f2199c3e7b164fcc0536"
      ),
    ])
  func published(message: String, digest: String) {
    for cut in [0, message.utf8.count / 2, message.utf8.count] {
      let bytes = Array(message.utf8)
      let made = Array(bytes[..<cut]).withUnsafeBytes { first in
        Array(bytes[cut...]).withUnsafeBytes { second in
          MD4.withDigest(first, salt: second) { $0.map { hexadecimal($0) }.joined() }
        }
      }
      #expect(made == digest)
    }
  }

  @Test("MD5's function: RFC 1321's digest of the empty message, and of \"abc\"")
  func md5() {
    for (message, digest) in [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ] {
      var block = Array(message.utf8) + [0x80] + [UInt8](repeating: 0, count: 63 - message.utf8.count)
      block[56] = UInt8(8 * message.utf8.count)
      var state = RivestState()
      block.withUnsafeBytes { state.absorbMD5($0) }
      #expect(state.withBytes { $0.map { hexadecimal($0) }.joined() } == digest)
    }
  }
}
