internal import Foundation

/// The client's side of CRAM-MD5, CRAM-SHA1 and CRAM-SHA256, computed by OpenSSL and not by the code under test.
public enum CRAMDigest: String, Sendable, CaseIterable {
  /// RFC 2195.
  case md5
  /// The same with SHA-1, as courier offers it.
  case sha1
  /// The same with SHA-256.
  case sha256

  /// The mechanism as IMAP and POP3 name it: `CRAM-MD5`.
  public var mechanism: String { "CRAM-\(rawValue.uppercased())" }
  /// The authtype on the authdaemon socket: `cram-md5`.
  public var authType: String { "cram-\(rawValue)" }

  /// Base64 of `user`, a space, and the hexadecimal HMAC of the decoded challenge.
  public func response(challenge: String, user: String, password: String) throws -> String {
    let text = String(decoding: Data(base64Encoded: challenge) ?? Data(), as: UTF8.self)
    // OpenSSL takes no empty key. HMAC pads keys with zeros, so that one zero byte is the same key.
    let bytes = password.isEmpty ? [0] : Array(password.utf8)
    let key = bytes.map { String(format: "%02x", $0) }.joined()
    let result = try ChildProcess.run(
      ["openssl", "dgst", "-\(rawValue)", "-mac", "HMAC", "-macopt", "hexkey:\(key)"], input: text)
    let digest = result.output.split(separator: " ").last.map { $0.trimmingCharacters(in: .newlines) } ?? ""
    return Data("\(user) \(digest)".utf8).base64EncodedString()
  }
}
