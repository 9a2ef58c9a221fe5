internal import Accounts
internal import Logging

/// What looking at a directory has found, for the log.
enum InspectionLog {
  /// - Parameters:
  ///   - wrong: the level of what the configuration has wrong.
  ///   - name: the directory's.
  /// - Returns: whether the configuration has anything wrong.
  static func write(_ findings: [DirectoryFinding], of name: String, wrong: Logger.Level, _ logger: Logger) -> Bool {
    for finding in findings {
      let text = "directory \(name): \(finding.key.isEmpty ? "" : "\(finding.key): ")\(finding.text)"
      switch finding.kind {
      case .configuration: logger.log(level: wrong, "\(text)")
      case .limited: logger.warning("\(text)")
      case .unavailable: logger.error("\(text); serving without it until it is back")
      }
    }
    return findings.contains { $0.kind == .configuration }
  }
}
