internal import Accounts
internal import Passwords

/// The top level of the file on the way to `Settings`.
struct RootDraft {
  var defaultDomain: String?
  var defaultOptions: String?
  var logLevel: LogLevel?
  var verifiedLoginMemory: VerifiedLoginMemory?
  var weakSchemes: WeakSchemes?
  var listeners: [Reading<ListenDraft>] = []
  var directories: [Reading<DirectoryDraft>] = []
  var peers: [Reading<PeerDraft>] = []
  var limits: Reading<LimitSettings>?
  var throttle: Reading<ThrottleSettings>?
  var control: Reading<ControlSettings>?
  var stateFolder: String?

  static func schema(_ backEnds: [BackEnd], _ system: SystemFacts) -> TableSchema<RootDraft> {
    TableSchema(
      title: "the top level",
      rows: [
        Row("default-domain", .text(like: "example.com", DefaultDomain.parse), \.defaultDomain),
        Row("default-options", .text(like: "disablewebmail=1", DefaultOptions.parse), \.defaultOptions),
        Row("log-level", .word(), \.logLevel),
        Row("verified-login-memory", .text(like: "2m", VerifiedLoginMemory.parse), \.verifiedLoginMemory),
        Row("weak-schemes", .word(), \.weakSchemes),
        Row(tables: "listen", ListenDraft.schema(system), start: ListenDraft(), \.listeners),
        Row(tables: "directory", DirectoryDraft.schema(backEnds, system), start: DirectoryDraft(), \.directories),
        Row(tables: "peer", PeerDraft.schema(system), start: PeerDraft(), \.peers),
        Row(table: "limits", LimitSettings.schema, start: LimitSettings(), \.limits),
        Row(table: "throttle", ThrottleSettings.schema, start: ThrottleSettings(), \.throttle),
        Row(table: "control", ControlSettings.schema(system), start: ControlSettings(), \.control),
        Row("state-folder", .text(like: "/var/lib/gatepost", FolderPath.parse), \.stateFolder),
      ])
  }

  /// What comes of it; right only if there were no findings.
  func settings(
    _ reading: Reading<RootDraft>, backEnds: [BackEnd], file: FileFacts?, system: SystemFacts, mayLackTables: Bool,
    _ findings: inout Findings
  ) -> Settings {
    var settings = Settings()
    settings.defaultDomain = defaultDomain
    settings.defaultOptions = defaultOptions
    settings.logLevel = logLevel ?? settings.logLevel
    settings.weakSchemes = weakSchemes ?? settings.weakSchemes
    if let verifiedLoginMemory { settings.verifiedLoginMemory = verifiedLoginMemory.lifetime }
    settings.listensByDefault = !reading.given.contains("listen")
    settings.listeners =
      settings.listensByDefault ? [.standard] : ListenDraft.settings(listeners, system, &findings)
    settings.directories = DirectoryDraft.settings(directories, backEnds, file, system, &findings)
    settings.peers = peers.compactMap { PeerDraft.rule($0, system, &findings) }
    settings.limits = limits?.draft ?? settings.limits
    for reading in directories {
      guard let target = reading.draft.rehashTo, target.memory > settings.limits.hashMemory else { continue }
      findings.add(
        Label.child(reading.label, "rehash-to"),
        "one such hash takes \(target.memory >> 10) KiB of memory, and all together may take "
          + "\(SizeText.format(settings.limits.hashMemory)) (hash-memory of [limits])")
    }
    settings.throttle = throttle?.draft ?? settings.throttle
    settings.control = control?.draft ?? settings.control
    settings.stateFolder = stateFolder
    if let control = settings.control.socket.map(SocketPath.normalised),
      settings.listeners.contains(where: { SocketPath.normalised($0.socket) == control })
    {
      findings.add("control.socket", "the same socket as one that mail programs ask; give it a path of its own")
    }
    if directories.isEmpty, !mayLackTables, !reading.given.contains("directory") {
      let types = DirectoryDraft.types(backEnds).map { "\"\($0)\"" }.joined(separator: " or ")
      findings.add("directory", "missing; add a [[directory]] with type = \(types), where the accounts are")
    }
    return settings
  }
}

/// How long a verified login is remembered, or not at all.
struct VerifiedLoginMemory {
  /// An hour at the most: what is remembered helps whoever can read the process's memory.
  private static let range = Duration.seconds(1)...Duration.seconds(3600)

  /// Nil: off.
  let lifetime: Duration?

  static func parse(_ text: String) throws(Objection) -> VerifiedLoginMemory {
    if text == "off" { return VerifiedLoginMemory(lifetime: nil) }
    guard let lifetime = DurationText.parse(text), range.contains(lifetime) else {
      let (least, most) = (DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
      throw Objection("expected \"off\" or a duration from \(least) to \(most), found \"\(Label.harmless(text))\"")
    }
    return VerifiedLoginMemory(lifetime: lifetime)
  }
}

/// The domain of users who log in without one.
private enum DefaultDomain {
  static func parse(_ text: String) throws(Objection) -> String {
    if text.isEmpty { throw Objection("is empty; leave the key out when login names need no domain") }
    if text.contains("@") { throw Objection("expected a domain without \"@\", such as \"example.com\"") }
    if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      throw Objection("expected a domain such as \"example.com\", found spaces or control characters")
    }
    if text.utf8.count > 255 { throw Objection("is \(text.utf8.count) bytes long; a domain has at most 255") }
    return text
  }
}

/// Options for accounts that do not set them.
private enum DefaultOptions {
  /// In bytes: a reply has 8,190 for everything.
  static let longest = 1024

  static func parse(_ text: String) throws(Objection) -> String {
    if text.isEmpty { throw Objection("is empty; leave the key out when there are none") }
    if text.utf8.count > longest { throw Objection("is \(text.utf8.count) bytes long; at most \(longest) are taken") }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw Objection("holds a control character") }
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = pair.prefix { $0 != "=" }
      if name.isEmpty || name.utf8.count == pair.utf8.count {
        throw Objection(
          "expected name=value pairs joined by commas, such as \"disablewebmail=1\", found \"\(Label.harmless(String(pair)))\""
        )
      }
    }
    return text
  }
}
