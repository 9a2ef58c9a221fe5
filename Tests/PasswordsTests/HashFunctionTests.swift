import Testing

@testable import Passwords

/// How it is called, and that each row has its own function: libcrypto itself is tested elsewhere.
@Suite("Hash functions of libcrypto")
struct HashFunctionTests {
  /// Of a function: digests of "" and "abc".
  private static var digests: [(any HashFunction.Type, String, String)] {
    [
      (MD4Function.self, "31d6cfe0d16ae931b73c59d7e0c089c0", "a448017aaf21d8525fc10ae87aa6729d"),
      (MD5Function.self, "d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72"),
      (SHA1Function.self, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        SHA256Function.self, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (
        SHA384Function.self,
        "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
      ),
      (
        SHA512Function.self,
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
          + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
      ),
    ]
  }

  private func digest<Function: HashFunction>(_: Function.Type, _ pieces: String...) -> String? {
    Function.withRun { run in
      run.begin()
      for piece in pieces { Array(piece.utf8).withUnsafeBytes { run.add($0) } }
      return run.end { digest in
        #expect(digest.count == Function.byteCount)
        return digest.map { hexadecimal($0) }.joined()
      }
    }
  }

  @Test("Digests of RFC 1320, RFC 1321 and FIPS 180-4")
  func published() {
    for (function, ofNothing, ofABC) in Self.digests {
      #expect(digest(function) == ofNothing)
      #expect(digest(function, "") == ofNothing)
      #expect(digest(function, "abc") == ofABC)
      #expect(digest(function, "ab", "c") == ofABC)
    }
  }

  @Test("Longer messages, salted or not (RFC 1320's test suite)")
  func salted() {
    let message = Array(String(repeating: "1234567890", count: 8).utf8)
    for cut in [0, 17, 64, 80] {
      let made = Array(message[..<cut]).withUnsafeBytes { first in
        Array(message[cut...]).withUnsafeBytes { second in
          MD4Function.withDigest(first, salt: second) { $0.map { hexadecimal($0) }.joined() }
        }
      }
      #expect(made == "e33b4ddc9c38f2199c3e7b164fcc0536")
    }
  }

  /// Of a function: the codes of two test cases.
  private static var codes: [(any HashFunction.Type, Int, String, String)] {
    [
      (MD5Function.self, 80, "750c783e6ab0b503eaa86e310a5db738", "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"),
      (
        SHA1Function.self, 80, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "aa4ae5e15272d00e95705637ce8a3b55ed402112"
      ),
      (
        SHA256Function.self, 131, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
      ),
      (
        SHA512Function.self, 131,
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
          + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
          + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
      ),
    ]
  }

  private func code<Function: HashFunction>(_: Function.Type, _ key: [UInt8], _ pieces: String...) -> String? {
    key.withUnsafeBytes { HMACKey<Function>($0) }?.withCode(
      of: { run in for piece in pieces { Array(piece.utf8).withUnsafeBytes { run.add($0) } } },
      { $0.map { hexadecimal($0) }.joined() })
  }

  @Test("HMAC: a short key, and one longer than a block (RFC 2202 and RFC 4231)")
  func keyed() {
    for (function, length, short, long) in Self.codes {
      #expect(code(function, Array("Jefe".utf8), "what do ya want ", "for nothing?") == short)
      let key = [UInt8](repeating: 0xAA, count: length)
      #expect(code(function, key, "Test Using Larger Than Block-Size Key - Hash Key First") == long)
    }
  }

  @Test("HMAC: a key serves again, and one as long as a block is taken as it is")
  func again() throws {
    let key = try #require([UInt8](repeating: 0x0B, count: 64).withUnsafeBytes { HMACKey<SHA256Function>($0) })
    func code(_ message: String) -> [UInt8]? {
      key.withCode(of: { run in Array(message.utf8).withUnsafeBytes { run.add($0) } }, { Array($0) })
    }
    let first = code("one")
    #expect(code("two") != first)
    #expect(code("one") == first)
    // By Python's hmac.
    #expect(first?.prefix(8).map { hexadecimal($0) }.joined() == "a1955d4c563a9c46")
  }
}
