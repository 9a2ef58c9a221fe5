internal import Configuration

/// A socket that everybody on the machine may open, and for which no rule says who may ask what.
struct SocketExposure {
  /// In words that say what to do.
  let warning: String

  /// Nil when the socket at `path` is not open to everybody, or has rules.
  /// - Parameters:
  ///   - mode: its permissions. One that was handed over and lies at no path has none, and everybody may open it.
  ///   - listener: its `[[listen]]`, if it has one.
  init?(path: String, mode: UInt16, _ listener: ListenerSettings?, _ settings: Settings) {
    guard settings.peers.isEmpty, listener?.peers.isEmpty ?? true else { return nil }
    guard mode & 0o002 != 0, Self.isReachable(path) else { return nil }
    let verbs = AllowedVerb.allCases.filter { listener?.allow.contains($0) ?? true }.map(\.rawValue)
    let octal = CheckReport.octal(mode)
    warning =
      "everybody on this machine may open \(path) (mode \(octal)) and ask: \(verbs.joined(separator: ", ")); "
      + "give it the mode \"0660\" and a group, or say in [[peer]] rules who may ask what"
  }

  /// A socket that is there.
  init?(path: String, _ listener: ListenerSettings?, _ settings: Settings) {
    self.init(path: path, mode: FileFacts.of(path)?.mode ?? 0o777, listener, settings)
  }

  /// Whether everybody may enter every folder on the way. A folder that is not there yet counts as one that they may.
  private static func isReachable(_ path: String) -> Bool {
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/\(part)"
      if let facts = FileFacts.of(folder), facts.mode & 0o001 == 0 { return false }
    }
    return true
  }
}
