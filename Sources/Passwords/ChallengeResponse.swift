public import Secrets

/// CRAM-MD5 (RFC 2195) and its kin: the client proves the password by HMAC(key: password, text: challenge).
public enum ChallengeResponse {
  /// The function under the HMAC.
  public enum Function: Sendable, CaseIterable {
    /// `cram-md5`
    case md5
    /// `cram-sha1`
    case sha1
    /// `cram-sha256`
    case sha256
  }

  /// Checks an answer, in a time that does not depend on where it differs.
  /// - Parameters:
  ///   - clearPassword: the stored one. An empty one never matches: whoever has none stored would let in anybody.
  ///   - challenge: decoded.
  ///   - digest: the answer's bytes, decoded from hexadecimal.
  /// - Returns: `.match`, `.mismatch`, or `.unverifiable` when libcrypto refuses.
  public static func verify(
    hash function: Function, clearPassword: Secret, challenge: [UInt8], digest: [UInt8]
  ) -> Verdict {
    if clearPassword.isEmpty { return .mismatch }
    return clearPassword.withBytes { password in
      switch function {
      case .md5: verify(MD5Function.self, password, challenge, digest, "CRAM-MD5")
      case .sha1: verify(SHA1Function.self, password, challenge, digest, "CRAM-SHA1")
      case .sha256: verify(SHA256Function.self, password, challenge, digest, "CRAM-SHA256")
      }
    }
  }

  private static func verify<Function: HashFunction>(
    _: Function.Type, _ password: UnsafeRawBufferPointer, _ challenge: [UInt8], _ digest: [UInt8], _ name: String
  ) -> Verdict {
    let isSame = HMACKey<Function>(password)?.withCode(
      of: { run in challenge.withUnsafeBytes { run.add($0) } },
      { code in digest.withUnsafeBytes { equalInConstantTime(code, $0) } })
    return Verdict(isSame: isSame, name)
  }
}
