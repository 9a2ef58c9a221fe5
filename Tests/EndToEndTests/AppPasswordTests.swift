internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// App passwords at the socket of the real daemon, out of every kind of database.
@Suite(.waiting, .serialized) struct AppPasswordTests {
  private static let table = """
    CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password text);
    CREATE TABLE app_passwords (id integer PRIMARY KEY, username text, password text, description text, services text);
    """

  private func hash(_ password: String) throws -> String {
    let made = try ChildProcess.run(
      [GatepostExecutable.path(), "password", "hash", "--scheme", "SHA512-CRYPT", "--password-stdin"], input: password)
    try #require(made.status == 0, "\(made.errors)")
    return made.output.trimmingCharacters(in: .newlines)
  }

  private func daemon(_ database: AccountsDatabase, appPasswords: String? = nil) throws -> GatepostDaemon {
    try GatepostDaemon { socket in
      """
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      [[directory]]
      name = "accounts"
      \(database.directoryLines)
      [directory.queries]
      account = "SELECT username, password, 5000 AS uid, 5000 AS gid, '/v' AS home FROM mailbox WHERE username = :username"
      app-passwords = "\(appPasswords ?? "SELECT password, description, services FROM app_passwords WHERE username = :username")"
      """
    }
  }

  @Test(arguments: BackEndKind.allCases)
  func scopedNamedAndRevocable(kind: BackEndKind) throws {
    try AccountsDatabase.during(kind, Self.table) { database in
      let hashes = try ["kX2mQ9vLwR5tBz", "hT7cN4yDsJ8fGa", "pV3xK6uEoM1qCb", "zW5rH9iPnS2kYd"].map(hash)
      try database.execute(
        """
        INSERT INTO mailbox VALUES ('alice@example.org', '\(hashes[0])'), ('bob@example.org', NULL);
        INSERT INTO app_passwords VALUES (1, 'alice@example.org', '\(hashes[1])', 'Phone of Alice', 'imap'),
          (2, 'alice@example.org', '\(hashes[2])', 'Thunderbird "laptop"', 'IMAP, submission'),
          (3, 'bob@example.org', '\(hashes[3])', NULL, NULL);
        """)
      let daemon = try daemon(database)
      defer { daemon.stop() }
      let client = AuthdaemonClient(daemon.socketPath)
      func login(_ password: String, service: String = "imap", user: String = "alice@example.org") throws -> String {
        try client.ask(AuthdaemonClient.authentication(service: service, user, password)).text
      }
      let reply = try login("kX2mQ9vLwR5tBz")
      #expect(reply.contains("ADDRESS=alice@example.org\n") && reply.hasSuffix("\n.\n"))
      for _ in 0..<2 {
        #expect(try login("hT7cN4yDsJ8fGa") == reply, "the account's reply")
        #expect(try login("hT7cN4yDsJ8fGa", service: "smtp") == "FAIL\n")
        #expect(try login("pV3xK6uEoM1qCb", service: "smtp") == reply)
        #expect(try login("pV3xK6uEoM1qCb", service: "pop3") == "FAIL\n")
        #expect(try login("fL8gA1jUeO6vXt") == "FAIL\n")
        #expect(try login("zW5rH9iPnS2kYd") == "FAIL\n", "another account's")
        #expect(try login("zW5rH9iPnS2kYd", user: "bob@example.org").hasSuffix("\n.\n"), "it has no other")
      }
      #expect(try client.ask("PASSWD imap\talice@example.org\thT7cN4yDsJ8fGa\tnew-password\n").text == "FAIL\n")

      // The row is gone: refused at once, though it is remembered.
      try database.execute("DELETE FROM app_passwords WHERE id = 1")
      #expect(try login("hT7cN4yDsJ8fGa") == "FAIL\n")
      try database.execute(
        "INSERT INTO app_passwords VALUES (4, 'alice@example.org', '\(hashes[3])', 'new phone', '*')")
      #expect(try login("zW5rH9iPnS2kYd", service: "pop3") == reply)

      // The second query's trouble is no wrong password.
      try database.execute("ALTER TABLE app_passwords RENAME TO away")
      #expect(try login("pV3xK6uEoM1qCb").isEmpty)
      #expect(try login("fL8gA1jUeO6vXt").isEmpty)
      #expect(try login("kX2mQ9vLwR5tBz") == reply, "it needs no second query")
      try database.execute("ALTER TABLE away RENAME TO app_passwords")
      #expect(eventually { (try? login("pV3xK6uEoM1qCb")) == reply })

      #expect(daemon.stop() == 0)
      let log = daemon.log
      for text in [
        #"user=alice@example.org "#, #" outcome=accepted app="Phone of Alice" ms="#,
        #" outcome=accepted app="Phone of Alice" remembered=yes ms="#,
        #"service=smtp user=alice@example.org"#, #" app="Thunderbird \"laptop\"" "#, #" outcome=accepted app="" ms="#,
        #" outcome=accepted app="new phone" "#, #"reason="query failed:"#,
      ] { #expect(log.contains(text), "\(text): \(log)") }
      var canary = Canary()
      for hash in hashes { canary.plant(hash: hash, as: "a hash") }
      for password in ["hT7cN4yDsJ8fGa", "pV3xK6uEoM1qCb", "zW5rH9iPnS2kYd", "fL8gA1jUeO6vXt", "kX2mQ9vLwR5tBz"] {
        canary.plant(password, as: password)
      }
      #expect(canary.finds(in: log) == [])
    }
  }

  /// The server dies while the second query is under way.
  @Test func aServerThatDiesBetweenTheQueriesIsNoWrongPassword() throws {
    let server = try PostgreSQLServer()
    defer { server.stop() }
    let database = try AccountsDatabase(postgresql: server, name: "mail", script: Self.table)
    let hashes = try ["kX2mQ9vLwR5tBz", "hT7cN4yDsJ8fGa"].map(hash)
    try database.execute(
      """
      INSERT INTO mailbox VALUES ('alice@example.org', '\(hashes[0])');
      INSERT INTO app_passwords VALUES (1, 'alice@example.org', '\(hashes[1])', 'phone', '*');
      """)
    let daemon = try daemon(
      database,
      appPasswords:
        "SELECT password FROM app_passwords WHERE username = :username AND (pg_sleep(60) IS NOT NULL)")
    defer { daemon.stop() }
    let client = AuthdaemonClient(daemon.socketPath)
    let replies = Replies()
    let thread = Thread {
      replies.add(
        (try? client.ask(AuthdaemonClient.authentication(service: "imap", "alice@example.org", "hT7cN4yDsJ8fGa")))?
          .text)
    }
    thread.start()
    #expect(
      eventually {
        let count = try? server.sql(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE query LIKE '%app_passwords%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()
          """)
        return (count.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0) > 0
      })
    server.crash()
    #expect(eventually(within: 29) { replies.all.count == 1 })
    #expect(replies.all == [""], "try again later")
    daemon.stop()
    #expect(daemon.logs("outcome=unavailable reason=\"database unreachable"))
    #expect(!daemon.log.contains("outcome=refused"))
  }

  private final class Replies: @unchecked Sendable {
    // Unchecked: reached under `lock` only.
    private let lock = NSLock()
    private var texts: [String?] = []
    func add(_ text: String?) { lock.withLock { texts.append(text) } }
    var all: [String?] { lock.withLock { texts } }
  }
}
