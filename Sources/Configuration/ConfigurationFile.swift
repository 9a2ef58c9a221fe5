internal import Glibc

/// A configuration file as it lies on the disk.
public struct ConfigurationFile: Sendable {
  /// Where it is looked for when nobody says otherwise.
  public static let standardPath = "/etc/gatepost/gatepost.toml"
  /// In bytes. A configuration by hand is a few kilobytes; a database given by mistake is more.
  public static let largest = 1 << 20

  /// Its text.
  public let text: String
  /// Who may read it.
  public let facts: FileFacts

  /// Reads the file.
  /// - Throws: `ConfigurationError` when there is none, it cannot be read, is no plain file, too large, or not UTF-8.
  public init(path: String) throws(ConfigurationError) {
    // Non-blocking, so that a named pipe does not hold us up before we see that it is one.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.failure(errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .file("is a folder; give the path of a file, such as \(Self.standardPath)")
    default: throw .file("is not a plain file")
    }
    facts = FileFacts(status)
    text = try Self.text(of: try Self.bytes(of: descriptor))
  }

  private static func bytes(of descriptor: Int32) throws(ConfigurationError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      if bytes.count > largest {
        throw .file("is larger than \(largest >> 20) MiB, which no configuration is")
      }
    }
  }

  /// The bytes as text, unchanged.
  static func text(of bytes: [UInt8]) throws(ConfigurationError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var line = 1
    var rest = bytes[...]
    // The first line that is not UTF-8: a line feed is never part of a longer sequence.
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")), String(validating: rest[..<end], as: UTF8.self) != nil {
      rest = rest[(end + 1)...]
      line += 1
    }
    throw ConfigurationError(mistakes: [
      Mistake(line: line, key: "", text: "not UTF-8; save the file in that encoding")
    ])
  }

  private static func failure(_ code: Int32) -> ConfigurationError {
    switch code {
    case ENOENT: .file("there is no such file; give the path with --config")
    case EACCES: .file("may not be read by user id \(geteuid()); give its group the right to, or run as another user")
    default: .file("cannot be read: \(String(cString: strerror(code)))")
    }
  }
}
