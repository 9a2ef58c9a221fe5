internal import Foundation

/// courier's own authdaemond, to compare with. Its configuration's and its socket's paths are compiled in, so it runs in a mount
/// namespace of its own. Needs root.
public final class CourierReference: Sendable {
  /// A back end of courier's, and where its database is.
  public enum Module: Sendable {
    /// `authsqlite`.
    case sqlite(file: String)
    /// `authpgsql`.
    case pgsql(conninfo: String)
    /// `authmysql`, through a Unix socket, without a password.
    case mysql(socket: String, database: String, user: String)

    /// As courier's configuration names it, without `auth`.
    var name: String {
      switch self {
      case .sqlite: "sqlite"
      case .pgsql: "pgsql"
      case .mysql: "mysql"
      }
    }

    /// The lines that say where the database is.
    var lines: String {
      switch self {
      case .sqlite(let file): "SQLITE_DATABASE \(file)"
      case .pgsql(let conninfo): "PGSQL_CONNECTION \(conninfo)"
      case .mysql(let socket, let database, let user):
        // It insists on the last lines, which the queries make needless.
        """
        MYSQL_SERVER localhost
        MYSQL_SOCKET \(socket)
        MYSQL_DATABASE \(database)
        MYSQL_USERNAME \(user)
        MYSQL_CHARACTER_SET utf8mb4
        MYSQL_PORT 0
        MYSQL_OPT 0
        MYSQL_USER_TABLE mailbox
        MYSQL_CRYPT_PWFIELD password
        """
      }
    }
  }

  /// The SQL it is configured with, in courier's query language.
  public struct Queries: Sendable {
    /// Ten columns by position.
    public var select: String
    /// Six columns by position.
    public var enumerate: String
    /// Stores `$(newpass_crypt)`.
    public var changePassword: String

    /// One line each.
    public init(select: String, enumerate: String, changePassword: String) {
      self.select = select
      self.enumerate = enumerate
      self.changePassword = changePassword
    }
  }

  /// Where it listens.
  public var socketPath: String { folder.file("run/socket") }
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// Whether Debian's courier-authdaemon is installed.
  public static var isInstalled: Bool { FileManager.default.fileExists(atPath: program) }
  private static let program = "/usr/lib/courier/courier-authlib/authdaemond"

  /// Starts it.
  /// - Parameter defaultDomain: added to names without `@`.
  public init(_ module: Module, queries: Queries, defaultDomain: String) throws {
    folder = try TemporaryFolder("ref")
    let name = module.name
    let prefix = name.uppercased()
    try folder.write(
      """
      \(module.lines)
      DEFAULT_DOMAIN \(defaultDomain)
      \(prefix)_SELECT_CLAUSE \(queries.select)
      \(prefix)_ENUMERATE_CLAUSE \(queries.enumerate)
      \(prefix)_CHPASS_CLAUSE \(queries.changePassword)
      ##NAME: MARKER:0

      """, to: "etc/auth\(name)rc")
    try folder.write(
      """
      authmodulelist="auth\(name)"
      authmodulelistorig="auth\(name)"
      daemons=3
      authdaemonvar=/run/courier/authdaemon
      DEBUG_LOGIN=0
      DEFAULTOPTIONS=""
      LOGGEROPTS=""
      ##NAME: MARKER:

      """, to: "etc/authdaemonrc")
    try FileManager.default.createDirectory(atPath: folder.file("run"), withIntermediateDirectories: false)
    let script = """
      mount --bind '\(folder.file("etc"))' /etc/courier && mount --bind '\(folder.file("run"))' /run/courier/authdaemon \
      && set -a && . /etc/courier/authdaemonrc && exec \(Self.program)
      """
    process = try ChildProcess(
      ["unshare", "-m", "--propagation", "private", "bash", "-c", script], outputPath: folder.file("log"))
    let path = socketPath
    guard eventually({ (try? SocketConnection(unixPath: path)) != nil }) else {
      throw ServerTrouble("courier's authdaemond does not listen", log: process.output)
    }
  }

  /// What it has logged.
  public var log: String { process.output }

  /// Ends it, its children with it.
  public func stop() { process.stop() }
}
