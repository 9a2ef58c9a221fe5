internal import Foundation
internal import TestSupport

/// courier's authdaemond and gatepost, each with its own copy of the same accounts.
final class ServerPair {
  private let databases: [AccountsDatabase]
  private let reference: CourierReference
  private let gatepost: GatepostDaemon

  init(_ kind: BackEndKind) throws {
    let script = try Fixtures.text("transcripts/accounts.sql") + Self.columns
    let names = ["theirs", "ours"]
    switch kind {
    case .sqlite: databases = try names.map { _ in try AccountsDatabase(sqlite: script) }
    case .postgresql:
      let server = try PostgreSQLServer()
      databases = try names.map { try AccountsDatabase(postgresql: server, name: $0, script: script) }
    case .mariadb:
      let server = try MariaDBServer()
      databases = try names.map { try AccountsDatabase(mariadb: server, name: $0, script: script) }
    }
    reference = try CourierReference(
      databases[0].courierModule, queries: Self.queries(kind), defaultDomain: "example.org")
    let lines = databases[1].directoryLines
    gatepost = try GatepostDaemon { Self.configuration(kind, socketPath: $0, directory: lines) }
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
  }

  /// uid and gid are text, so that they can hold what no number is.
  private static let columns = """

    ALTER TABLE mailbox ADD COLUMN uid text DEFAULT '5000';
    ALTER TABLE mailbox ADD COLUMN gid text DEFAULT '5001';
    ALTER TABLE mailbox ADD COLUMN home text DEFAULT '/srv/mail';

    """

  private static func queries(_ kind: BackEndKind) -> CourierReference.Queries {
    CourierReference.Queries(
      select: """
        SELECT username, password, clear, uid, gid, home, maildir, \(kind.quota("quota")), name, options \
        FROM mailbox WHERE username = '$(local_part)@$(domain)' AND active = 1
        """,
      enumerate: "SELECT username, uid, gid, home, maildir, options FROM mailbox WHERE active = 1",
      changePassword: "UPDATE mailbox SET password = '$(newpass_crypt)' WHERE username = '$(local_part)@$(domain)'")
  }

  /// The directory has courier's name of the back end.
  private static func configuration(_ kind: BackEndKind, socketPath: String, directory: String) -> String {
    """
    default-domain = "example.org"

    [[listen]]
    socket = "\(socketPath)"

    [[directory]]
    name = "\(kind.module)"
    \(directory)
    [directory.queries]
    account = \"\"\"
      SELECT username, password, clear AS clear_password, uid, gid, home, name, maildir, options,
        \(kind.quota("quota")) AS quota
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
