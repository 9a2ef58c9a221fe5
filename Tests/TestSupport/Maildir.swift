internal import Foundation

/// A mail folder on disk, as courier and maildrop expect it: `cur`, `new`, `tmp`, owned by the account's uid.
public struct Maildir: Sendable {
  /// Without a slash at the end.
  public let path: String

  /// Makes it, and the folders above it as far as they are missing.
  public init(creating path: String, uid: UInt32, gid: UInt32) throws {
    self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    for name in ["cur", "new", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(self.path)/\(name)", withIntermediateDirectories: true)
      chown("\(self.path)/\(name)", uid, gid)
    }
    chown(self.path, uid, gid)
  }

  /// The texts of the messages that nobody has read.
  public var newMessages: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/new")) ?? []
    return names.sorted().compactMap { try? String(contentsOfFile: "\(path)/new/\($0)", encoding: .utf8) }
  }
}
