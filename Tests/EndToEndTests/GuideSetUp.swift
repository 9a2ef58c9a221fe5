internal import Foundation
internal import TestSupport

/// A guide's machine: its database, gatepost, Postfix and courier-imap, from the files that the guide shows.
final class GuideSetUp {
  /// A guide of the documentation.
  enum Page: String, Sendable {
    /// PostgreSQL; one socket, which Postfix opens too, as a member of the group `mail`.
    case gentoo
    /// MariaDB on Debian; Postfix has a socket of its own.
    case mariadb

    /// The page, from the project's root.
    var path: String { "docs/\(rawValue).md" }
    /// Where its files lie.
    var files: String { "docs/examples/\(rawValue)" }
    /// Its members may open the sockets.
    var group: String { self == .gentoo ? "mail" : "courier" }
    /// The `login` of its configuration.
    var login: String { self == .gentoo ? "local-part" : "address" }
  }

  let gatepost: GatepostDaemon
  let postfix: PostfixServer
  let imap: CourierMailServer
  let tools: CourierTools
  /// In the place of `/var/vmail/`, and with the slash at its end.
  let mailRoot: String
  /// testuser's.
  let maildir: Maildir
  private let mailFolder: TemporaryFolder
  /// The server, which ends with its last reference.
  private var server: AnyObject?

  /// - Parameter login: the preset's `login`.
  init(_ page: Page, login: String) throws {
    let owner: UInt32 = 5_000
    mailFolder = try TemporaryFolder("vmail")
    mailRoot = mailFolder.path + "/"
    maildir = try Maildir(creating: mailRoot + "example.com/testuser", uid: owner, gid: owner)
    for path in [mailFolder.path, mailFolder.file("example.com")] { chown(path, owner, owner) }

    var values = ["/var/vmail/": mailRoot, "login = \"\(page.login)\"": "login = \"\(login)\""]
    switch page {
    case .gentoo:
      let server = try Self.postgresql(page)
      values["host=/run/postgresql"] = "host=\(server.socketFolder) port=\(server.port)"
      self.server = server
    case .mariadb:
      let server = try Self.mariadb(page)
      values["socket=/run/mysqld/mysqld.sock"] = "socket=\(server.socketPath)"
      values["user=gatepost"] = "user=\(Self.user)"
      self.server = server
    }
    let configuration = try Self.substituted("\(page.files)/gatepost.toml", values)
    let main = try Fixtures.projectText("\(page.files)/main.cf")
    switch page {
    case .gentoo:
      let socket = "/var/lib/courier/authdaemon/socket"
      gatepost = try GatepostDaemon { configuration.replacingOccurrences(of: socket, with: $0) }
      postfix = try PostfixServer(
        mainSettings: main,
        saslConfiguration: Self.substituted("\(page.files)/smtpd.conf", [socket: gatepost.socketPath]))
    case .mariadb:
      // The database asks the kernel which user it is; $4 is the configuration's path.
      let user = Self.user
      let prelude = """
        chown \(user): "$(dirname "$4")/run"; set -- setpriv --reuid=\(user) --regid=\(user) --clear-groups -- "$@"
        """
      var login = ""
      gatepost = try GatepostDaemon(prelude: prelude) { socket in
        login = (socket as NSString).deletingLastPathComponent + "/login"
        return configuration.replacingOccurrences(of: "/run/courier/authdaemon/socket", with: socket)
          .replacingOccurrences(of: "/var/spool/postfix/run/gatepost/socket", with: login)
      }
      postfix = try PostfixServer(
        mainSettings: main,
        saslConfiguration: Self.substituted("\(page.files)/smtpd.conf", ["/run/gatepost/socket": login]))
    }
    imap = try CourierMailServer(.imap, socketPath: gatepost.socketPath)
    tools = CourierTools(socketPath: gatepost.socketPath)
  }

  func stop() {
    imap.stop()
    postfix.stop()
    gatepost.stop()
    server = nil
  }

  /// What `gatepost check --connect` prints to the daemon's user, without warnings about this machine, with the guide's paths.
  func check() throws -> String {
    let printed = try ChildProcess.run([
      "setpriv", "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups", "--", GatepostExecutable.path(),
      "check", "--connect", "--config", gatepost.configurationPath,
    ]).output
    let lines = printed.split(separator: "\n").filter { !$0.hasPrefix("warning: ") }
    return paths.reduce(lines.joined(separator: "\n")) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
  }

  /// The guide's, by those of the test.
  private var paths: [String: String] {
    let folder = (gatepost.socketPath as NSString).deletingLastPathComponent
    return [
      gatepost.configurationPath: "/etc/gatepost/gatepost.toml",
      "\(folder)/socket": "/run/courier/authdaemon/socket", "\(folder)/login": "/var/spool/postfix/run/gatepost/socket",
    ]
  }

  /// A system user that there is, in the place of `gatepost`.
  private static let user = "courier"

  /// One more, who must not get in.
  private static let inactive = """
    INSERT INTO mailbox (username, password, maildir, local_part, domain, active)
    SELECT 'inactive@example.com', password, 'example.com/inactive/', 'inactive', domain, '0' FROM mailbox
    """

  private static func postgresql(_ page: Page) throws -> PostgreSQLServer {
    let server = try PostgreSQLServer()
    try server.sql("CREATE DATABASE postfix")
    for text in try [Fixtures.projectText("\(page.files)/postfix.sql"), inactive] {
      try server.sql(text, database: "postfix")
    }
    return server
  }

  private static func mariadb(_ page: Page) throws -> MariaDBServer {
    let server = try MariaDBServer()
    try server.sql("CREATE DATABASE postfixadmin")
    let tables = try substituted("\(page.files)/postfixadmin.sql", ["gatepost@localhost": "\(user)@localhost"])
    for text in [tables, inactive] { try server.sql(text, database: "postfixadmin") }
    return server
  }

  /// The text of a file with other values; each of them must be there to be replaced.
  private static func substituted(_ file: String, _ values: [String: String]) throws -> String {
    try values.reduce(into: Fixtures.projectText(file)) { text, value in
      guard text.contains(value.key) else { throw ServerTrouble("\(file) does not name \(value.key) any more") }
      text = text.replacingOccurrences(of: value.key, with: value.value)
    }
  }
}
