internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// The whole daemon through its socket while its database is made to fail: a right password gets its reply or silence, a wrong
/// one `FAIL` or silence. Each test has servers of its own, and waits for outages most of its time: they run beside each other.
@Suite(.waiting) struct DaemonFaultTests {
  private static let table = """
    CREATE TABLE people (username varchar(255) PRIMARY KEY, password text, uid text);
    """
  private static let query = "username, password, 5000 AS gid, '/home' AS home"

  private func configuration(_ socket: String, _ directory: String, uid: String) -> String {
    """
    [[listen]]
    socket = "\(socket)"
    mode = "0666"
    [[directory]]
    \(directory)
    [directory.queries]
    account = "SELECT \(Self.query), \(uid) AS uid FROM people WHERE username = :username"
    """
  }

  /// - Parameters:
  ///   - directory: where its accounts are, as the configuration has it.
  ///   - uid: what the query has for it.
  ///   - trouble: does what it can to the database, or to the way there, while it is asked, and returns how many faults that were.
  private func ask(
    _ name: String, _ directory: String, uid: String, hopeless: [String], during trouble: (FaultLoad) throws -> Int
  ) throws {
    let daemon = try GatepostDaemon { configuration($0, directory, uid: uid) }
    let load = FaultLoad(daemon.socketPath, hopeless: hopeless)
    defer { _ = load.end() }
    #expect(load.proceed())
    let faults = try trouble(load)
    let tally = load.end()
    #expect(tally.wrong == [])
    #expect(tally.accepted > 0 && tally.refused > 0 && tally.silent > 0)
    #expect(tally.longest < 29, "answered before clients give up")
    #expect(!daemon.log.contains("secret"), "no password in the log")
    if ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] != nil {
      print(
        "\(name): \(faults) faults; accepted \(tally.accepted), refused \(tally.refused), silent \(tally.silent), "
          + "wrong \(tally.wrong.count); longest wait \(tally.longest) s")
    }
  }

  /// A server ends and comes back, in each way that it can.
  /// - Returns: how many faults there were.
  private func end(_ server: some EndingServer, _ load: FaultLoad) throws -> Int {
    try server.restart()
    #expect(load.proceed())
    server.crash()
    #expect(load.suffer())
    try server.start()
    #expect(load.proceed())
    server.freeze()
    #expect(load.suffer())
    server.thaw()
    #expect(load.proceed())
    return 3
  }

  private func askPostgreSQL(
    _ name: String, during trouble: (PostgreSQLServer, FaultProxy, FaultLoad) throws -> Int
  ) throws {
    let server = try PostgreSQLServer(access: ["local all reader scram-sha-256", "local all all trust"])
    defer { server.stop() }
    let insert = """
      INSERT INTO people SELECT 'user' || i, '{PLAIN}secret' || i, '5000' FROM generate_series(0, \(FaultLoad.users - 1)) i;
      """
    try server.sql(
      """
      CREATE ROLE reader LOGIN PASSWORD 'database-password';
      \(Self.table) \(insert)
      INSERT INTO people SELECT name, '{PLAIN}secret', 'abc' FROM unnest(ARRAY['\(FaultLoad.hopeless.joined(separator: "','"))']) name;
      CREATE FUNCTION uid_of(name text, uid text) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN
        IF name LIKE 'raise %' THEN RAISE EXCEPTION USING ERRCODE = substr(name, 7), MESSAGE = 'no'; END IF;
        RETURN uid;
      END $$;
      GRANT SELECT ON people TO reader;
      """)
    let proxy = try FaultProxy(server)
    defer { proxy.stop() }
    let folder = try TemporaryFolder("faults")
    let passwordFile = try folder.write("database-password", to: "password", mode: 0o600)
    let place = """
      type = "postgresql"
      connection = "\(proxy.conninfo(user: "reader"))"
      password-file = "\(passwordFile)"
      """
    try ask(name, place, uid: "uid_of(username, uid)", hopeless: FaultLoad.hopeless) { try trouble(server, proxy, $0) }
  }

  /// The server's own: what it says, what it loses, how it ends.
  @Test func noAnswerIsWrongWhilePostgreSQLFails() throws {
    try askPostgreSQL("PostgreSQL behind the daemon") { server, _, load in
      var faults = 0
      let dropConnections = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader';"
      let troubles = [
        ("ALTER TABLE people RENAME TO away", "ALTER TABLE away RENAME TO people"),
        ("REVOKE SELECT ON people FROM reader", "GRANT SELECT ON people TO reader"),
        ("ALTER TABLE people RENAME uid TO u", "ALTER TABLE people RENAME u TO uid"),
        ("ALTER ROLE reader PASSWORD 'another'; \(dropConnections)", "ALTER ROLE reader PASSWORD 'database-password'"),
        ("ALTER ROLE reader CONNECTION LIMIT 0; \(dropConnections)", "ALTER ROLE reader CONNECTION LIMIT -1"),
        (
          "ALTER TABLE people ALTER uid TYPE int USING 1; \(dropConnections)",
          "ALTER TABLE people ALTER uid TYPE text USING CASE username WHEN 'no number' THEN 'abc' ELSE '5000' END"
        ),
      ]
      for (trouble, remedy) in troubles {
        try server.sql(trouble)
        faults += 1
        #expect(load.suffer(), "\(trouble)")
        try server.sql(remedy)
        #expect(load.proceed(), "\(remedy)")
      }
      // A database that only reads serves logins.
      try server.sql("ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf(); \(dropConnections)")
      #expect(load.proceed())
      try server.sql(
        "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()"
      )
      for signal in [SIGTERM, SIGKILL] {
        faults += try server.signalBackends(signal)
        #expect(load.proceed())
      }
      return try faults + 1 + end(server, load)
    }
  }

  @Test func noAnswerIsWrongWhileTheWayToPostgreSQLFails() throws {
    try askPostgreSQL("the way to PostgreSQL") { _, proxy, load in
      spoilTheWay(proxy, load, [.reset, .truncate, .halfClose, .dropWhenReady, .delay, .drip, .refuse])
    }
  }

  /// The way to the database: cut off altogether, then one lost connection at a time, each of which is ridden through.
  /// - Returns: how many faults there were.
  private func spoilTheWay(_ proxy: FaultProxy, _ load: FaultLoad, _ passing: [Fault.Kind]) -> Int {
    let isShort = ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] == nil
    let lasting: [Fault.Kind] =
      isShort ? [.refuse, .stall] : [.refuse, .silence, .reset, .truncate, .halfClose, .stall]
    for kind in lasting {
      proxy.set(Fault(kind))
      #expect(load.suffer(), "\(kind)")
      proxy.heal()
      #expect(load.proceed(), "\(kind)")
    }
    let goal = isShort ? 4 : 60
    let before = proxy.injected.values.reduce(0, +)
    proxy.play(passing, seed: 7)
    #expect(eventually(within: 600) { proxy.injected.values.reduce(0, +) >= before + goal })
    proxy.heal()
    #expect(load.proceed())
    return proxy.injected.values.reduce(0, +)
  }

  #if MariaDB
    private static let uidFunction = """
      DELIMITER //
      CREATE FUNCTION uid_of(name text, uid text) RETURNS text DETERMINISTIC
      BEGIN
        DECLARE number int;
        IF name LIKE 'raise %' THEN
          SET number = substr(name, 7);
          SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = number, MESSAGE_TEXT = 'no';
        END IF;
        RETURN uid;
      END //
      DELIMITER ;
      """

    /// The same as `askPostgreSQL`.
    private func askMariaDB(
      _ name: String, during trouble: (MariaDBServer, FaultProxy, FaultLoad) throws -> Int
    ) throws {
      let server = try MariaDBServer()
      defer { server.stop() }
      let hopeless = FaultLoad.mariaDBHopeless.map { "('\($0)', '{PLAIN}secret', 'abc')" }.joined(separator: ", ")
      try server.sql(
        """
        \(Self.table)
        INSERT INTO people SELECT concat('user', seq), concat('{PLAIN}secret', seq), '5000' FROM seq_0_to_\(FaultLoad.users - 1);
        INSERT INTO people VALUES \(hopeless);
        \(Self.uidFunction)
        CREATE USER reader IDENTIFIED BY 'database-password';
        GRANT SELECT ON people TO reader;
        GRANT EXECUTE ON test.* TO reader;
        """)
      let proxy = try FaultProxy(to: server.socketPath)
      defer { proxy.stop() }
      let folder = try TemporaryFolder("faults")
      let passwordFile = try folder.write("database-password", to: "password", mode: 0o600)
      let place = """
        type = "mariadb"
        connection = "host=127.0.0.1 port=\(proxy.port) dbname=test user=reader"
        password-file = "\(passwordFile)"
        """
      try ask(name, place, uid: "uid_of(username, uid)", hopeless: FaultLoad.mariaDBHopeless) {
        try trouble(server, proxy, $0)
      }
    }

    /// The server's own: what it says, what it loses, how it ends.
    @Test func noAnswerIsWrongWhileMariaDBFails() throws {
      try askMariaDB("MariaDB behind the daemon") { server, _, load in
        var faults = 0
        let troubles: [(trouble: String, drops: Bool, remedy: String)] = [
          ("ALTER TABLE people RENAME TO away", false, "ALTER TABLE away RENAME TO people"),
          ("REVOKE SELECT ON people FROM reader", false, "GRANT SELECT ON people TO reader"),
          ("ALTER TABLE people RENAME COLUMN uid TO u", false, "ALTER TABLE people RENAME COLUMN u TO uid"),
          ("DROP FUNCTION uid_of", false, Self.uidFunction),
          ("ALTER USER reader IDENTIFIED BY 'another'", true, "ALTER USER reader IDENTIFIED BY 'database-password'"),
          ("ALTER USER reader ACCOUNT LOCK", true, "ALTER USER reader ACCOUNT UNLOCK"),
        ]
        for (trouble, drops, remedy) in troubles {
          try server.sql(trouble)
          if drops { try server.dropConnections(of: "reader") }
          faults += 1
          #expect(load.suffer(), "\(trouble)")
          try server.sql(remedy)
          #expect(load.proceed(), "\(remedy)")
        }
        // A database that only reads serves logins.
        try server.setReadOnly(true)
        try server.dropConnections(of: "reader")
        #expect(load.proceed())
        try server.setReadOnly(false)
        try server.dropConnections(of: "reader")
        #expect(load.proceed())
        // Somebody holds the table for a moment: look-ups wait.
        try server.sql("LOCK TABLES people WRITE; DO SLEEP(0.5); UNLOCK TABLES")
        #expect(load.proceed())
        return try faults + 3 + end(server, load)
      }
    }

    @Test func noAnswerIsWrongWhileTheWayToMariaDBFails() throws {
      try askMariaDB("the way to MariaDB") { _, proxy, load in
        spoilTheWay(proxy, load, [.reset, .truncate, .halfClose, .delay, .drip, .refuse])
      }
    }
  #endif

  @Test func noAnswerIsWrongWhileTheSQLiteFileFails() throws {
    let folder = try TemporaryFolder("faults")
    let path = folder.file("accounts.db")
    let script = """
      \(Self.table)
      INSERT INTO people WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(FaultLoad.users - 1))
        SELECT 'user' || i, '{PLAIN}secret' || i, '5000' FROM n;
      INSERT INTO people VALUES ('no number', '{PLAIN}secret', 'abc');
      """
    func sqlite(_ sql: String) throws {
      let result = try ChildProcess.run(["sqlite3", "-batch", "-bail", path], input: ".timeout 20000\n" + sql)
      guard result.status == 0 else { throw ServerTrouble("sqlite3: \(result.errors)") }
    }
    try sqlite(script)
    let content = try Data(contentsOf: URL(fileURLWithPath: path))
    func put(_ data: Data) throws {
      try data.write(to: URL(fileURLWithPath: folder.file("new.db")))
      #expect(rename(folder.file("new.db"), path) == 0)
    }
    let place = """
      type = "sqlite"
      database = "\(path)"
      """
    try ask("SQLite behind the daemon", place, uid: "uid", hopeless: ["no number"]) { load in
      var random = SeededGenerator(seed: 3)
      var faults = 0
      let rounds = ProcessInfo.processInfo.environment["GATEPOST_FAULTS"] == nil ? 5 : 100
      for _ in 0..<rounds {
        for fault in 0..<6 {
          switch fault {
          case 0: #expect(unlink(path) == 0)
          case 1: try put(content.prefix(Int(random.next(below: UInt64(content.count)))))
          case 2: try put(Data((0..<4_096).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
          case 3: #expect(truncate(path, Int(random.next(below: UInt64(content.count)))) == 0)
          case 4: try sqlite("DROP TABLE people;")
          default: try put(content)
          }
          faults += 1
          #expect(fault == 5 || load.suffer(2), "fault \(fault)")
          try put(content)
          #expect(load.proceed(5), "after fault \(fault)")
        }
      }
      // Locked for less than the patience: ridden through.
      try sqlite("BEGIN EXCLUSIVE;\n.shell sleep 1\nCOMMIT;")
      #expect(load.proceed())
      return faults + 1
    }
  }
}

/// What both kinds of servers can suffer.
private protocol EndingServer {
  func start() throws
  func restart() throws
  func crash()
  func freeze()
  func thaw()
}

extension PostgreSQLServer: EndingServer {}
extension MariaDBServer: EndingServer {}
