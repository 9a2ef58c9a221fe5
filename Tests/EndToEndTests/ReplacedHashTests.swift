internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// `rehash-to`, asked over the socket of the daemon, with real databases; what it stores is given to Dovecot's own tool.
@Suite(.waiting) struct ReplacedHashTests {
  private static let users = [
    "digest": "MD5", "crypted": "MD5-CRYPT", "clear": "PLAIN", "storm": "SSHA", "changed": "SHA1", "later": "SMD5",
  ]

  private static func password(_ user: String) -> String { "\(user)-secret" }

  /// The accounts in a database of one kind.
  private struct Stage {
    let database: AccountsDatabase
    /// Of a database that has one.
    let end: @Sendable () -> Void
    /// At the beginning, by user.
    let hashes: [String: String]
  }

  // MARK: The stage

  private func makeStage(_ kind: BackEndKind) throws -> Stage {
    var hashes: [String: String] = [:]
    for (user, scheme) in Self.users {
      let made = try ChildProcess.run(
        [GatepostExecutable.path(), "password", "hash", "--scheme", scheme, "--password-stdin"],
        input: Self.password(user))
      try #require(made.status == 0, "\(made.errors)")
      hashes[user] = made.output.trimmingCharacters(in: .newlines)
    }
    let rows = hashes.map { "('\($0.key)', '\($0.value)', NULL)" }.joined(separator: ", ")
    let table = """
      CREATE TABLE people (username varchar(255) PRIMARY KEY, password text, clear text);
      CREATE TABLE writes (username text);
      INSERT INTO people VALUES \(rows);
      UPDATE people SET clear = 'changed-secret' WHERE username = 'changed';
      """
    switch kind {
    case .sqlite:
      let trigger = "CREATE TRIGGER counted AFTER UPDATE ON people BEGIN INSERT INTO writes VALUES (new.username); END;"
      return Stage(database: try AccountsDatabase(sqlite: table + trigger), end: {}, hashes: hashes)
    case .postgresql:
      let server = try PostgreSQLServer()
      let database = try AccountsDatabase(
        postgresql: server, name: "accounts",
        script: table + """
          CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO writes VALUES (NEW.username); RETURN NEW; END $$;
          CREATE TRIGGER counted AFTER UPDATE ON people FOR EACH ROW EXECUTE FUNCTION counted();
          CREATE ROLE reader LOGIN;
          GRANT SELECT ON people TO reader;
          """)
      return Stage(database: database, end: { server.stop() }, hashes: hashes)
    case .mariadb:
      let server = try MariaDBServer()
      let database = try AccountsDatabase(
        mariadb: server, name: "accounts",
        script: table + """
          CREATE TRIGGER counted AFTER UPDATE ON people FOR EACH ROW INSERT INTO writes VALUES (NEW.username);
          CREATE USER reader;
          GRANT SELECT ON accounts.people TO reader;
          """)
      return Stage(database: database, end: { server.stop() }, hashes: hashes)
    }
  }

  private func configuration(_ socket: String, _ directoryLines: String, _ key: String) -> String {
    """
    log-level = "debug"
    [[listen]]
    socket = "\(socket)"
    mode = "0600"
    [[directory]]
    name = "accounts"
    \(directoryLines)
    \(key)
    [directory.queries]
    account = \"\"\"
      SELECT username, password, clear AS clear_password, 5000 AS uid, 5000 AS gid, '/home' AS home
      FROM people WHERE username = :username\"\"\"
    set-password = \"\"\"
      UPDATE people SET password = :new_hash, clear = CASE WHEN clear IS NULL THEN NULL ELSE :new_password END
      WHERE username = :username\"\"\"
    """
  }

  private func isAccepted(_ daemon: GatepostDaemon, _ user: String, _ password: String? = nil) throws -> Bool {
    let request = AuthdaemonClient.authentication(service: "imap", user, password ?? Self.password(user))
    return try AuthdaemonClient(daemon.socketPath).ask(request).text.hasSuffix("\n.\n")
  }

  private func stored(_ user: String, in database: AccountsDatabase) throws -> String {
    try database.rows("SELECT password FROM people WHERE username = '\(user)'").first ?? ""
  }

  /// Waits until the hash is no longer `old`.
  private func replaced(_ user: String, on stage: Stage) throws -> String {
    var now = ""
    #expect(
      try eventually {
        now = try stored(user, in: stage.database)
        return now != stage.hashes[user]
      }, "\(user) keeps its hash")
    return now
  }

  /// What is bare Dovecot reads as its default_pass_scheme, `CRYPT`.
  private func doveadmVerifies(_ hash: String, _ password: String) throws -> Bool {
    let named = hash.hasPrefix("{") ? hash : "{CRYPT}\(hash)"
    let result = try ChildProcess.run(["doveadm", "pw", "-t", named, "-p", password])
    return result.status == 0 && result.output.contains("(verified)")
  }

  private func occurrences(of text: String, in log: String) -> Int { log.components(separatedBy: text).count - 1 }

  // MARK: What is promised

  @Test(arguments: BackEndKind.allCases)
  func aLoginReplacesAWeakHashOnceAndOtherProgramsCanReadIt(_ kind: BackEndKind) throws {
    let stage = try makeStage(kind)
    let (database, hashes) = (stage.database, stage.hashes)
    defer { stage.end() }
    let daemon = try GatepostDaemon {
      configuration($0, database.directoryLines, #"rehash-to = "SHA512-CRYPT:rounds=6000""#)
    }
    for (user, beginning) in [
      ("digest", "{CRYPT}$6$rounds=6000$"), ("crypted", "$6$rounds=6000$"), ("clear", "{CRYPT}$6$rounds=6000$"),
    ] {
      #expect(try isAccepted(daemon, user))
      let hash = try replaced(user, on: stage)
      #expect(hash.hasPrefix(beginning), "\(user): \(hash.prefix(20))")
      #expect(try doveadmVerifies(hash, Self.password(user)))
      #expect(try !doveadmVerifies(hash, "another"))
      #expect(try isAccepted(daemon, user))
      #expect(try !isAccepted(daemon, user, "another"))
      #expect(try stored(user, in: database) == hash)
    }
    #expect(
      daemon.logs("rehash account=crypted directory=accounts outcome=replaced from=MD5-CRYPT to=SHA512-CRYPT"))

    // All phones at once.
    let client = AuthdaemonClient(daemon.socketPath)
    let storm = AuthdaemonClient.authentication(service: "imap", "storm", Self.password("storm"))
    let refused = Locked(0)
    DispatchQueue.concurrentPerform(iterations: 200) { _ in
      if (try? client.ask(storm))?.text.hasSuffix("\n.\n") != true { refused.withLock { $0 += 1 } }
    }
    #expect(refused.withLock { $0 } == 0)
    #expect(try doveadmVerifies(replaced("storm", on: stage), Self.password("storm")))

    // A changed password, and the clear one beside it.
    #expect(try client.ask("PASSWD imap\tchanged\tchanged-secret\tnew-secret\n").text == "OK\n")
    let changed = try stored("changed", in: database)
    #expect(changed.hasPrefix("{CRYPT}$6$rounds=6000$"))
    #expect(try doveadmVerifies(changed, "new-secret"))
    #expect(try database.rows("SELECT clear FROM people WHERE username = 'changed'") == ["new-secret"])

    // A reload takes the key away, and brings another one.
    func reload(_ key: String) throws {
      let before = occurrences(of: "configuration reloaded", in: daemon.log)
      let text = configuration(daemon.socketPath, database.directoryLines, key) + "\n[throttle]\nenabled = false\n"
      try text.write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
      kill(try #require(daemon.pid), SIGHUP)
      #expect(eventually { occurrences(of: "configuration reloaded", in: daemon.log) > before })
    }
    try reload("")
    #expect(try isAccepted(daemon, "later"))
    try reload(#"rehash-to = "BLF-CRYPT:5""#)
    #expect(try stored("later", in: database) == hashes["later"])
    #expect(try isAccepted(daemon, "later"))
    let later = try replaced("later", on: stage)
    #expect(later.hasPrefix("{CRYPT}$2y$05$"))
    #expect(try doveadmVerifies(later, Self.password("later")))

    // Each was written once.
    #expect(
      try database.rows("SELECT username FROM writes ORDER BY username")
        == ["changed", "clear", "crypted", "digest", "later", "storm"])
    #expect(daemon.stop() == 0)
    for secret in Self.users.keys.map(Self.password) + Array(hashes.values) + ["new-secret", changed, later] {
      #expect(!daemon.log.contains(secret))
    }
  }

  @Test(arguments: BackEndKind.allCases)
  func whereNothingCanBeStoredLoginsGoOnAndOneLineSaysSo(_ kind: BackEndKind) throws {
    let stage = try makeStage(kind)
    let (database, hashes) = (stage.database, stage.hashes)
    defer { stage.end() }
    var lines = database.directoryLines
    // Root without the right to pass over permissions, as every other user is.
    let prelude = #"exec setpriv --bounding-set -dac_override,-dac_read_search -- "$@""#
    switch kind {
    case .sqlite: chmod(try #require(database.file), 0o444)
    case .mariadb: lines = lines.replacingOccurrences(of: "user=root", with: "user=reader")
    case .postgresql: lines = lines.replacingOccurrences(of: "user=postgres", with: "user=reader")
    }
    let daemon = try GatepostDaemon(prelude: prelude) { configuration($0, lines, #"rehash-to = "BLF-CRYPT:4""#) }
    for _ in 0..<10 { for user in ["digest", "crypted", "clear"] { #expect(try isAccepted(daemon, user)) } }
    #expect(daemon.logs(" directory=accounts outcome=unavailable"))
    for _ in 0..<10 { for user in ["digest", "crypted", "clear"] { #expect(try isAccepted(daemon, user)) } }
    #expect(daemon.stop() == 0)
    #expect(occurrences(of: "rehash ", in: daemon.log) == 1, "\(daemon.log)")
    #expect(daemon.logs(kind == .sqlite ? "cannot be written" : "permission denied"))
    for user in ["digest", "crypted", "clear"] { #expect(try stored(user, in: database) == hashes[user]) }
    #expect(occurrences(of: "outcome=refused", in: daemon.log) == 0)
  }
}

/// Counts from several threads. Unchecked: every access takes the lock.
private final class Locked: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Int
  init(_ value: Int) { self.value = value }
  func withLock<Result>(_ body: (inout Int) -> Result) -> Result { lock.withLock { body(&value) } }
}
