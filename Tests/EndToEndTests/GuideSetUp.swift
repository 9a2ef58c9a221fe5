internal import Foundation
internal import TestSupport

/// The guide's machine: its database, gatepost, Postfix and courier-imap, from the files of `docs/examples/gentoo`.
final class GuideSetUp {
  let gatepost: GatepostDaemon
  let postfix: PostfixServer
  let imap: CourierMailServer
  let tools: CourierTools
  /// In the place of `/var/vmail/`, and with the slash at its end.
  let mailRoot: String
  /// testuser's.
  let maildir: Maildir
  private let server: PostgreSQLServer
  private let mailFolder: TemporaryFolder

  /// - Parameter login: the preset's `login`.
  init(login: String) throws {
    let files = "docs/examples/gentoo"
    server = try PostgreSQLServer()
    try server.sql("CREATE DATABASE postfix")
    try server.sql(Fixtures.projectText("\(files)/postfix.sql"), database: "postfix")
    // One more, who must not get in.
    try server.sql(
      """
      INSERT INTO mailbox (username, password, maildir, local_part, domain, active)
      SELECT 'inactive@example.com', password, 'example.com/inactive/', 'inactive', domain, '0' FROM mailbox
      """, database: "postfix")

    let owner: UInt32 = 5_000
    mailFolder = try TemporaryFolder("vmail")
    mailRoot = mailFolder.path + "/"
    maildir = try Maildir(creating: mailRoot + "example.com/testuser", uid: owner, gid: owner)
    for path in [mailFolder.path, mailFolder.file("example.com")] { chown(path, owner, owner) }

    let configuration = try Self.substituted(
      "\(files)/gatepost.toml",
      [
        "/var/vmail/": mailRoot, "host=/run/postgresql": "host=\(server.socketFolder) port=\(server.port)",
        "\"local-part\"": "\"\(login)\"",
      ])
    gatepost = try GatepostDaemon { configuration.replacingOccurrences(of: Self.socket, with: $0) }
    postfix = try PostfixServer(
      mainSettings: Fixtures.projectText("\(files)/main.cf"),
      saslConfiguration: Self.substituted("\(files)/smtpd.conf", [Self.socket: gatepost.socketPath]))
    imap = try CourierMailServer(.imap, socketPath: gatepost.socketPath)
    tools = CourierTools(socketPath: gatepost.socketPath)
  }

  func stop() {
    imap.stop()
    postfix.stop()
    gatepost.stop()
    server.stop()
  }

  private static let socket = "/var/lib/courier/authdaemon/socket"

  /// The text of a file with other values; each of them must be there to be replaced.
  private static func substituted(_ file: String, _ values: [String: String]) throws -> String {
    try values.reduce(into: Fixtures.projectText(file)) { text, value in
      guard text.contains(value.key) else { throw ServerTrouble("\(file) does not name \(value.key) any more") }
      text = text.replacingOccurrences(of: value.key, with: value.value)
    }
  }
}
