import Foundation
import TestSupport
import TestTraits
import Testing

/// `gatepost probe` against the daemon: what people see, and what scripts read.
@Suite(.waiting) struct ProbeTests {
  private let folder: TemporaryFolder
  private let daemon: GatepostDaemon

  init() throws {
    folder = try TemporaryFolder("probe")
    let database = folder.file("a.db")
    try folder.makeDatabase(
      """
      CREATE TABLE passwd (id text PRIMARY KEY, crypt text, clear text, name text, uid integer, gid integer, home text,
        maildir text, quota text, options text, defaultdelivery text);
      INSERT INTO passwd VALUES ('alice', NULL, 'alice-secret', 'Alice', 5000, 5001, '/home/alice', 'Maildir', NULL,
        'disableimap=1', './Maildir');
      """, name: "a.db")
    daemon = try GatepostDaemon { socket in
      """
      [[listen]]
      socket = "\(socket)"
      [[directory]]
      name = "accounts"
      type = "sqlite"
      database = "\(database)"
      [directory.queries]
      account = "SELECT id AS username, clear AS clear_password, uid, gid, home, name, maildir, options FROM passwd WHERE id = :username"
      enumerate = "SELECT id AS username, uid, gid, home, maildir, options FROM passwd"
      set-password = "UPDATE passwd SET clear = :new_password WHERE id = :username"
      """
    }
  }

  private func probe(_ arguments: [String], input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run(
      [GatepostExecutable.path(), "probe"] + arguments + ["--socket", daemon.socketPath], input: input)
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func login() throws {
    let right = try probe(["login", "alice", "--password-stdin"], input: "alice-secret\n")
    #expect(right.status == 0)
    #expect(right.output.contains("accepted"))
    #expect(right.output.contains("HOME     /home/alice"))
    #expect(!right.output.contains("alice-secret"))
    let wrong = try probe(["login", "alice", "--password-stdin"], input: "wrong\n")
    #expect(wrong.status == 1)
    #expect(wrong.output.contains("refused"))
    let asJSON = try probe(["login", "alice", "--password-stdin", "--json"], input: "alice-secret\n")
    let value = try json(asJSON.output)
    #expect(value["outcome"] as? String == "accepted")
    #expect((value["account"] as? [String: String])?["UID"] == "5000")
  }

  @Test func account() throws {
    let found = try probe(["account", "alice", "--json"])
    #expect((try json(found.output)["account"] as? [String: String])?["OPTIONS"] == "disableimap=1")
    let absent = try probe(["account", "bob", "--json"])
    #expect(absent.status == 1)
    #expect(try json(absent.output)["outcome"] as? String == "refused")
    #expect(try probe(["account", "alice", "--module", "authsqlite"]).status == 0)
    #expect(try probe(["account", "alice", "--module", "elsewhere"]).status == 1)
  }

  @Test func list() throws {
    let list = try probe(["list"])
    #expect(list.status == 0)
    #expect(list.output == "# accounts\nalice\t5000\t5001\t/home/alice\tMaildir\tdisableimap=1\n")
    #expect(list.errors.hasPrefix("1 account, complete"))
    #expect(try json(try probe(["list", "--json"]).output)["name"] as? String == "alice")
  }

  @Test(arguments: [["list"], ["list", "--json"], ["account", "alice"], ["account", "alice", "--json"]])
  func whatCannotBeWrittenIsNoSuccess(_ arguments: [String]) throws {
    let command = [try GatepostExecutable.path(), "probe"] + arguments + ["--socket", daemon.socketPath]
    let result = try ChildProcess.run(["sh", "-c", "exec \"$@\" >/dev/full", "sh"] + command)
    #expect(result.status == 75)
    #expect(result.errors.contains("cannot write to standard output: No space left on device"))
    #expect(!result.errors.contains("complete"))
  }

  @Test func whatIsNoSocketIsCalledSo() throws {
    let result = try ChildProcess.run(
      [GatepostExecutable.path(), "probe", "list", "--socket", folder.file("a.db")])
    #expect(result.status == 75)
    #expect(result.errors.contains("is no socket"))
  }

  @Test func setPassword() throws {
    let change = ["set-password", "alice", "--password-stdin"]
    #expect(try probe(change, input: "wrong\nnew-secret\n").status == 1)
    #expect(try probe(change, input: "alice-secret\nnew-secret\n").status == 0)
    #expect(try probe(["login", "alice", "--password-stdin"], input: "new-secret\n").status == 0)
    #expect(try probe(["login", "alice", "--password-stdin"], input: "alice-secret\n").status == 1)
  }

  @Test func nobodyThereIsATemporaryFailureThatSaysWhatToDo() throws {
    daemon.stop()
    let gone = try probe(["account", "alice"])
    #expect(gone.status == 75)
    #expect(gone.errors.contains("is gatepost running"))
    let asJSON = try probe(["account", "alice", "--json"])
    #expect(try json(asJSON.output)["outcome"] as? String == "unavailable")
  }

  @Test(arguments: [
    ["login", ""], ["login", "a\nb", "--password-stdin"], ["account", "alice", "--service", "two words"],
    ["account", "alice", "--remote-ip", "nowhere"], ["frobnicate"], ["account"], ["account", ""],
    ["account", "alice", "--module", ""], ["set-password", "", "--password-stdin"],
  ])
  func usageIsChecked(_ arguments: [String]) throws {
    let result = try probe(arguments, input: "x\n")
    #expect(result.status == 64)
    #expect(!result.errors.isEmpty)
  }

  @Test func theLogNamesWhoAskedAndNeverAPassword() throws {
    _ = try probe(["login", "alice", "--password-stdin", "--remote-ip", "192.0.2.7"], input: "my-wrong-pass\n")
    #expect(daemon.logs("AUTH service=imap user=alice ip=192.0.2.7 pid="))
    #expect(daemon.logs("directory=accounts outcome=refused reason=\"wrong password\""))
    #expect(!daemon.log.contains("my-wrong-pass"))
  }
}
