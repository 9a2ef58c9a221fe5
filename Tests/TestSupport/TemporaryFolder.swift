internal import Foundation

/// A folder that is gone when its last reference is. Its path is short: a socket's path has room for 107 bytes only.
public final class TemporaryFolder: Sendable {
  /// Absolute.
  public let path: String

  /// Makes a folder below `/tmp`, open to all users for entering (Postfix and courier run as others).
  public init(_ name: String = "t") throws {
    var template = Array("/tmp/gp-\(name)-XXXXXX".utf8CString)
    guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil else {
      throw CocoaError(.fileWriteUnknown)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  /// The path of `name` inside.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes `text` to `name` and returns the path.
  @discardableResult
  public func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    let path = file(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
