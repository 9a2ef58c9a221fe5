import Foundation
import TestSupport
import TestTraits
import Testing

@testable import gatepost

/// `gatepost check` as a person runs it, on SQLite.
@Suite(.waiting) struct CheckTests {
  private static let sha256 = "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("check")
  }

  /// A database with courier's table and these rows: id, stored hash, clear password, uid.
  private func database(_ rows: [(String, String, String, Int)]) throws {
    let values = rows.map {
      "INSERT INTO passwd VALUES ('\($0)', '\($1)', '\($2)', '', \($3), 5000, '/v', '', '', '');"
    }
    let columns = "id text, crypt text, clear text, name text, uid integer, gid integer, home text, maildir text"
    try folder.write(
      "CREATE TABLE passwd (\(columns), defaultdelivery text, quota text);\n" + values.joined(separator: "\n"),
      to: "accounts.sql")
    let made = try ChildProcess.run(["sqlite3", folder.file("a.db"), ".read \(folder.file("accounts.sql"))"])
    try #require(made.status == 0, "\(made.errors)")
  }

  private func configuration(_ more: String = "", database: String = "a.db") -> String {
    """
    [[listen]]
    socket = "\(folder.file("socket"))"
    mode = "0600"
    [[directory]]
    name = "accounts"
    type = "sqlite"
    database = "\(folder.file(database))"
    preset = "courier"
    \(more)
    """
  }

  private func check(_ text: String, _ options: String...) throws -> ChildProcess.Result {
    let path = try folder.write(text, to: "gatepost.toml", mode: 0o600)
    return try ChildProcess.run([PasswordCommandTests.program, "check", "--config", path] + options)
  }

  @Test func aGoodFileIsSummedUp() throws {
    let result = try check(
      "default-domain = \"example.com\"\n" + configuration("[[peer]]\nuser = \"root\"\nallow = [\"login\"]"))
    #expect(result.status == 0, "\(result.output)")
    #expect(
      result.output == """
        \(folder.file("gatepost.toml")): no mistakes in the file
        listens on \(folder.file("socket")), mode 0600
        asks accounts: sqlite, preset courier
        lets user root ask: login
        adds the domain example.com to names without one

        """)
    #expect(result.errors.isEmpty)
  }

  @Test func whatEachSocketAllowsIsSaid() throws {
    let more = """
      [[listen]]
      socket = "\(folder.file("login"))"
      allow = ["login"]
      [[listen]]
      socket = "\(folder.file("own"))"
      mode = "0666"
      [[listen.peer]]
      uid = 33
      allow = ["account"]
      secrets = true
      """
    let result = try check(configuration(more))
    #expect(result.status == 0, "\(result.output)")
    #expect(
      result.output == """
        \(folder.file("gatepost.toml")): no mistakes in the file
        listens on \(folder.file("socket")), mode 0600
        listens on \(folder.file("login")), mode 0660
          where nobody may ask anything but: login
        listens on \(folder.file("own")), mode 0666
          lets uid 33 ask: account; replies hold stored passwords
        asks accounts: sqlite, preset courier
        lets everybody who can open a socket ask everything, where nothing else is said
        adds no domain to names without one

        """)
    let json = try check(configuration(more), "--json")
    let value = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let sockets = try #require((value["settings"] as? [String: Any])?["listen"] as? [[String: Any]])
    #expect(sockets.map { ($0["allow"] as? [String])?.count } == [4, 1, 4])
    #expect(sockets.map { ($0["peer"] as? [Any])?.count } == [0, 0, 1])
  }

  @Test func aSocketThatEverybodyMayOpenIsAWarning() throws {
    let open = configuration().replacingOccurrences(of: "0600", with: "0666")
    let warning = "warning: everybody on this machine may open \(folder.file("socket")) (mode 0666) and ask: "
    #expect(try check(open).output.contains(warning + "login, account, enumerate, set-password; "))
    let bounded = open.replacingOccurrences(of: "\"0666\"", with: "\"0666\"\nallow = [\"login\"]")
    #expect(try check(bounded).output.contains(warning + "login; "))
    let guarded = try check(open + "\n[[peer]]\nuser = \"root\"\nallow = [\"login\"]")
    #expect(!guarded.output.contains("warning"), "\(guarded.output)")
    #expect(try !check(configuration()).output.contains("everybody on this machine"))
  }

  @Test func everyMistakeIsNamedWithItsLine() throws {
    let result = try check("mood = 1\n[[listen]]\nsocket = \"x\"\nmode = 0660\n[limits]\nconnections = 0\n")
    let file = folder.file("gatepost.toml")
    #expect(result.status == 78)
    for start in [
      "\(file):1: mood: ", "\(file):3: listen[1].socket: ", "\(file):4: listen[1].mode: ", "\(file):6: limits.conn",
    ] {
      #expect(result.output.contains(start), "\(result.output)")
    }
    #expect(result.output.hasSuffix("\(file): 5 mistakes\n"), "the fifth: no directory")
  }

  @Test func theMistakesAsJSON() throws {
    let result = try check("mood = 1\n" + configuration(), "--json")
    #expect(result.status == 78)
    let value = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let mistakes = try #require(value["mistakes"] as? [[String: Any]])
    #expect(mistakes.count == 1)
    #expect(mistakes.first?["line"] as? Int == 1)
    #expect(mistakes.first?["key"] as? String == "mood")
    #expect(value["ok"] as? Bool == false)
  }

  @Test func aMissingFileIsAConfigurationError() throws {
    let result = try ChildProcess.run([PasswordCommandTests.program, "check", "--config", folder.file("none")])
    #expect(result.status == 78)
    #expect(result.output.contains("there is no such file"))
  }

  @Test func accountsThatCanAllBeVerified() throws {
    try database([
      ("a@x", Self.sha256, "", 1), ("b@x", Self.sha256, "", 1), ("c@x", "!", "", 1), ("d@x", "", "secret-word", 1),
      ("e@x", "", "", 1),
    ])
    let result = try check(configuration(), "--connect")
    #expect(result.status == 0, "\(result.output)")
    #expect(
      result.output.contains("directory accounts: connected, every query prepared\ndirectory accounts: 5 accounts:\n"))
    #expect(
      result.output.hasSuffix(
        """
          SHA256                2  verifiable
          clear password        1  verifiable
          locked                1  verifiable
          no password           1  verifiable

        """))
    #expect(!result.output.contains("secret-word") && !result.output.contains("K7gNU3sdo"))
  }

  @Test func weakSchemesAreMarkedWhereTheyMatter() throws {
    try database([("a@x", Self.sha256, "", 1), ("b@x", "!", "", 1)])
    let warned = try check("weak-schemes = \"warn\"\n" + configuration(), "--connect")
    #expect(warned.status == 0 && warned.output.contains("SHA256        1  verifiable, weak\n"), "\(warned.output)")
    let refused = try check("weak-schemes = \"refuse\"\n" + configuration(), "--connect")
    #expect(refused.output.contains("SHA256        1  REFUSED: weak\n"), "\(refused.output)")
    #expect(refused.output.contains("1 account with a weak scheme: each login is refused"))
    #expect(refused.status == 0)
  }

  @Test func everySchemeOfTheTableIsSurveyed() throws {
    try database([
      ("a@x", "{PBKDF2}$1$YDZ3GPTAP43GEeDL$5000$554300105923a5c02b7cc10a08355cf13f926082", "", 1),
      (
        "b@x", "$argon2id$v=19$m=1024,t=3,p=1$bG5DS2NIUU0xeExFQ3c5Vg$+avLzcSFMK8SwUWG8HuHE6RkpAb/8LQJZynQHFO0cWg", "", 1
      ),
      ("c@x", "{DIGEST-MD5}a83094878b9fdd928bb52c4d177e3521", "", 1),
      ("d@x", "5f4dcc3b5aa765d61d8327deb882cf99", "", 1),
    ])
    let bare = try check(configuration(), "--connect")
    #expect(bare.status == 1 && bare.output.contains("a bare string of 32 characters"), "\(bare.output)")
    let told = try check(configuration("default-scheme = \"plain-md5\""), "--connect")
    #expect(told.status == 0, "\(told.output)")
    #expect(told.output.contains("passwords without a scheme are PLAIN-MD5"))
    for scheme in ["ARGON2ID", "PBKDF2", "DIGEST-MD5", "MD5RAW"] {
      #expect(told.output.contains("  \(scheme) "), "\(scheme)")
    }
    #expect(!told.output.contains("CANNOT"))
  }

  @Test func aSchemeThatCannotBeVerifiedIsNamedAndCounted() throws {
    try database([("a@x", Self.sha256, "", 1), ("b@x", "{LANMAN}deadbeef", "", 1), ("c@x", "{LANMAN}deadbeef", "", 1)])
    let result = try check(configuration(), "--connect")
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("2 accounts with a password that cannot be verified"))
    #expect(result.output.contains("LANMAN") && !result.output.contains("deadbeef"))
    let json = try check(configuration(), "--connect", "--json")
    #expect(json.status == 1)
    #expect(!json.output.contains("deadbeef"))
    let value = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let directory = try #require((value["directories"] as? [[String: Any]])?.first)
    let survey = try #require(directory["survey"] as? [String: Any])
    let schemes = try #require(survey["schemes"] as? [[String: Any]])
    #expect(schemes.map { $0["accounts"] as? Int } == [2, 1])
    #expect(schemes.map { $0["verifiable"] as? Bool } == [false, true])
  }

  @Test func appPasswordsAreSurveyed() throws {
    try database([("a@x", Self.sha256, "", 1), ("b@x", "!", "", 1)])
    func configuration(_ query: String) -> String {
      """
      [[listen]]
      socket = "\(folder.file("socket"))"
      mode = "0600"
      [[directory]]
      type = "sqlite"
      database = "\(folder.file("a.db"))"
      [directory.queries]
      account = "SELECT id AS username, crypt AS password, uid, gid, home FROM passwd WHERE id = :username"
      enumerate = "SELECT id AS username, uid, gid, home FROM passwd"
      app-passwords = "\(query)"
      """
    }
    let good = try check(
      configuration("SELECT crypt AS password, id AS description FROM passwd WHERE :username = 'a@x'"), "--connect")
    #expect(good.status == 0, "\(good.output)")
    #expect(good.output.contains("own queries, app passwords, no set-password"), "\(good.output)")
    #expect(good.output.contains("2 app passwords of these accounts:\n"), "\(good.output)")
    let bad = try check(configuration("SELECT '{LANMAN}deadbeef' AS password WHERE :username <> ''"), "--connect")
    #expect(bad.status == 1 && bad.output.contains("its wrong passwords are answered with a temporary failure"))
    #expect(bad.output.contains("LANMAN") && !bad.output.contains("deadbeef"))
    let json = try check(
      configuration("SELECT '{LANMAN}deadbeef' AS password WHERE :username <> ''"), "--connect", "--json"
    ).output
    #expect(
      json.contains("\"app-passwords\"") && json.contains("\"count\": 2") && !json.contains("deadbeef"), "\(json)")
    let many = try check(
      configuration(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 33) SELECT '!' AS password FROM n "
          + "WHERE :username <> ''"),
      "--connect")
    #expect(many.status == 1 && many.output.contains("2 accounts not served: too many app passwords"), "\(many.output)")
    let wrong = try check(configuration("SELECT crypt FROM passwd WHERE id = :username"), "--connect")
    #expect(wrong.status == 78 && wrong.output.contains("queries.app-passwords: column password is missing"))
  }

  @Test func hashesAboveTheLimitsAreNamedAndCounted() throws {
    let sha512 = "$6$rounds=5000001$salt$" + String(repeating: "a", count: 86)
    let yescrypt = "$y$j9T$abcdefghijklmnop$J5PazPuEGDZnaoFD.64oAWxxSxzakk0FTCVVe1t.Z25"
    try database([("a@x", sha512, "", 1), ("b@x", yescrypt, "", 1)])
    let result = try check(configuration(), "--connect")
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("SHA512-CRYPT: 5000001 rounds are above the limit of 5000000"), "\(result.output)")
    #expect(result.output.contains("1 account with a password that cannot be verified"), "\(result.output)")
    let tight = try check(configuration("[limits]\nhash-memory = \"8MiB\""), "--connect")
    #expect(
      tight.output.contains("YESCRYPT: 16492 KiB of memory are above [limits] hash-memory, 8192 KiB"), "\(tight.output)"
    )
    #expect(tight.output.contains("2 accounts with a password that cannot be verified"), "\(tight.output)")
  }

  @Test func rowsThatCannotBeServed() throws {
    try database([("a@x", Self.sha256, "", 1), ("b@x", "!", "", 1), ("b@x", "!", "", 1), ("c@x", "!", "", -1)])
    let result = try check(configuration(), "--connect")
    #expect(result.status == 1, "\(result.output)")
    #expect(result.output.contains("2 accounts not served: more than one row"))
    #expect(result.output.contains("the list breaks off there: unusable row"))
  }

  @Test func onlySoManyAccountsAreLookedAt() throws {
    try database([])
    let made = try ChildProcess.run([
      "sqlite3", folder.file("a.db"),
      """
      CREATE UNIQUE INDEX one ON passwd (id);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(CheckSurvey.mostAccounts + 1))
      INSERT INTO passwd SELECT i || '@x', '!', '', '', 1, 1, '/v', '', '', '' FROM n
      """,
    ])
    try #require(made.status == 0, "\(made.errors)")
    let result = try check(configuration(), "--connect")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("the first 10000 accounts (there are more)"))
    #expect(result.output.contains("locked  "))
  }

  @Test func aMissingTableIsAConfigurationErrorAndAMissingFileIsNot() throws {
    try database([])
    let table = try check(configuration("table = \"users\""), "--connect")
    #expect(table.status == 78, "\(table.output)")
    #expect(table.output.contains("directory accounts: queries.account: ") && table.output.contains("users"))
    let file = try check(configuration(database: "none.db"), "--connect")
    #expect(file.status == 75, "\(file.output)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("none.db")), "a check makes no database")
  }

  @Test func whatThisMachineLacksIsAWarning() throws {
    let missing = try check(configuration().replacingOccurrences(of: "/socket", with: "/no/socket"))
    #expect(missing.status == 0)
    #expect(
      missing.output.contains("warning: \(folder.file("no/socket")): the folder \(folder.file("no")) does not exist"))

    try folder.write("", to: "closed/x")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file("closed"))
    let open = configuration().replacingOccurrences(of: "/socket", with: "/closed/socket")
    let closed = try check(open.replacingOccurrences(of: "0600", with: "0666"))
    #expect(
      closed.output.contains("everybody may write to the socket, but not enter \(folder.file("closed")) (mode 0700)"))
    let group = try check(open.replacingOccurrences(of: "\"0600\"", with: "\"0660\"\ngroup = \"mail\""))
    #expect(group.output.contains("group mail may write to the socket, but not enter"))

    try folder.write("", to: "socket")
    #expect(try check(configuration()).output.contains("is there and no socket"))
  }

  @Test func aListeningProcessIsAWarning() throws {
    try database([])
    let daemon = try GatepostDaemon { socket in
      configuration().replacingOccurrences(of: folder.file("socket"), with: socket)
    }
    let result = try ChildProcess.run([PasswordCommandTests.program, "check", "--config", daemon.configurationPath])
    #expect(result.status == 0)
    #expect(result.output.contains("a process (pid \(daemon.pid ?? 0)) listens there already"), "\(result.output)")
    #expect(daemon.stop() == 0)
  }
}
