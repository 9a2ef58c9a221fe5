internal import Glibc

/// Who may see a file.
public struct FileFacts: Sendable, Equatable {
  /// The permission bits of `st_mode`.
  public let mode: UInt16
  /// The user id of its owner.
  public let owner: UInt32

  /// Facts as given.
  public init(mode: UInt16, owner: UInt32) {
    self.mode = mode
    self.owner = owner
  }

  /// Whether everybody on the machine may read it.
  public var isWorldReadable: Bool { mode & 0o004 != 0 }

  /// What stat(2) says; nil when it fails.
  public static func of(_ path: String) -> FileFacts? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return FileFacts(status)
  }

  init(_ status: stat) {
    self.init(mode: UInt16(truncatingIfNeeded: status.st_mode & 0o7777), owner: status.st_uid)
  }
}
