internal import ArgumentParser
internal import Glibc
internal import Threads

extension ExitCode {
  /// Refused, or a check failed.
  static let refused = ExitCode(1)
  /// Called wrongly: EX_USAGE of sysexits(3).
  static let usage = ExitCode(64)
  /// Try again later: EX_TEMPFAIL.
  static let temporary = ExitCode(75)
  /// The configuration is wrong: EX_CONFIG. The unit file keeps systemd from restarting on it.
  static let configuration = ExitCode(78)

  /// `usage`, after saying what is wrong with what was read: the command line itself is right.
  static func misuse(_ what: String) -> ExitCode {
    standardError("gatepost: \(what)")
    return .usage
  }
}

/// Writes a line to standard error.
func standardError(_ text: String) {
  let line = Array("\(text)\n".utf8)
  _ = write(2, line, line.count)
}

/// Writes to standard output, all of it.
/// - Throws: `ExitCode.temporary`, after saying why, when it could not: half an answer must not pass for a whole one.
func standardOutput(_ text: String) throws {
  let bytes = Array(text.utf8)
  var offset = 0
  while offset < bytes.count {
    let count = bytes.withUnsafeBytes { write(1, $0.baseAddress.map { $0 + offset }, bytes.count - offset) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else {
      let reason = SystemError(call: "write", code: count < 0 ? errno : ENOSPC).reason
      standardError("gatepost: cannot write to standard output: \(reason)")
      throw ExitCode.temporary
    }
    offset += count
  }
}
