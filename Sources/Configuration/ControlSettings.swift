/// `[control]`: the socket through which an administrator talks to the daemon.
public struct ControlSettings: Sendable, Equatable {
  /// An absolute path of at most 107 bytes; nil leaves it to systemd's `RuntimeDirectory=`.
  public var socket: String?
  /// Whose members may use it, beside root; nil: nobody.
  public var group: String?

  /// The defaults.
  public init() {}

  /// Where it is with the unit as shipped.
  public static let standardSocket = "/run/gatepost/control"

  static func schema(_ system: SystemFacts) -> TableSchema<ControlSettings> {
    TableSchema(
      title: "[control]",
      rows: [
        Row("socket", .text(like: standardSocket, SocketPath.parse), \.socket),
        Row("group", .group(system), \.group),
      ])
  }
}

/// The path of a folder, checked.
enum FolderPath {
  /// In bytes: Linux's PATH_MAX is 4,096, and names of files come behind.
  static let longest = 1024

  static func parse(_ text: String) throws(Objection) -> String {
    guard text.hasPrefix("/") else {
      throw Objection("expected an absolute path such as \"/var/lib/gatepost\", found \"\(Label.harmless(text))\"")
    }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw Objection("holds a control character") }
    if text.utf8.count > longest { throw Objection("is \(text.utf8.count) bytes long; at most \(longest) are taken") }
    return text
  }
}
