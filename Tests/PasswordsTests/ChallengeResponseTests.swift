import Passwords
import Secrets
import Testing

@Suite("CRAM")
struct ChallengeResponseTests {
  private static let challenge = Array("<1896.697170952@postoffice.reston.mci.net>".utf8)

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    var rest = Substring(hexadecimal)
    var bytes: [UInt8] = []
    while !rest.isEmpty {
      bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  /// RFC 2195, section 2, and the same with the other functions (Python's hmac).
  private static let digests: [(ChallengeResponse.Function, String)] = [
    (.md5, "b913a602c7eda7a495b4e6e7334d3890"),
    (.sha1, "8cb10ed0a8b764ab0e05125dd6eaa295f19b5943"),
    (.sha256, "f0011bbf7c1618ef90e3f18148e5eda4e15631c9c38ebef062bf7143ff72e944"),
  ]

  private func answer(
    _ function: ChallengeResponse.Function, _ password: String, _ digest: [UInt8], _ challenge: [UInt8] = Self.challenge
  ) -> Verdict {
    ChallengeResponse.verify(
      hash: function, clearPassword: Secret(text: password), challenge: challenge, digest: digest)
  }

  @Test("The RFC's answer is right, every other bit is wrong")
  func known() {
    for (function, text) in Self.digests {
      let digest = Self.bytes(text)
      #expect(answer(function, "tanstaaftanstaaf", digest) == .match)
      #expect(answer(function, "tanstaaftanstaag", digest) == .mismatch)
      #expect(answer(function, "tanstaaftanstaaf", digest, Self.challenge + [0]) == .mismatch)
      for index in digest.indices {
        var changed = digest
        changed[index] ^= 1
        #expect(answer(function, "tanstaaftanstaaf", changed) == .mismatch)
      }
      for length in 0..<digest.count {
        #expect(answer(function, "tanstaaftanstaaf", Array(digest.prefix(length))) == .mismatch)
      }
      #expect(answer(function, "tanstaaftanstaaf", digest + [0]) == .mismatch)
    }
  }

  @Test("A missing clear password does not count as the empty one")
  func empty() {
    // HMAC-MD5 of the challenge under the empty key, as Python's hmac computes it.
    let digest = Self.bytes("a00b54b824afa19ec2de0f73cb2a04c2")
    #expect(answer(.md5, "", digest) == .mismatch)
    #expect(answer(.md5, "", []) == .mismatch)
  }

  @Test("A password longer than the function's block is hashed first")
  func longKey() {
    let digest = Self.bytes("40064d18d38e741763a9c1ba8988f753ce2e0fc59e72a6ef62418010f9d73ed2")
    #expect(answer(.sha256, String(repeating: "k", count: 200), digest) == .match)
  }
}
