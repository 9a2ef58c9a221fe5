internal import Crypto
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
  /// - Returns: `.match` or `.mismatch`.
  public static func verify(
    hash function: Function, clearPassword: Secret, challenge: [UInt8], digest: [UInt8]
  ) -> Verdict {
    if clearPassword.isEmpty { return .mismatch }
    let isRight = clearPassword.withBytes { password in
      let key = SymmetricKey(data: password)
      return switch function {
      case .md5: HMAC<Insecure.MD5>.isValidAuthenticationCode(digest, authenticating: challenge, using: key)
      case .sha1: HMAC<Insecure.SHA1>.isValidAuthenticationCode(digest, authenticating: challenge, using: key)
      case .sha256: HMAC<SHA256>.isValidAuthenticationCode(digest, authenticating: challenge, using: key)
      }
    }
    return isRight ? .match : .mismatch
  }
}
