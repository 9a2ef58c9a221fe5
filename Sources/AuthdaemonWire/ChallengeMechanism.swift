/// A way to log in without sending the password: digest = HMAC(key: clear password, text: challenge).
///
/// The raw value is the `authtype` on the wire.
public enum ChallengeMechanism: String, Sendable, CaseIterable {
  /// HMAC-MD5, RFC 2195.
  case cramMD5 = "cram-md5"
  /// HMAC-SHA-1.
  case cramSHA1 = "cram-sha1"
  /// HMAC-SHA-256.
  case cramSHA256 = "cram-sha256"

  /// Of the raw digest, in bytes; twice as many hexadecimal digits stand on the wire.
  public var digestLength: Int {
    switch self {
    case .cramMD5: 16
    case .cramSHA1: 20
    case .cramSHA256: 32
    }
  }
}
