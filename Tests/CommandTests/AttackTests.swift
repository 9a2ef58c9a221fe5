import Foundation
import TestSupport
import TestTraits
import Testing

/// Recorded attacks at the real daemon, and what the real fail2ban makes of its log.
@Suite(.waiting, .serialized) struct AttackTests {
  /// A line of `Tests/Fixtures/attacks/requests.jsonl`.
  struct Attack: Decodable {
    let name: String
    let request: String
    let socket: String?
    let reply: String
    let ban: String?
  }

  private static let filter = "\(Fixtures.root)/etc/fail2ban/filter.d/gatepost.conf"
  private static let bystander = "198.51.100.1"

  private let folder: TemporaryFolder
  private let attacks: [Attack]

  init() throws {
    folder = try TemporaryFolder("attack")
    attacks = try Fixtures.text("attacks/requests.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(Attack.self, from: Data($0.utf8))
    }
    try folder.makeDatabase(
      """
      CREATE TABLE people (username text PRIMARY KEY, password text, name text, active integer);
      INSERT INTO people VALUES ('alice@example.org', '{PLAIN}alice-secret', 'Alice', 1);
      INSERT INTO people VALUES ('inactive@example.org', '{PLAIN}inactive-secret', '', 0);
      INSERT INTO people VALUES ('broken@example.org', '{ODD}x', '', 1);
      INSERT INTO people VALUES ('evil@example.org', '{PLAIN}evil-secret', 'Evil' || char(10) || 'UID=0' || char(10) || 'HOME=/root', 1);
      """)
  }

  private func daemon() throws -> GatepostDaemon {
    try GatepostDaemon { socket in
      """
      [[listen]]
      socket = "\(socket)"
      mode = "0600"
      [[listen]]
      socket = "\(login(socket))"
      mode = "0600"
      allow = ["login"]
      [[directory]]
      name = "accounts"
      type = "sqlite"
      database = "\(folder.file("accounts.db"))"
      [directory.queries]
      account = "SELECT *, 5000 AS uid, 5000 AS gid, '/v' AS home FROM people WHERE username = :username"
      set-password = "UPDATE people SET password = :new_hash WHERE username = :username"
      """
    }
  }

  private func login(_ socket: String) -> String { (socket as NSString).deletingLastPathComponent + "/login" }

  /// Of the whole log, the lines about requests, without time and level.
  private func requestLines(_ log: String) -> [String] {
    log.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      let verbs = ["AUTH ", "PRE ", "PASSWD ", "ENUMERATE ", "request "]
      return parts.count == 3 && verbs.contains { parts[2].hasPrefix($0) } ? parts[2] : nil
    }
  }

  /// What fail2ban finds in the lines: the addresses, in their order.
  private func banned(_ lines: [String]) throws -> [String] {
    try folder.write(lines.joined(separator: "\n") + "\n", to: "fail2ban.log")
    let result = try ChildProcess.run(["fail2ban-regex", "--out", "ip", folder.file("fail2ban.log"), Self.filter])
    #expect(result.status == 0, "\(result)")
    return result.output.split(separator: "\n").map(String.init)
  }

  /// As a syslog daemon writes it from the journal, in its old form and its new one, and as fail2ban reads the journal by itself.
  private static let headers = [
    "Nov 25 04:30:21 mail gatepost[812]: ", "2026-11-25T04:30:21.123456+00:00 mail gatepost[812]: ",
    "2026-11-25T04:30:21.123456 mail.example.com gatepost[812]: ",
  ]

  private var expectedBans: [String] { attacks.compactMap(\.ban) }

  @Test func recordedAttacksGetNowhere() throws {
    let daemon = try daemon()
    var lines: [String] = []
    for attack in attacks {
      let path = attack.socket == "login" ? login(daemon.socketPath) : daemon.socketPath
      let reply = try AuthdaemonClient(path).ask(attack.request).text
      if attack.reply == "ACCOUNT" {
        #expect(reply == "UID=5000\nGID=5000\nHOME=/v\nADDRESS=alice@example.org\nNAME=Alice\n.\n", "\(attack.name)")
      } else {
        #expect(reply == (attack.reply == "FAIL" ? "FAIL\n" : ""), "\(attack.name)")
      }
      // One line for each, and no second one that somebody wrote into his name.
      #expect(eventually { requestLines(daemon.log).count > lines.count }, "\(attack.name)")
      let found = requestLines(daemon.log)
      #expect(found.count == lines.count + 1, "\(attack.name): \(found.dropFirst(lines.count))")
      lines = found
    }
    let log = daemon.log
    #expect(daemon.stop() == 0)
    #expect(log.utf8.allSatisfy { $0 == UInt8(ascii: "\n") || ($0 >= 0x20 && $0 < 0x7f) })
    for secret in ["alice-secret", "inactive-secret", "evil-secret"] { #expect(!log.contains(secret)) }
    #expect(!log.contains("\nUID=0") && !log.contains("\nHOME="))
    if let path = ProcessInfo.processInfo.environment["GATEPOST_RECORD"] {
      try log.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try banned(log.split(separator: "\n").map(String.init)) == expectedBans)
    for header in Self.headers {
      #expect(try banned(lines.map { header + $0 }) == expectedBans, "\(header)")
    }
  }

  /// What was logged when the filter was written is still understood by it.
  @Test func recordedLinesAreUnderstood() throws {
    let lines = try Fixtures.text("attacks/gatepost.log").split(separator: "\n").map(String.init)
    #expect(lines.count > attacks.count)
    let found = try banned(lines)
    #expect(found == expectedBans)
    #expect(!found.contains(Self.bystander))
  }

  /// The jail that is shipped: fail2ban reads it, and it has what it names.
  @Test func theJailIsRead() throws {
    let installed = folder.file("fail2ban")
    let script = """
      cp -r /etc/fail2ban \(installed) && rm -f \(installed)/jail.d/* && cp -r \(Fixtures.root)/etc/fail2ban/. \(installed)
      """
    let copied = try ChildProcess.run(["sh", "-c", script])
    try #require(copied.status == 0, "\(copied.errors)")
    let dump = try ChildProcess.run(["fail2ban-client", "-c", installed, "-d"])
    #expect(dump.status == 0, "\(dump)")
    #expect(dump.output.contains("'gatepost', 'systemd'") && dump.output.contains("_SYSTEMD_UNIT=gatepost.service"))
    #expect(dump.output.contains("'addfailregex'") || dump.output.contains("'multi-set', 'gatepost', 'addfailregex'"))
  }
}
