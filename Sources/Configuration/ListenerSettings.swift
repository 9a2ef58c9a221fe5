/// One `[[listen]]`: a Unix socket.
public struct ListenerSettings: Sendable, Equatable {
  /// An absolute path of at most 107 bytes.
  public var socket: String
  /// Its permissions, at most 0o777.
  public var mode: UInt16
  /// The user it is given to; nil leaves it to the daemon's own.
  public var owner: String?
  /// The group it is given to; nil leaves it to the daemon's own.
  public var group: String?
  /// What may be asked through it at all, whatever the rules say.
  public var allow: Set<AllowedVerb>
  /// Its own `[[listen.peer]]` rules, in the place of the `[[peer]]` rules; empty: it has none.
  public var peers: [PeerRule]

  /// A socket.
  public init(
    socket: String, mode: UInt16 = ListenerSettings.standardMode, owner: String? = nil, group: String? = nil,
    allow: Set<AllowedVerb> = Set(AllowedVerb.allCases), peers: [PeerRule] = []
  ) {
    self.socket = socket
    self.mode = mode
    self.owner = owner
    self.group = group
    self.allow = allow
    self.peers = peers
  }

  /// Whether it is the same socket with the same owner and permissions, whoever may ask what through it.
  public func isSameSocket(as other: ListenerSettings) -> Bool {
    socket == other.socket && mode == other.mode && owner == other.owner && group == other.group
  }

  /// One spelling of a path for all: without empty parts and dots.
  public static func normalised(_ path: String) -> String { SocketPath.normalised(path) }

  /// Owner and group may ask.
  public static let standardMode: UInt16 = 0o660

  /// What a file without `[[listen]]` means: where courier's library, and cyrus-sasl as Gentoo builds it, look.
  public static let standard = ListenerSettings(socket: "/var/lib/courier/authdaemon/socket")
}

/// `[[listen]]` on the way to `ListenerSettings`.
struct ListenDraft {
  var socket: String?
  var mode: UInt16?
  var owner: String?
  var group: String?
  var allow: [AllowedVerb]?
  var peers: [Reading<PeerDraft>] = []

  static func schema(_ system: SystemFacts) -> TableSchema<ListenDraft> {
    TableSchema(
      title: "[[listen]]",
      rows: [
        Row("socket", .text(like: ListenerSettings.standard.socket, SocketPath.parse), \.socket),
        Row("mode", .text(like: "0660", SocketMode.parse), \.mode),
        Row("owner", .user(system), \.owner),
        Row("group", .group(system), \.group),
        Row("allow", .list(of: .word(), example: "[\"login\"]"), \.allow),
        Row(tables: "peer", PeerDraft.schema(system, title: "[[listen.peer]]"), start: PeerDraft(), \.peers),
      ])
  }

  /// All listeners; a path may be named once.
  static func settings(
    _ readings: [Reading<ListenDraft>], _ system: SystemFacts, _ findings: inout Findings
  ) -> [ListenerSettings] {
    var seen: [String: String] = [:]
    return readings.compactMap { reading in
      let draft = reading.draft
      let allow = draft.allow.map { Set($0) } ?? Set(AllowedVerb.allCases)
      let peers = draft.peers.compactMap { peer in
        PeerDraft.rule(peer, system, &findings).map { rule in
          let lost = AllowedVerb.allCases.filter { rule.allow.contains($0) && !allow.contains($0) }.map(\.rawValue)
          if !lost.isEmpty {
            findings.add(
              Label.child(peer.label, "allow"),
              "\(Suggestion.list(lost)) may not be asked through this socket at all: add it to its `allow`, or take it away here"
            )
          }
          return rule
        }
      }
      let advice = "say where to listen, such as \"\(ListenerSettings.standard.socket)\""
      guard let socket = reading.require("socket", draft.socket, advice, &findings) else { return nil }
      let path = SocketPath.normalised(socket)
      if let other = seen[path] {
        findings.add(Label.child(reading.label, "socket"), "the same socket as \(other); name it once")
      }
      seen[path] = reading.label
      return ListenerSettings(
        socket: socket, mode: draft.mode ?? ListenerSettings.standardMode, owner: draft.owner, group: draft.group,
        allow: allow, peers: peers)
    }
  }
}
