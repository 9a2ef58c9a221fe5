internal import Foundation

/// A certificate for `localhost` and 127.0.0.1 that signs itself, with its key, made by `openssl` in a folder.
public struct Certificate: Sendable {
  /// PEM; what clients that verify it need.
  public let path: String
  /// PEM, without a passphrase; nobody but its owner may read it.
  public let keyPath: String

  /// Makes one that is good for two days.
  /// - Parameters:
  ///   - folder: where the files go.
  ///   - owner: of the key; nil: whoever runs the test. Needs root.
  public init(in folder: TemporaryFolder, name: String = "server", owner: String? = nil) throws {
    (path, keyPath) = (folder.file("\(name).pem"), folder.file("\(name)-key.pem"))
    let made = try ChildProcess.run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", keyPath, "-out",
      path,
    ])
    guard made.status == 0 else { throw ServerTrouble("openssl: \(made.errors)") }
    chmod(keyPath, 0o600)
    guard let owner else { return }
    let owned = try ChildProcess.run(["chown", "\(owner):", keyPath])
    guard owned.status == 0 else { throw ServerTrouble("chown: \(owned.errors)") }
  }
}
