internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// Passwords and hashes that nobody could mistake for anything else go every way that a secret can go, at log level debug; afterwards
/// nothing of them may stand in a log line, in an output, in a file of the daemon, in a command line or environment.
@Suite(.waiting) final class CanaryTests {
  /// What is planted, each in one place.
  private enum Mark {
    static let right = "kE7vRightQm2xTzW9pLd"
    static let odd = #"oD4"Bq\Wn=8 rJs'Vy6#Tg%u"#
    static let wrong = "wR0ngUc5nHf8bKa3ZjXe"
    static let fresh = "nEwPs6yGd1vCo4MiSbFh"
    static let clear = "cLeArTx3jNq7wBu0RkVz"
    static let mistyped = "mIsTyPe9aLr5hDg2XoKw"
    static let database = "dAtAbAsE8kYv6mCz4JpTn"
    static let users = "bEnChUsEr2sFq0tWx7GhLd"
  }
  private static let families = [
    "SHA512-CRYPT", "SHA256-CRYPT", "BLF-CRYPT", "YESCRYPT", "MD5-CRYPT", "SHA256", "SSHA", "SSHA512",
  ]

  private var canary = Canary()
  private let folder: TemporaryFolder
  private var cluster: PostgreSQLServer?
  private var server: PostgreSQLServer { get throws { try #require(cluster) } }
  private var mariadb: MariaDBServer?
  /// The accounts' names begin so in each database.
  private var prefixes: [String] { ["", "lite-"] + (mariadb == nil ? [] : ["maria-"]) }
  private var hashes: [String] = []
  /// Everything that may hold nothing.
  private var outputs: [String] = []

  init() throws {
    folder = try TemporaryFolder("canary")
    for (mark, name) in [
      (Mark.right, "right password"), (Mark.odd, "odd password"), (Mark.wrong, "wrong password"),
      (Mark.fresh, "new password"), (Mark.clear, "clear password"), (Mark.mistyped, "password in another column"),
      (Mark.database, "database password"), (Mark.users, "password in a file of users"),
    ] { canary.plant(mark, as: name) }
    for scheme in Self.families {
      let made = try ChildProcess.run(
        [GatepostExecutable.path(), "password", "hash", "--scheme", scheme, "--password-stdin"], input: Mark.right)
      try #require(made.status == 0, "\(scheme): \(made.errors)")
      hashes.append(made.output.trimmingCharacters(in: .newlines))
      canary.plant(hash: hashes[hashes.count - 1], as: "hash of \(scheme)")
    }
  }

  @Test func aPlantedSecretIsFoundInAnyForm() {
    let mark = Mark.right
    let data = Data("user:\(mark)".utf8)
    for text in [
      "password=\(mark) and more", "…\(mark.dropFirst(4).prefix(9))…", data.base64EncodedString(),
      Data("\(mark) ".utf8).base64EncodedString(), Data("xy\(mark)".utf8).base64EncodedString(),
      data.map { String(format: "%02x", $0) }.joined(), Array(mark.utf8).description,
      mark.utf8.map { String(format: "\\x%02x", $0) }.joined(),
    ] { #expect(!canary.finds(in: text).isEmpty, "\(text)") }
    #expect(!canary.finds(in: "AUTH user=x reason=\"\(hashes[2].suffix(20))\"").isEmpty)
    #expect(canary.finds(in: "AUTH service=imap user=alice outcome=refused reason=\"wrong password\" ms=1.475").isEmpty)
    #expect(canary.finds(in: hashes.map { String($0.prefix(7)) }.joined(separator: " ")).isEmpty)
  }

  @Test func noneIsFoundAnywhere() throws {
    cluster = try PostgreSQLServer(access: ["local all reader scram-sha-256", "local all all trust"])
    defer { cluster?.stop() }
    if BackEndKind.mariadb.isBuilt { mariadb = try MariaDBServer() }
    defer { mariadb?.stop() }
    try makeDatabases()
    let state = folder.file("state")
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
    let connection = try "\(server.conninfo(user: "reader")) password=\(Mark.database)"
    let daemon = try GatepostDaemon(mode: 0o600, environment: ["STATE_DIRECTORY": state, "RUNTIME_DIRECTORY": state]) {
      configuration($0, connection: connection)
    }
    try askEverything(daemon)
    try runCommands(daemon)
    try breakTheDatabase(daemon)
    try breakMariaDB(daemon)
    for text in try Self.process(#require(daemon.pid)) { #expect(canary.finds(in: text) == []) }
    let marked = try configurationsWithMistakes(daemon)
    #expect(daemon.stop() == 0)
    // What a client calls its service is logged, and some of the requests call it that.
    outputs.append(daemon.log.replacingOccurrences(of: " service=\(Mark.right) ", with: " "))
    #expect(daemon.logs("outcome=refused"), "there is something to search")
    #expect(daemon.logs("rehash account=lite-user4 directory=lite outcome=replaced from=MD5-CRYPT"))
    for output in outputs { #expect(canary.finds(in: output) == []) }
    #expect(marked > 0 && outputs.count > 30)
    for file in try FileManager.default.subpathsOfDirectory(atPath: state) {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(state)/\(file)", isDirectory: &isFolder), !isFolder.boolValue
      else { continue }
      #expect(try canary.finds(inFile: "\(state)/\(file)") == [])
    }
  }

  // MARK: What is asked

  private func makeDatabases() throws {
    let people = hashes.enumerated().map { ("user\($0.offset)", $0.element, "NULL", "5000") }
    let argon = "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$aRg0nSaLt7hWq2xZ$vKdIgEsTm4yBn9uGs5oXr8cEwLq"
    canary.plant(hash: argon, as: "hash of an unknown scheme")
    let costly = "$2y$20$" + hashes[2].dropFirst(7)
    let rows =
      people + [
        ("clear", "", "'\(Mark.clear)'", "5000"),
        ("odd", "", "'\(Mark.odd.replacingOccurrences(of: "'", with: "''"))'", "5000"),
        ("cut", String(hashes[0].dropLast(7)), "NULL", "5000"), ("argon", argon, "NULL", "5000"),
        ("costly", costly, "NULL", "5000"), ("mixed", hashes[5], "NULL", Mark.mistyped),
        ("cast", hashes[5], "NULL", "5000"), ("raise", hashes[2], "'\(Mark.clear)'", "5000"),
        ("stuck", hashes[5], "NULL", "5000"),
      ]
    let values = rows.map { "('\($0.0)', '\($0.1)', \($0.2), '\($0.3)')" }.joined(separator: ",\n")
    let table = """
      CREATE TABLE people (username text PRIMARY KEY, password text, clear text, uid text,
        CONSTRAINT fixed CHECK (username <> 'stuck' OR password = '\(hashes[5])'));
      INSERT INTO people VALUES \(values);
      """
    try server.sql(
      """
      CREATE ROLE reader LOGIN PASSWORD '\(Mark.database)';
      \(table)
      CREATE FUNCTION uid_of(name text, password text, uid text) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN
        IF name = 'cast' THEN RETURN password::int; END IF;
        IF name = 'raise' THEN RAISE EXCEPTION 'the password is %', password USING DETAIL = password, HINT = password; END IF;
        RETURN uid;
      END $$;
      GRANT SELECT, UPDATE ON people TO reader;
      """)
    try folder.write(
      table + "UPDATE people SET username = 'lite-' || username WHERE username <> 'stuck';", to: "accounts.sql")
    let made = try ChildProcess.run(["sqlite3", folder.file("accounts.db"), ".read \(folder.file("accounts.sql"))"])
    try #require(made.status == 0, "\(made.errors)")
    try mariadb?.sql(
      """
      SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');
      \(table.replacingOccurrences(of: "username text", with: "username varchar(255)"))
      UPDATE people SET username = concat('maria-', username);
      DELIMITER //
      CREATE FUNCTION uid_of(name text, password text, uid text) RETURNS text DETERMINISTIC
      BEGIN
        DECLARE number int;
        DECLARE words text;
        IF name = 'maria-cast' THEN SET number = password; END IF;
        IF name = 'maria-raise' THEN
          SET words = concat('the password is ', password);
          SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = words;
        END IF;
        RETURN uid;
      END //
      CREATE TRIGGER stuck BEFORE UPDATE ON people FOR EACH ROW
      BEGIN
        DECLARE words text;
        IF new.username = 'maria-stuck' THEN
          SET words = concat('not ', new.password);
          SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = words;
        END IF;
      END //
      DELIMITER ;
      CREATE USER reader IDENTIFIED BY '\(Mark.database)';
      GRANT SELECT, UPDATE ON people TO reader;
      GRANT EXECUTE ON test.* TO reader;
      """)
  }

  /// - Parameters:
  ///   - more: of the directory `main`, whose connection is given.
  ///   - other: the connection of the directory `maria`, when it is not the right one.
  private func configuration(_ socket: String, connection: String, more: String = "", other: String? = nil) -> String {
    let columns = "username, password, clear AS clear_password, 5000 AS gid, '/home' AS home"
    let change =
      "UPDATE people SET password = :new_hash, clear = CASE WHEN clear IS NULL THEN NULL ELSE :new_password END"
    return """
      log-level = "debug"
      [[listen]]
      socket = "\(socket)"
      mode = "0666"
      [[directory]]
      name = "lite"
      type = "sqlite"
      database = "\(folder.file("accounts.db"))"
      rehash-to = "SHA512-CRYPT:1000"
      [directory.queries]
      account = "SELECT \(columns), uid FROM people WHERE username = :username"
      enumerate = "SELECT username, uid, 5000 AS gid, '/home' AS home FROM people WHERE username <> 'lite-mixed'"
      set-password = "\(change) WHERE username = :username"
      [[directory]]
      name = "main"
      type = "postgresql"
      connection = "\(connection)"
      \(more)
      [directory.queries]
      account = "SELECT \(columns), uid_of(username, password, uid) AS uid FROM people WHERE username = :username"
      enumerate = "SELECT username, uid, 5000 AS gid, '/home' AS home FROM people"
      set-password = "\(change) WHERE username = :username"
      \(mariadb.map { mariaDBDirectory(other ?? $0.connection(user: "reader", password: Mark.database), columns, change) } ?? "")
      """
  }

  private func mariaDBDirectory(_ connection: String, _ columns: String, _ change: String) -> String {
    """
    [[directory]]
    name = "maria"
    type = "mariadb"
    connection = "\(connection)"
    [directory.queries]
    account = "SELECT \(columns), uid_of(username, password, uid) AS uid FROM people WHERE username = :username"
    enumerate = "SELECT username, uid, 5000 AS gid, '/home' AS home FROM people WHERE username <> 'maria-mixed'"
    set-password = "\(change) WHERE username = :username"
    """
  }

  /// Every verb, with what is right, what is wrong, and what is no request at all.
  private func askEverything(_ daemon: GatepostDaemon) throws {
    let client = AuthdaemonClient(daemon.socketPath)
    func ask(_ request: String) throws -> String {
      let reply = try client.ask(request).text
      outputs.append(reply)
      return reply
    }
    func login(_ user: String, _ password: String) throws -> String {
      try ask(AuthdaemonClient.authentication(service: "imap", user, password))
    }
    for prefix in prefixes {
      for (number, _) in hashes.enumerated() {
        #expect(try login("\(prefix)user\(number)", Mark.right).hasSuffix("\n.\n"))
        #expect(try login("\(prefix)user\(number)", Mark.wrong) == "FAIL\n")
        #expect(try login("\(prefix)user\(number)", Mark.right).hasSuffix("\n.\n"), "a remembered one")
      }
      #expect(try login("\(prefix)clear", Mark.clear).hasSuffix("\n.\n"))
      #expect(try login("\(prefix)odd", Mark.odd).hasSuffix("\n.\n"))
      for user in ["cut", "argon", "costly", "mixed"] {
        #expect(try login(prefix + user, Mark.right).isEmpty, "\(user)")
      }
      for digest in CRAMDigest.allCases {
        let challenge = Data("<challenge@\(Mark.users)>".utf8).base64EncodedString()
        for password in [Mark.clear, Mark.wrong] {
          let response = try digest.response(challenge: challenge, user: "\(prefix)clear", password: password)
          let text = String(decoding: Data(base64Encoded: response) ?? Data(), as: UTF8.self)
          canary.plant(String(text.drop { $0 != " " }.dropFirst()), as: "answer to a challenge")
          let reply = try ask(
            AuthdaemonClient.authentication(service: "imap", type: digest.authType, challenge, response))
          #expect(reply == "FAIL\n" || reply.hasSuffix("\n.\n"))
        }
      }
      for (old, new) in [
        (Mark.wrong, Mark.fresh), (Mark.right, Mark.fresh), (Mark.fresh, Mark.right), (Mark.right, ""),
        (Mark.right, Mark.fresh + "\u{1}"),
      ] { _ = try ask("PASSWD imap\t\(prefix)user5\t\(old)\t\(new)\n") }
      #expect(try login("\(prefix)user5", Mark.right).hasSuffix("\n.\n"), "changed there and back")
      _ = try ask("PASSWD imap\t\(prefix)clear\t\(Mark.clear)\t\(Mark.fresh)\n")
      _ = try ask("PRE . imap \(prefix)user1\n")
    }
    for prefix in prefixes where prefix != "lite-" {
      for user in ["cast", "raise"] { #expect(try login(prefix + user, Mark.right).isEmpty, "\(prefix)\(user)") }
      #expect(try ask("PASSWD imap\t\(prefix)stuck\t\(Mark.right)\t\(Mark.fresh)\n").isEmpty, "\(prefix)")
    }
    #expect(try login("nobody", Mark.wrong) == "FAIL\n")
    _ = try ask("ENUMERATE\n")
    let long = String(repeating: Mark.wrong, count: 500)
    for request in [
      "\(Mark.right)\n", "AUTH \(Mark.right)\n", "AUTH 20\n\(Mark.right)\n\(Mark.wrong)", "AUTH 9000\n\(long)",
      "AUTH 40\n\(Mark.right)",
      "AUTH -1\n\(Mark.right)", "PASSWD \(Mark.right)\n", "PASSWD imap\tuser1\t\(Mark.right)\n", "PASSWD \(long)\n",
      "PRE \(Mark.right)\n", "PRE . \(Mark.right)\n", "ENUMERATE \(Mark.right)\n", long, "auth \(Mark.right)\n",
      AuthdaemonClient.authentication(service: "imap", type: Mark.right, "user1", Mark.right),
      AuthdaemonClient.authentication(service: "imap", type: "cram-md5", Mark.right, Mark.wrong),
      AuthdaemonClient.authentication(service: "imap", "", Mark.right),
      AuthdaemonClient.authentication(service: "imap", "user1", long),
    ] { _ = try ask(request) }
  }

  private func runCommands(_ daemon: GatepostDaemon) throws {
    let program = try GatepostExecutable.path()
    func run(_ arguments: [String], input: String = "") throws {
      let result = try ChildProcess.run([program] + arguments, input: input)
      outputs += [result.output, result.errors]
    }
    let socket = ["--socket", daemon.socketPath]
    let users = [
      "user5\t\(Mark.right)", "clear\t\(Mark.users)", "lite-clear\t\(Mark.users)\tFAIL\tHOME=/home",
    ].joined(separator: "\n")
    try folder.write(users, to: "users.tsv", mode: 0o600)
    try folder.write(users + "\nuser6 \(Mark.users)\n\t\(Mark.users)", to: "faulty.tsv", mode: 0o600)
    for json in [[], ["--json"]] {
      try run(["check", "--config", daemon.configurationPath] + json)
      try run(["check", "--connect", "--config", daemon.configurationPath] + json)
      for password in [Mark.right, Mark.wrong, Mark.odd] {
        try run(["probe", "login", "user1", "--password-stdin"] + socket + json, input: password + "\n")
      }
      try run(["probe", "account", "clear"] + socket + json)
      try run(["probe", "list"] + socket + json)
      for (old, new) in [(Mark.wrong, Mark.fresh), (Mark.right, Mark.fresh), (Mark.fresh, Mark.right)] {
        try run(["probe", "set-password", "user5", "--password-stdin"] + socket + json, input: "\(old)\n\(new)\n")
      }
      for hash in hashes + [String(hashes[0].dropLast(9))] {
        for password in json.isEmpty ? [Mark.right] : [Mark.wrong] {
          try run(["password", "verify", "--hash-stdin", "--password-stdin"] + json, input: "\(hash)\n\(password)\n")
        }
      }
      for file in ["users.tsv", "faulty.tsv"] {
        try run(["bench", "--users", folder.file(file), "--requests", "9"] + socket + json)
      }
    }
    // While they wait for an answer that does not come.
    let silent = try ListeningSocket(folder.file("silent"))
    let feed = #"exec "$@" <\#(folder.file("input"))"#
    try folder.write("\(Mark.right)\n\(Mark.fresh)\n", to: "input")
    for command in ["login", "set-password"] {
      let process = try ChildProcess(
        ["sh", "-c", feed, "sh", program, "probe", command, "user1", "--password-stdin", "--socket", silent.path],
        outputPath: folder.file("output"))
      #expect(try eventually { try Self.process(process.pid)[0].hasPrefix(program) })
      outputs += try Self.process(process.pid)
      process.stop()
      outputs.append(process.output)
    }
  }

  /// A login, a change and a check while something is wrong.
  private func suffer(_ daemon: GatepostDaemon, user: String) throws {
    let change = "PASSWD imap\t\(user)\t\(Mark.right)\t\(Mark.fresh)\n"
    for text in [AuthdaemonClient.authentication(service: "imap", user, Mark.right), change] {
      outputs.append(try AuthdaemonClient(daemon.socketPath).ask(text).text)
    }
    let check = try ChildProcess.run([
      GatepostExecutable.path(), "check", "--connect", "--config", daemon.configurationPath,
    ])
    outputs += [check.output, check.errors]
  }

  private func logsInAgain(_ daemon: GatepostDaemon, user: String) throws -> Bool {
    let request = AuthdaemonClient.authentication(service: "imap", user, Mark.right)
    return try eventually(within: 30) { try AuthdaemonClient(daemon.socketPath).ask(request).text.hasSuffix("\n.\n") }
  }

  private func breakMariaDB(_ daemon: GatepostDaemon) throws {
    guard let mariadb else { return }
    let user = "maria-user5"
    try mariadb.sql("ALTER USER reader IDENTIFIED BY 'another'")
    try mariadb.dropConnections(of: "reader")
    try suffer(daemon, user: user)
    try mariadb.sql("ALTER USER reader IDENTIFIED BY '\(Mark.database)'")
    #expect(try logsInAgain(daemon, user: user))
    try mariadb.sql("ALTER TABLE people RENAME COLUMN password TO p")
    try suffer(daemon, user: user)
    try mariadb.sql("ALTER TABLE people RENAME COLUMN p TO password")
    #expect(try logsInAgain(daemon, user: user))
    mariadb.stop()
    try suffer(daemon, user: user)
    try mariadb.start()
  }

  private func breakTheDatabase(_ daemon: GatepostDaemon) throws {
    func suffer() throws { try self.suffer(daemon, user: "user5") }
    try server.sql("ALTER ROLE reader PASSWORD 'another'")
    try server.signalBackends(SIGTERM)
    try suffer()
    try server.sql("ALTER ROLE reader PASSWORD '\(Mark.database)'")
    #expect(try logsInAgain(daemon, user: "user5"))
    try server.sql("ALTER TABLE people RENAME COLUMN password TO p")
    try suffer()
    try server.sql("ALTER TABLE people RENAME COLUMN p TO password")
    try server.stop()
    try suffer()
    try server.start()
    #expect(try logsInAgain(daemon, user: "user5"))
  }

  /// What `check`, `serve` and a reload say to files in which a secret stands where it is wrong.
  /// - Returns: how many files there were.
  private func configurationsWithMistakes(_ daemon: GatepostDaemon) throws -> Int {
    let place = try "host=\(server.socketFolder)"
    let socket = mariadb.map { "socket=\($0.socketPath) user=reader" }
    let forMariaDB = [
      "password=\(Mark.database) bogus=1", "password='\(Mark.database)", "passwrod=\(Mark.database)", Mark.database,
      "password=\(Mark.database) port=\(Mark.database)", "mariadb://reader:\(Mark.database)@host/db",
    ]
    let files =
      [
        "\(place) password=\(Mark.database) bogus=1", "\(place) password='\(Mark.database)",
        "\(place) passwrod=\(Mark.database)", "\(place) \(Mark.database)", "\(place) password=\(Mark.database)\\",
        "postgresql://reader:\(Mark.database)@[bad/db", "postgresql://reader:\(Mark.database)@host:x/db?bogus=1",
        "\(place) password=\(Mark.database)\" trailing",
      ].map { configuration(daemon.socketPath, connection: $0) }
      + [
        "passwrod = \"\(Mark.database)\"", "password = \"\(Mark.database)\"", "password-file = [\"\(Mark.database)\"]",
        "password = \(Mark.database)", "password-file = \"\(Mark.database)\"",
      ].map { configuration(daemon.socketPath, connection: place, more: $0) }
      + (socket.map { socket in
        forMariaDB.map { configuration(daemon.socketPath, connection: place, other: "\(socket) \($0)") }
      } ?? [])
    let program = try GatepostExecutable.path()
    for (number, text) in files.enumerated() {
      for (command, mode) in [(["check", "--json"], 0o644), (["serve"], 0o600)] {
        let path = try folder.write(text, to: "faulty\(number).toml", mode: mode)
        let result = try ChildProcess.run([program] + command + ["--config", path])
        #expect(result.status == 78, "\(command) \(text)")
        outputs += [result.output, result.errors]
      }
      let before = daemon.log.components(separatedBy: "not reloaded").count
      try text.write(toFile: daemon.configurationPath, atomically: false, encoding: .utf8)
      kill(try #require(daemon.pid), SIGHUP)
      #expect(eventually { daemon.log.components(separatedBy: "not reloaded").count > before }, "\(text)")
    }
    return files.count
  }

  /// Its command line and its environment.
  private static func process(_ pid: Int32) throws -> [String] {
    try ["cmdline", "environ"].map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\($0)")), as: UTF8.self)
    }
  }
}
