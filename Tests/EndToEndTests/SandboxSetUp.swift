internal import Foundation
internal import TestSupport

/// A machine on which `make install` was run, and after it what the documentation says: users and folders by systemd-sysusers and
/// systemd-tmpfiles, a configuration, the shipped units. systemd runs them; the files of the machine outside are not touched.
final class SandboxSetUp {
  let systemd: SystemdNamespace
  let server: PostgreSQLServer
  let mariadb: MariaDBServer?
  let client: AuthdaemonClient
  private let folder: TemporaryFolder

  private static let root = "installed"

  init() throws {
    folder = try TemporaryFolder("sandbox")
    let made = try ChildProcess.run([
      "make", "--silent", "-C", Fixtures.root, "install", "DESTDIR=\(folder.file(Self.root))",
      "BINARY=\(GatepostExecutable.path())",
    ])
    guard made.status == 0 else { throw ServerTrouble("make install: \(made.errors)") }
    let people = try Self.people()
    try FileManager.default.createDirectory(atPath: folder.file("etc"), withIntermediateDirectories: false)
    try folder.write("database-password", to: "etc/database-password", mode: 0o640)
    try folder.write("PRAGMA journal_mode = WAL;\n" + people("lite-"), to: "lite.sql")
    server = try Self.postgresql(folder, people)
    mariadb = BackEndKind.mariadb.isBuilt ? try Self.mariadb(folder, people) : nil
    try folder.write(
      Self.configuration(postgresql: server.port, mariadb: mariadb?.port), to: "etc/gatepost.toml", mode: 0o640)
    try folder.write(Fixtures.text("sandbox/attempts.pl"), to: "etc/attempts.pl")
    // What systemd adds to every unit waits for a whole system to be up; and there is no journal.
    let alone = "[Unit]\nDefaultDependencies=no\n"
    let unit = try Fixtures.projectText("systemd/gatepost.service")
    systemd = try SystemdNamespace(
      units: [
        "gatepost.socket.d/test.conf": alone,
        "gatepost.service.d/test.conf": alone + "[Service]\nStandardError=append:/var/lib/gatepost.log\n",
        "attempts.service": Self.attempting(unit),
      ],
      prelude: """
        layers=/run/gatepost-test
        for name in etc var/lib; do
          mkdir -p $layers/$name/upper $layers/$name/work
          mount -t overlay -o lowerdir=/$name,upperdir=$layers/$name/upper,workdir=$layers/$name/work overlay /$name
        done
        # Debian's courier has this folder for something else, closed to others.
        rm -rf /var/lib/courier
        mount --bind "$1/units" /etc/systemd/system
        mount -t overlay -o lowerdir=\(folder.file(Self.root))/usr/local:/usr/local overlay /usr/local
        mkdir -p /run/postgresql && mount --bind \(server.socketFolder) /run/postgresql
        \(mariadb.map { "mkdir -p /run/mysqld && mount --bind \($0.socketFolder) /run/mysqld" } ?? "")
        systemd-sysusers && systemd-tmpfiles --create gatepost.conf
        cp \(folder.path)/etc/* /etc/gatepost/
        chgrp gatepost /etc/gatepost/*
        sqlite3 /var/lib/gatepost/accounts.db ".read \(folder.file("lite.sql"))" >/dev/null
        chown gatepost:gatepost /var/lib/gatepost/*
        """)
    client = AuthdaemonClient(systemd.path("/var/lib/courier/authdaemon/socket"))
  }

  func stop() {
    systemd.stop()
    server.stop()
    mariadb?.stop()
  }

  /// The process id of the daemon, inside.
  func processID() throws -> String {
    try systemd.systemctl("show", "--property=MainPID", "--value", "gatepost.service").output
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The daemon's standard error.
  var log: String { (try? String(contentsOfFile: systemd.path("/var/lib/gatepost.log"), encoding: .utf8)) ?? "" }

  /// The shipped unit with another program in it: one that tries what is forbidden.
  private static func attempting(_ unit: String) -> String {
    unit.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let key = line.prefix { $0 != "=" }
      switch key {
      case "ExecStart": return "ExecStart=/usr/bin/perl /etc/gatepost/attempts.pl"
      case "Type": return "Type=oneshot\nStandardError=append:/var/lib/gatepost.log"
      case "ExecReload", "Requires", "Restart", "WatchdogSec", "Conflicts", "After": return ""
      case "[Unit]": return "[Unit]\nDefaultDependencies=no"
      default: return String(line)
      }
    }.joined(separator: "\n")
  }

  /// The SQL that makes the accounts, whose names begin with what is given.
  private static func people() throws -> (_ prefix: String) -> String {
    let hashes = try String(contentsOfFile: Fixtures.path("transcripts/accounts.sql"), encoding: .utf8)
      .split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("INSERT INTO mailbox") else { return nil }
        let fields = line.components(separatedBy: "VALUES ('").last?.components(separatedBy: "','") ?? []
        guard let address = fields.first, address.hasSuffix("@example.org") else { return nil }
        let name = address.prefix { $0 != "@" }
        guard Self.families.contains(String(name)), fields.count > 1 else { return nil }
        return "('PREFIX\(name)', '\(fields[1].components(separatedBy: "',").first ?? "")', '5000')"
      }.joined(separator: ",\n")
    let table = """
      CREATE TABLE people (username varchar(255) PRIMARY KEY, password text, uid text);
      INSERT INTO people VALUES

      """
    return { prefix in table + hashes.replacingOccurrences(of: "PREFIX", with: prefix) + ";\n" }
  }

  /// Asked by its Unix socket, and by TCP with TLS.
  private static func postgresql(_ folder: TemporaryFolder, _ people: (String) -> String) throws -> PostgreSQLServer {
    let certificate = try Certificate(in: folder, name: "postgresql", owner: "postgres")
    try FileManager.default.copyItem(atPath: certificate.path, toPath: folder.file("etc/postgresql-ca.pem"))
    let server = try PostgreSQLServer(
      loopback: true,
      access: ["local all reader trust", "local all postgres trust", "hostssl all reader 127.0.0.1/32 scram-sha-256"],
      settings: ["ssl": "on", "ssl_cert_file": certificate.path, "ssl_key_file": certificate.keyPath])
    try server.sql("CREATE ROLE reader LOGIN PASSWORD 'database-password'; CREATE DATABASE tls")
    for (database, prefix) in [("postgres", "unix-"), ("tls", "tls-")] {
      try server.sql(people(prefix) + "GRANT SELECT, UPDATE ON people TO reader", database: database)
    }
    return server
  }

  /// The same way.
  private static func mariadb(_ folder: TemporaryFolder, _ people: (String) -> String) throws -> MariaDBServer {
    let server = try MariaDBServer(loopback: true, tls: true)
    try FileManager.default.copyItem(
      atPath: server.certificatePath ?? "", toPath: folder.file("etc/mariadb-ca.pem"))
    try server.sql(
      """
      CREATE DATABASE tls;
      CREATE USER reader@localhost IDENTIFIED BY 'database-password';
      CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'database-password' REQUIRE SSL;
      """)
    for (database, user, prefix) in [("test", "localhost", "maria-unix-"), ("tls", "127.0.0.1", "maria-tls-")] {
      try server.sql(people(prefix) + "GRANT SELECT, UPDATE ON people TO reader@'\(user)'", database: database)
    }
    return server
  }

  /// Accounts of the recorded exchanges, by the local part; the password is it and `-secret`.
  static let families = ["sha256", "ssha", "md5crypt", "sha512crypt", "bcrypt", "yescrypt"]
  static let directories =
    ["lite", "unix", "tls"] + (BackEndKind.mariadb.isBuilt ? ["maria-unix", "maria-tls"] : [])

  private static func configuration(postgresql port: Int, mariadb: Int?) -> String {
    var tables = [
      ("lite", "type = \"sqlite\"\ndatabase = \"/var/lib/gatepost/accounts.db\""),
      ("unix", "type = \"postgresql\"\nconnection = \"host=/run/postgresql port=\(port) dbname=postgres user=reader\""),
      (
        "tls",
        """
        type = "postgresql"
        connection = "host=localhost hostaddr=127.0.0.1 port=\(port) dbname=tls user=reader sslmode=verify-full sslrootcert=/etc/gatepost/postgresql-ca.pem"
        password-file = "/etc/gatepost/database-password"
        """
      ),
    ]
    if let mariadb {
      let places = [
        "socket=/run/mysqld/mysqld.sock dbname=test",
        "host=127.0.0.1 port=\(mariadb) dbname=tls ssl-ca=/etc/gatepost/mariadb-ca.pem",
      ]
      for (name, place) in zip(["maria-unix", "maria-tls"], places) {
        let lines = """
          type = "mariadb"
          connection = "\(place) user=reader"
          password-file = "/etc/gatepost/database-password"
          """
        tables.append((name, lines))
      }
    }
    let directories = tables.map { name, place in
      """
      [[directory]]
      name = "\(name)"
      \(place)
      [directory.queries]
      account = "SELECT username, password, uid, 5000 AS gid, '/home' AS home FROM people WHERE username = :username"
      enumerate = "SELECT username, uid, 5000 AS gid, '/home' AS home FROM people"
      set-password = "UPDATE people SET password = :new_hash WHERE username = :username"
      """
    }
    return "log-level = \"debug\"\n" + directories.joined(separator: "\n") + "\n"
  }
}
