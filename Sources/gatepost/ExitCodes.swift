internal import ArgumentParser
internal import Glibc

extension ExitCode {
  /// Refused, or a check failed.
  static let refused = ExitCode(1)
  /// Called wrongly: EX_USAGE of sysexits(3).
  static let usage = ExitCode(64)
  /// Try again later: EX_TEMPFAIL.
  static let temporary = ExitCode(75)
  /// The configuration is wrong: EX_CONFIG. The unit file keeps systemd from restarting on it.
  static let configuration = ExitCode(78)
}

/// Writes a line to standard error.
func standardError(_ text: String) {
  let line = Array("\(text)\n".utf8)
  _ = write(2, line, line.count)
}

/// Writes to standard output, all of it.
/// - Returns: false when nobody reads it any more.
@discardableResult
func standardOutput(_ text: String) -> Bool {
  standardOutput(bytes: Array(text.utf8))
}

/// Writes to standard output, all of it.
@discardableResult
func standardOutput(bytes: [UInt8]) -> Bool {
  var offset = 0
  while offset < bytes.count {
    let count = bytes.withUnsafeBytes { write(1, $0.baseAddress.map { $0 + offset }, bytes.count - offset) }
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { return false }
    offset += count
  }
  return true
}
