import Accounts
import Configuration
import Foundation
import Testing

@Suite struct ExampleTests {
  /// The contract's example, as the documentation has it.
  static let contract = #"""
    default-domain = "example.com"            # added to a login name without "@"
    default-options = "disablewebmail=1"      # courier's DEFAULTOPTIONS

    [[listen]]
    socket = "/var/lib/courier/authdaemon/socket"
    mode = "0660"
    group = "mail"                            # owner and group optional

    [[directory]]                             # tried in this order
    name = "accounts"                         # PRE by module, ENUMERATE heading, logs, metrics
    type = "sqlite"                           # sqlite | postgresql | mariadb
    database = "/var/lib/gatepost/accounts.db"
    preset = "postfixadmin"                   # or [directory.queries]
    mail-root = "/var/vmail"                  # preset parameters
    uid = 5000
    gid = 5000
    login = "address"                         # or "local-part": users log in as the part before the @

    [[directory]]
    name = "main"
    type = "postgresql"
    connection = "host=/run/postgresql dbname=postfix user=gatepost"   # any libpq conninfo, several hosts too
    [directory.queries]
    account = """
      SELECT username, password, 5000 AS uid, 5000 AS gid, '/var/vmail/' || maildir AS home, name
      FROM mailbox WHERE username = :username AND active"""
    enumerate = "SELECT username, 5000 AS uid, 5000 AS gid, '/var/vmail/' || maildir AS home FROM mailbox WHERE active"
    set-password = "UPDATE mailbox SET password = :new_hash WHERE username = :username"

    [[peer]]                                  # who may ask what, by the credentials of the connecting process
    user = "postfix"
    allow = ["login"]
    [[peer]]
    group = "courier"
    allow = ["login", "account", "enumerate", "set-password"]
    secrets = false                           # PASSWD / PASSWD2 in replies
    """#

  @Test func theContractIsUnderstood() throws {
    let settings = try Fixture.read(Self.contract)
    #expect(settings.defaultDomain == "example.com")
    #expect(settings.defaultOptions == "disablewebmail=1")
    #expect(settings.logLevel == .info)
    #expect(
      settings.listeners == [
        ListenerSettings(socket: "/var/lib/courier/authdaemon/socket", mode: 0o660, owner: nil, group: "mail")
      ])
    #expect(!settings.listensByDefault)
    #expect(
      settings.peers == [
        PeerRule(user: "postfix", allow: [.login]),
        PeerRule(group: "courier", allow: [.login, .account, .enumerate, .setPassword], secrets: false),
      ])
    #expect(settings.limits == LimitSettings())

    #expect(settings.directories.map(\.name) == ["accounts", "main"])
    let (first, second) = (try #require(settings.directories.first), try #require(settings.directories.last))
    #expect(first.backEnd.type == "sqlite")
    #expect(first.location == "/var/lib/gatepost/accounts.db")
    #expect(first.presetName == "postfixadmin")
    #expect(first.passwordFile == nil)
    #expect(
      first.queries.constants == [
        .mailRoot: Array("/var/vmail".utf8), .uid: Array("5000".utf8), .gid: Array("5000".utf8),
      ])
    let parameters = PresetParameters(mailRoot: "/var/vmail", uid: 5000, gid: 5000)
    let expected = try #require(Presets.named("postfixadmin")).queries(dialect: .sqlite, parameters)
    #expect(first.queries.account == expected.account)
    #expect(first.queries.enumerate == expected.enumerate)
    #expect(first.queries.setPassword == expected.setPassword)

    #expect(second.backEnd.type == "postgresql")
    #expect(second.location == "host=/run/postgresql dbname=postfix user=gatepost")
    #expect(second.presetName == nil)
    #expect(second.queries.constants.isEmpty)
    #expect(
      second.queries.account.source == """
          SELECT username, password, 5000 AS uid, 5000 AS gid, '/var/vmail/' || maildir AS home, name
          FROM mailbox WHERE username = :username AND active
        """)
    #expect(
      second.queries.enumerate?.source
        == "SELECT username, 5000 AS uid, 5000 AS gid, '/var/vmail/' || maildir AS home FROM mailbox WHERE active")
    #expect(
      second.queries.setPassword?.source == "UPDATE mailbox SET password = :new_hash WHERE username = :username")
    #expect(second.parameters().name == "main")
    #expect(second.parameters().location == second.location)
  }

  @Test func withoutListenTheStandardSocketStands() throws {
    let settings = try Fixture.read(Fixture.directory)
    #expect(settings.listeners == [.standard])
    #expect(settings.listensByDefault)
    #expect(ListenerSettings.standard.mode == 0o660)
    #expect(ListenerSettings.standard.socket == "/var/lib/courier/authdaemon/socket")
  }

  @Test func aSocketMayHaveABoundAndRulesOfItsOwn() throws {
    let text = """
      \(Fixture.directory)
      [[listen]]
      socket = "/a"
      allow = ["login"]
      [[listen]]
      socket = "/b"
      allow = ["login", "account"]
      [[listen.peer]]
      user = "postfix"
      allow = ["login"]
      [[listen.peer]]
      uid = 0
      allow = ["account"]
      secrets = true
      [[listen]]
      socket = "/c"
      [[peer]]
      group = "mail"
      allow = ["enumerate"]
      """
    let settings = try Fixture.read(text)
    #expect(
      settings.listeners == [
        ListenerSettings(socket: "/a", allow: [.login]),
        ListenerSettings(
          socket: "/b", allow: [.login, .account],
          peers: [
            PeerRule(user: "postfix", allow: [.login]), PeerRule(uid: 0, allow: [.account], secrets: true),
          ]),
        ListenerSettings(socket: "/c"),
      ])
    #expect(settings.peers == [PeerRule(group: "mail", allow: [.enumerate])])
    #expect(settings.listeners[0].isSameSocket(as: ListenerSettings(socket: "/a")), "a reload changes who may ask")
    #expect(!settings.listeners[0].isSameSocket(as: ListenerSettings(socket: "/a", mode: 0o600)))
  }

  @Test func aDirectoryWithoutANameTakesCouriersModuleName() throws {
    #expect(try Fixture.read(Fixture.directory).directories.map(\.name) == ["authsqlite"])
  }

  @Test func aCredentialIsAFileInSystemdsFolder() throws {
    let text = """
      [[directory]]
      type = "postgresql"
      connection = "host=/run/postgresql"
      password-file = "credential:database"
      preset = "courier"
      """
    #expect(
      try Fixture.read(text).directories.first?.passwordFile == "/run/credentials/gatepost.service/database")
  }

  @Test func verifiedLoginsAreRememberedUnlessItIsOff() throws {
    #expect(try Fixture.read(Fixture.directory).verifiedLoginMemory == .seconds(120))
    for (text, expected) in [("off", nil), ("1s", 1), ("90s", 90), ("1h", 3600)] as [(String, Int?)] {
      let settings = try Fixture.read("verified-login-memory = \"\(text)\"\n\(Fixture.directory)")
      #expect(settings.verifiedLoginMemory == expected.map { .seconds($0) })
    }
  }

  @Test func sizesHaveUnits() throws {
    #expect(try Fixture.read(Fixture.directory).limits.hashMemory == 256 << 20)
    for (text, expected) in [("1024KiB", 1 << 20), ("64MiB", 64 << 20), ("2GiB", 2 << 30)] {
      let settings = try Fixture.read("\(Fixture.directory)\n[limits]\nhash-memory = \"\(text)\"")
      #expect(settings.limits.hashMemory == expected)
    }
  }

  @Test func guessersAreSlowedUnlessItIsOff() throws {
    let settings = try Fixture.read(Fixture.directory)
    #expect(settings.throttle == ThrottleSettings())
    #expect(settings.throttle.isEnabled && settings.throttle.exempt == nil)
    #expect(settings.control == ControlSettings())
    #expect(settings.stateFolder == nil)
    let text = #"""
      state-folder = "/var/lib/gatepost"
      throttle = { enabled = false, max-delay = "250ms", exempt = ["192.0.2.0/24", "2001:db8::1"] }
      control = { socket = "/run/gatepost/control", group = "mail" }

      """#
    let other = try Fixture.read(text + Fixture.directory)
    #expect(!other.throttle.isEnabled)
    #expect(other.throttle.maxDelay == .milliseconds(250))
    #expect(other.throttle.exempt?.map(\.description) == ["192.0.2.0/24", "2001:db8::1/128"])
    #expect(other.control.socket == "/run/gatepost/control")
    #expect(other.control.group == "mail")
    #expect(other.stateFolder == "/var/lib/gatepost")
    #expect(try Fixture.read("throttle.exempt = []\n\(Fixture.directory)").throttle.exempt == [], "this machine too")
  }

  @Test func otherSpellingsOfTOMLMeanTheSame() throws {
    let text = """
      \u{FEFF}limits = { connections = 7, answer-timeout = '250ms' }\r
      listen = [ { socket = "/a", mode = "660" },\r
        { socket = "/b" } ]\r
      directory = [ { type = "sqlite", database = "/a", preset = "courier" } ]\r

      """
    let settings = try Fixture.read(text)
    #expect(settings.limits.connections == 7)
    #expect(settings.limits.answerTimeout == .milliseconds(250))
    #expect(settings.listeners == [ListenerSettings(socket: "/a", mode: 0o660), ListenerSettings(socket: "/b")])
  }
}

@Suite struct ShippedFileTests {
  static func text() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("etc/gatepost.toml"), encoding: .utf8)
  }

  /// The file with its examples switched on: "#" without a blank behind it goes.
  static func switchedOn(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("#"), let next = line.dropFirst().first, next != " ", next != "#" else { return line }
      return line.dropFirst()
    }.joined(separator: "\n")
  }

  @Test func isGoodAsItIs() throws {
    let settings = try Fixture.read(Self.text())
    #expect(settings.directories.map(\.name) == ["accounts"])
    #expect(settings.listeners == [.standard])
    #expect(settings.peers.isEmpty)
    #expect(settings.limits == LimitSettings())
  }

  @Test func isGoodWithItsExamples() throws {
    let settings = try Fixture.read(Self.switchedOn(Self.text()))
    #expect(
      settings.directories.map(\.name) == ["accounts", "postfixadmin", "mariadb", "iredmail", "tutorial", "main"])
    #expect(settings.listeners.count == 3)
    #expect(settings.listeners.map(\.peers.count) == [0, 0, 1])
    #expect(settings.peers.count == 3)
    var limits = LimitSettings()
    limits.hashThreads = 2
    #expect(settings.limits == limits, "the file names the defaults")
    #expect(settings.directories.last?.passwordFile == "/run/credentials/gatepost.service/database")
  }

  @Test func namesEveryKey() throws {
    let text = Self.switchedOn(try Self.text())
    let written = Set(
      text.split(separator: "\n").compactMap { line -> Substring? in
        let key = line.prefix { $0.isLetter || $0 == "-" }
        return line.dropFirst(key.count).hasPrefix(" = ") ? key : nil
      }.map(String.init))
    #expect(written.isSuperset(of: ConfigurationKeys.all), "\(ConfigurationKeys.all.subtracting(written))")
  }
}
