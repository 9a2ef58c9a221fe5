internal import Foundation

/// courier's IMAP or POP3 server on a free port of the loopback interface, asking the socket under test who may log in.
public final class CourierMailServer: Sendable {
  /// Which of the two.
  public enum Service: Sendable {
    /// `imaplogin`, then `imapd`.
    case imap
    /// `courierpop3login`, then `courierpop3d`.
    case pop3
  }

  /// On 127.0.0.1.
  public let port: UInt16
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// Starts it.
  /// - Parameters:
  ///   - socketPath: of the server under test; its last component must be `socket`.
  ///   - environment: settings beside the usual ones.
  public init(_ service: Service, socketPath: String, environment: [String: String] = [:]) throws {
    port = try freePort()
    folder = try TemporaryFolder("courier")
    let listener = [
      "couriertcpd", "-address=127.0.0.1", "-nodnslookup", "-noidentlookup", "-maxprocs=300", "-maxperip=300",
      "\(port)",
    ]
    let programs =
      switch service {
      case .imap: ["/usr/lib/courier/courier/imaplogin", "/usr/bin/imapd", "Maildir"]
      case .pop3: ["/usr/lib/courier/courier/courierpop3login", "/usr/lib/courier/courier/courierpop3d", "Maildir"]
      }
    process = try ChildProcess(
      SocketNamespace.command(listener + programs, socketPath: socketPath),
      environment: Self.environment.merging(environment) { $1 }, outputPath: folder.file("log"))
    let port = port
    guard eventually({ (try? SocketConnection(port: port)) != nil }) else {
      throw ServerTrouble("couriertcpd does not listen", log: process.output)
    }
  }

  /// What it and the servers it started have said.
  public var log: String { process.output }

  /// Ends it.
  public func stop() { process.stop() }

  /// What `/etc/courier/imapd` and `/etc/courier/pop3d` set.
  private static let environment = [
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "IMAP_CAPABILITY":
      "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE AUTH=PLAIN AUTH=CRAM-MD5 AUTH=CRAM-SHA1 AUTH=CRAM-SHA256 IDLE",
    "POP3AUTH": "PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256",
    "IMAP_STARTTLS": "NO", "POP3_STARTTLS": "NO", "COURIERTLS": "/usr/bin/couriertls",
    "TLS_CERTFILE": "/nonexistent", "TLS_CACHEFILE": "/nonexistent", "MAILDIRPATH": "Maildir",
    "IMAP_SHAREDINDEXFILE": "/nonexistent", "IMAP_EMPTYTRASH": "", "IMAP_USELOCKS": "1",
  ]
}
