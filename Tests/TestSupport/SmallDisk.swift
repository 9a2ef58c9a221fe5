internal import Foundation

/// A file system of its own with little room, to be filled up. Needs root, as mounting does.
public final class SmallDisk: Sendable {
  /// Where it is mounted; anybody may write there.
  public let path: String
  private let folder: TemporaryFolder

  /// Mounts it.
  public init(kibibytes: Int) throws {
    folder = try TemporaryFolder("disk")
    path = folder.file("small")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let mounted = try ChildProcess.run([
      "mount", "-t", "tmpfs", "-o", "size=\(kibibytes)k,mode=1777", "gatepost-test", path,
    ])
    guard mounted.status == 0 else { throw CocoaError(.fileWriteUnknown, userInfo: ["mount": mounted.errors]) }
  }

  /// The path of `name` inside.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Takes all the room that is left.
  public func fill() throws {
    let descriptor = open(file("filler"), O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0, count: 4096)
    while write(descriptor, block, block.count) > 0 {}
    guard errno == ENOSPC else { throw CocoaError(.fileWriteUnknown) }
  }

  /// Gives back what `fill` took.
  public func makeRoom() {
    // At once, though a process that is being started may still hold the file open.
    truncate(file("filler"), 0)
    unlink(file("filler"))
  }

  deinit { _ = try? ChildProcess.run(["umount", "--lazy", path]) }
}
