internal import Broker

/// The line that tells an administrator which rule would allow what was asked. Pure.
///
/// ```
/// not allowed: process 812 (imapd, user vmail, groups vmail mail) asked for "enumerate" at /run/…/socket; to allow it:
/// [[peer]] user = "vmail" allow = ["enumerate"]
/// ```
enum PermissionAdvice {
  /// Groups that are named.
  static let mostGroups = 16

  /// - Parameter program: nil when it is not known.
  static func line(_ denial: Denial, processID: Int32, userID: UInt32, program: [UInt8]?, _ names: ProcessNames)
    -> String
  {
    let user = names.user(userID).flatMap { isPlain($0) ? $0 : nil }
    var line = Array("not allowed: process \(processID) (".utf8)
    if let program {
      LogText.append("", program, to: &line)
      LogText.append(", ", to: &line)
    }
    line += (user.map { "user \($0)" } ?? "uid \(userID)").utf8
    line += ", \(groups(denial, names))) asked for \"\(denial.permission.rawValue)\"".utf8
    if let socket = denial.socket, !socket.isEmpty { LogText.append(" at ", socket, to: &line) }
    line += "; to allow it: \(remedy(denial, user: user, userID: userID))".utf8
    return String(decoding: line, as: UTF8.self)
  }

  private static func remedy(_ denial: Denial, user: String?, userID: UInt32) -> String {
    let verb = denial.permission.rawValue
    if denial.isBeyondBound { return "add \"\(verb)\" to `allow` of this socket's [[listen]]" }
    let who = user.map { "user = \"\($0)\"" } ?? "uid = \(userID)"
    let rule = "\(who) allow = [\"\(verb)\"]"
    return denial.hasOwnRules ? "[[listen.peer]] \(rule), behind this socket's [[listen]]" : "[[peer]] \(rule)"
  }

  /// The effective group and the others, each once.
  private static func groups(_ denial: Denial, _ names: ProcessNames) -> String {
    var ids = [denial.groupID]
    for id in (denial.groups ?? []).prefix(mostGroups) where !ids.contains(id) { ids.append(id) }
    let shown = ids.map { id in names.group(id).flatMap { isPlain($0) ? $0 : nil } ?? String(id) }
    let more = (denial.groups?.count ?? 0) > mostGroups ? " …" : ""
    let doubt = denial.groups == nil ? ", other groups unknown" : ""
    return "group\(ids.count == 1 ? "" : "s") \(shown.joined(separator: " "))\(more)\(doubt)"
  }

  /// Whether a name needs neither quotes in a log line nor escapes in a configuration.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 64
      && name.utf8.allSatisfy { byte in
        byte > 0x20 && byte < 0x7f && !"\"\\'`=;,()[]".utf8.contains(byte)
      }
  }
}
