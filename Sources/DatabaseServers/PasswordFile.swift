internal import Glibc
package import Secrets

/// The first line of the file that `password-file` names.
package enum PasswordFile {
  /// Of the line, in bytes; PostgreSQL itself takes no longer password (`PQ_SASL` limits of its server: 1024 and less), and MariaDB
  /// 255 in some of its plugins.
  package static let maximumLength = 1_024

  /// A file that gives no password.
  package struct Failure: Error {
    /// Names the file, never its content.
    package let message: String
  }

  /// - Throws: `Failure` when the file cannot be read, or its first line is empty, too long or holds a NUL.
  package static func read(_ path: String) throws(Failure) -> Secret {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maximumLength + 2)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        let reason = String(cString: strerror(errno))
        _ = Secret.taking(&bytes)
        throw failure(path, reason)
      }
      if got == 0 { break }
      count += got
    }
    let whole = Secret.taking(&bytes)
    let line = whole.withBytes { whole in
      var line = whole.prefix(count)
      if let end = line.firstIndex(of: 0x0A) { line = line[..<end] }
      if line.last == 0x0D { line = line.dropLast() }
      return line.count > maximumLength || line.contains(0) ? nil : Secret(line)
    }
    guard let line else { throw failure(path, "the first line is too long or holds a NUL") }
    guard !line.isEmpty else { throw failure(path, "the first line is empty") }
    return line
  }

  private static func failure(_ path: String, _ reason: String) -> Failure {
    Failure(message: OneLine.clean("password file \(path): \(reason)"))
  }
}
