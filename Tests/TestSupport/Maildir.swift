internal import Foundation

/// A mail folder on disk, as courier and maildrop expect it: `cur`, `new`, `tmp`, owned by the account's uid.
public struct Maildir: Sendable {
  /// Without a slash at the end.
  public let path: String
  private let uid: UInt32
  private let gid: UInt32

  /// Makes it, and the folders above it as far as they are missing.
  public init(creating path: String, uid: UInt32, gid: UInt32) throws {
    self.uid = uid
    self.gid = gid
    self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    for name in ["cur", "new", "tmp"] {
      try FileManager.default.createDirectory(atPath: "\(self.path)/\(name)", withIntermediateDirectories: true)
      chown("\(self.path)/\(name)", uid, gid)
    }
    chown(self.path, uid, gid)
  }

  /// Puts a message into it as if it had just been delivered.
  public func add(_ message: String) throws {
    let name = UUID().uuidString
    try message.write(toFile: "\(path)/tmp/\(name)", atomically: false, encoding: .utf8)
    chown("\(path)/tmp/\(name)", uid, gid)
    try FileManager.default.moveItem(atPath: "\(path)/tmp/\(name)", toPath: "\(path)/new/\(name)")
  }

  /// The texts of the messages that nobody has read.
  public var newMessages: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/new")) ?? []
    return names.sorted().compactMap { try? String(contentsOfFile: "\(path)/new/\($0)", encoding: .utf8) }
  }
}
