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

  /// A socket.
  public init(socket: String, mode: UInt16 = ListenerSettings.standardMode, owner: String? = nil, group: String? = nil)
  {
    self.socket = socket
    self.mode = mode
    self.owner = owner
    self.group = group
  }

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

  static func schema(_ system: SystemFacts) -> TableSchema<ListenDraft> {
    TableSchema(
      title: "[[listen]]",
      rows: [
        Row("socket", .text(like: ListenerSettings.standard.socket, SocketPath.parse), \.socket),
        Row("mode", .text(like: "0660", SocketMode.parse), \.mode),
        Row("owner", .user(system), \.owner),
        Row("group", .group(system), \.group),
      ])
  }

  /// All listeners; a path may be named once.
  static func settings(_ readings: [Reading<ListenDraft>], _ findings: inout Findings) -> [ListenerSettings] {
    var seen: [String: String] = [:]
    return readings.compactMap { reading in
      let draft = reading.draft
      let advice = "say where to listen, such as \"\(ListenerSettings.standard.socket)\""
      guard let socket = reading.require("socket", draft.socket, advice, &findings) else { return nil }
      let path = SocketPath.normalised(socket)
      if let other = seen[path] {
        findings.add(Label.child(reading.label, "socket"), "the same socket as \(other); name it once")
      }
      seen[path] = reading.label
      return ListenerSettings(
        socket: socket, mode: draft.mode ?? ListenerSettings.standardMode, owner: draft.owner, group: draft.group)
    }
  }
}
