internal import Foundation
internal import TestSupport

/// courier's authdaemond and gatepost, each with its own copy of the same accounts.
final class ServerPair {
  private let databases: [AccountsDatabase]
  private let reference: CourierReference
  private let gatepost: GatepostDaemon
  private let server: PostgreSQLServer?
  /// courier's name for the back end; our directory has the same.
  let module: String

  init(_ kind: BackEndKind) throws {
    let script = try Fixtures.text("transcripts/accounts.sql") + Self.columns
    switch kind {
    case .sqlite:
      server = nil
      databases = try [AccountsDatabase(sqlite: script), AccountsDatabase(sqlite: script)]
      module = "authsqlite"
    case .postgresql:
      let server = try PostgreSQLServer()
      databases = try ["theirs", "ours"].map { try AccountsDatabase(postgresql: server, name: $0, script: script) }
      self.server = server
      module = "authpgsql"
    }
    reference = try CourierReference(
      kind == .sqlite ? .sqlite : .pgsql, connection: databases[0].location, queries: Self.queries,
      defaultDomain: "example.org")
    let (lines, module) = (databases[1].directoryLines, module)
    gatepost = try GatepostDaemon { Self.configuration(socketPath: $0, directory: lines, name: module) }
  }

  /// Loads the accounts of `odd-accounts.sql` into both.
  func addOddAccounts() throws {
    for database in databases { try database.execute(Fixtures.text("comparison/odd-accounts.sql")) }
  }

  func ask(_ item: ComparisonCase) throws -> (courier: AuthdaemonClient.Reply, ours: AuthdaemonClient.Reply) {
    (
      try AuthdaemonClient(reference.socketPath).ask(item.request),
      try AuthdaemonClient(gatepost.socketPath).ask(item.request)
    )
  }

  func stop() {
    gatepost.stop()
    reference.stop()
    server?.stop()
  }

  /// uid and gid are text, so that they can hold what no number is.
  private static let columns = """

    ALTER TABLE mailbox ADD COLUMN uid text DEFAULT '5000';
    ALTER TABLE mailbox ADD COLUMN gid text DEFAULT '5001';
    ALTER TABLE mailbox ADD COLUMN home text DEFAULT '/srv/mail';

    """

  private static let queries = CourierReference.Queries(
    select: """
      SELECT username, password, clear, uid, gid, home, maildir, CASE WHEN quota = 0 THEN '' ELSE CAST(quota AS text) || 'S' END, \
      name, options FROM mailbox WHERE username = '$(local_part)@$(domain)' AND active = 1
      """,
    enumerate: "SELECT username, uid, gid, home, maildir, options FROM mailbox WHERE active = 1",
    changePassword: "UPDATE mailbox SET password = '$(newpass_crypt)' WHERE username = '$(local_part)@$(domain)'")

  private static func configuration(socketPath: String, directory: String, name: String) -> String {
    """
    default-domain = "example.org"

    [[listen]]
    socket = "\(socketPath)"

    [[directory]]
    name = "\(name)"
    \(directory)
    [directory.queries]
    account = \"\"\"
      SELECT username, password, clear AS clear_password, uid, gid, home, name, maildir, options,
        CASE WHEN quota = 0 THEN '' ELSE CAST(quota AS text) || 'S' END AS quota
      FROM mailbox WHERE username = :username AND active = 1\"\"\"
    enumerate = "SELECT username, uid, gid, home, maildir, options FROM mailbox WHERE active = 1"
    set-password = "UPDATE mailbox SET password = :new_hash WHERE username = :username"

    [[peer]]
    uid = \(geteuid())
    allow = ["login", "account", "enumerate", "set-password"]
    secrets = true

    """
  }
}
