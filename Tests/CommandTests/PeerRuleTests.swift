import Foundation
import TestSupport
import TestTraits
import Testing

/// Processes of other users at real sockets: who gets what by user, group, supplementary group and uid, and what the log says of it.
@Suite(.waiting, .serialized, .enabled(if: geteuid() == 0, "needs root")) struct PeerRuleTests {
  /// No user of this machine has these.
  private static let stranger: UInt32 = 61_001

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder("peers")
    try folder.makeDatabase(
      """
      CREATE TABLE people (username text PRIMARY KEY, password text, clear_password text);
      INSERT INTO people VALUES ('alice', '{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=', NULL);
      INSERT INTO people VALUES ('bob', NULL, 'bob-secret');
      """)
  }

  private func configuration(_ sockets: String, _ peers: String) -> String {
    """
    \(sockets)
    [[directory]]
    name = "accounts"
    type = "sqlite"
    database = "\(folder.file("accounts.db"))"
    [directory.queries]
    account = "SELECT *, 5000 AS uid, 5000 AS gid, '/v' AS home FROM people WHERE username = :username"
    enumerate = "SELECT username, 5000 AS uid, 5000 AS gid, '/v' AS home FROM people"
    set-password = "UPDATE people SET clear_password = :new_password WHERE username = :username"
    \(peers)
    """
  }

  /// `[[listen]]` of the socket `name` beside the daemon's own, open to everybody.
  private static func listen(_ socket: String, _ name: String = "socket", _ more: String = "") -> String {
    "[[listen]]\nsocket = \"\(Self.socket(socket, name))\"\nmode = \"0666\"\n\(more)\n"
  }

  private static func socket(_ socket: String, _ name: String) -> String {
    (socket as NSString).deletingLastPathComponent + "/" + name
  }

  private static let questions = [
    "login": AuthdaemonClient.authentication(service: "imap", "bob", "bob-secret"), "account": "PRE . imap bob\n",
    "enumerate": "ENUMERATE\n", "set-password": "PASSWD imap\tbob\tbob-secret\tbob-secret\n",
  ]

  /// What of all there is a process gets an answer to; the rest must be silence.
  private func answered(
    _ uid: UInt32, _ gid: UInt32, _ groups: [UInt32] = [], at socket: String
  ) throws -> Set<String> {
    var answered: Set<String> = []
    for (name, question) in Self.questions {
      switch try OtherUser(uid: uid, gid: gid, groups: groups).ask(question, at: socket) {
      case .reply(""): break
      case .reply(let text):
        answered.insert(name)
        #expect(text.hasSuffix("\n.\n") || text == "OK\n", "\(name): \(text)")
      case .notConnected(let reason): Issue.record("\(name): \(reason)")
      }
    }
    return answered
  }

  private func id(_ group: String) throws -> UInt32 { try #require(getgrnam(group)).pointee.gr_gid }

  @Test func rulesGoByUserGroupSupplementaryGroupAndUid() throws {
    let daemon = try GatepostDaemon {
      configuration(
        Self.listen($0),
        """
        [[peer]]
        user = "daemon"
        allow = ["login"]
        [[peer]]
        group = "mail"
        allow = ["account", "set-password"]
        [[peer]]
        uid = \(Self.stranger)
        allow = ["enumerate"]
        [[peer]]
        user = "daemon"
        group = "games"
        allow = ["enumerate"]
        """)
    }
    let socket = daemon.socketPath
    let (user, mail, games) = (try #require(getpwnam("daemon")).pointee.pw_uid, try id("mail"), try id("games"))
    let other: UInt32 = 61_002
    #expect(try answered(user, other, at: socket) == ["login"])
    #expect(try answered(other, mail, at: socket) == ["account", "set-password"])
    #expect(try answered(other, other, [61_007, mail], at: socket) == ["account", "set-password"])
    #expect(try answered(Self.stranger, other, at: socket) == ["enumerate"])
    #expect(try answered(user, other, [games, mail], at: socket) == Set(Self.questions.keys), "rights add up")
    #expect(try answered(other, other, [games], at: socket) == [], "both conditions of a rule must hold")
    #expect(try answered(0, 0, at: socket) == [], "root is nobody in particular")
    let pid = try #require(daemon.pid)
    #expect(pid > 0 && daemon.logs(#"outcome=unavailable reason="not allowed for this process" program=perl"#))
    #expect(!daemon.log.contains("outcome=refused"), "nobody is told that a password is wrong")
    let advice =
      #"user root, group root) asked for "enumerate" at \#(socket); to allow it: [[peer]] user = "root" allow = ["enumerate"]"#
    #expect(daemon.logs(advice), "\(daemon.log)")
    // Whose name the log could still read: under load a process is gone before.
    #expect(daemon.logs("uid \(other), groups \(other) games) asked for "))
  }

  @Test func aSocketMayHaveABoundAndRulesOfItsOwn() throws {
    func text(_ socket: String, login: String = "allow = [\"login\"]", own: String = "enumerate") -> String {
      configuration(
        Self.listen(socket) + Self.listen(socket, "login", login)
          + Self.listen(socket, "own", "[[listen.peer]]\ngroup = \"games\"\nallow = [\"\(own)\"]"),
        "[[peer]]\nuid = \(Self.stranger)\nallow = [\"login\", \"account\", \"enumerate\", \"set-password\"]")
    }
    let daemon = try GatepostDaemon { text($0) }
    let games = try id("games")
    let all = Set(Self.questions.keys)
    func at(_ name: String) -> String { Self.socket(daemon.socketPath, name) }
    #expect(try answered(Self.stranger, 61_002, at: at("socket")) == all)
    #expect(try answered(Self.stranger, 61_002, at: at("login")) == ["login"])
    #expect(try answered(0, games, at: at("login")) == [], "the [[peer]] rules count there too")
    #expect(try answered(Self.stranger, 61_002, at: at("own")) == [], "there, they do not")
    #expect(try answered(0, 61_002, [games], at: at("own")) == ["enumerate"])
    #expect(
      daemon.logs("at \(at("login")); to allow it: add \"account\" to `allow` of this socket's"),
      "\(daemon.log)")
    #expect(daemon.logs(" program=perl socket=\(at("login")) ms="))
    #expect(daemon.logs("at \(at("own")); to allow it: [[listen.peer]] uid = \(Self.stranger)"))

    // A reload takes the rules over; a socket that it does not name keeps its own.
    func reload(_ text: String) throws {
      let before = daemon.log.components(separatedBy: "configuration reloaded").count
      try text.write(toFile: daemon.configurationPath, atomically: true, encoding: .utf8)
      kill(try #require(daemon.pid), SIGHUP)
      #expect(eventually { daemon.log.components(separatedBy: "configuration reloaded").count > before })
    }
    try reload(text(daemon.socketPath, login: "allow = [\"login\", \"account\"]", own: "login"))
    #expect(!daemon.log.contains("restart for these"))
    #expect(try answered(Self.stranger, 61_002, at: at("login")) == ["login", "account"])
    #expect(try answered(0, games, at: at("own")) == ["login"])
    try reload(
      configuration(
        Self.listen(daemon.socketPath), "[[peer]]\nuid = \(Self.stranger)\nallow = [\"login\", \"enumerate\"]"))
    #expect(daemon.logs("restart for these"))
    #expect(try answered(Self.stranger, 61_002, at: at("socket")) == ["login", "enumerate"])
    #expect(try answered(Self.stranger, 61_002, at: at("login")) == ["login"], "nobody gets more than at the start")
    #expect(try answered(0, games, at: at("own")) == ["enumerate"])
  }

  @Test func aSocketThatSystemdOpenedGoesByItsPath() throws {
    let (all, login) = (folder.file("all"), folder.file("login"))
    try folder.write(
      configuration("[[listen]]\nsocket = \"\(folder.path)//./login\"\nallow = [\"login\"]", ""), to: "activated.toml")
    let process = try ChildProcess(
      [
        "systemd-socket-activate", "-l", all, "-l", login, GatepostExecutable.path(), "serve", "--config",
        folder.file("activated.toml"),
      ], outputPath: folder.file("log"))
    #expect(eventually { FileManager.default.fileExists(atPath: login) })
    for path in [all, login] { chmod(path, 0o666) }
    #expect(try answered(Self.stranger, 61_002, at: login) == ["login"])
    #expect(try answered(Self.stranger, 61_002, at: all) == Set(Self.questions.keys))
    #expect(process.output.contains("\(all) was handed over and has no [[listen]]"), "\(process.output)")
    #expect(process.stop() == 0)
  }

  /// Without any rule, whoever gets through reads no hash and no password; and whoever the file system keeps out does not get through.
  @Test func whoeverGetsThroughReadsNoHash() throws {
    let daemon = try GatepostDaemon { configuration(Self.listen($0), "") }
    for uid in [Self.stranger, 0] {
      for question in ["PRE . imap alice\n", "PRE . imap bob\n", "ENUMERATE\n", Self.questions["login"] ?? ""] {
        guard
          case .reply(let text) = try OtherUser(uid: uid, gid: 61_002).ask(question, at: daemon.socketPath)
        else { continue }
        #expect(text.hasSuffix("\n.\n"))
        #expect(!text.contains("PASSWD") && !text.contains("SHA256") && !text.contains("secret"), "\(text)")
      }
    }
    #expect(daemon.logs("everybody on this machine may open \(daemon.socketPath) (mode 0666) and ask: login,"))
    chmod(daemon.socketPath, 0o660)
    let kept = try OtherUser(uid: Self.stranger, gid: 61_002).ask("ENUMERATE\n", at: daemon.socketPath)
    #expect(kept == .notConnected("Permission denied"))
  }
}
