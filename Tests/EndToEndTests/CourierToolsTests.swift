internal import Foundation
internal import TestSupport
internal import Testing

extension RealClients {
  /// courier's authtest and authenumerate.
  @Suite struct CourierTools {
    @Test("authtest USER prints the account", arguments: BackEndKind.allCases)
    func account(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let result = try station.tools.authtest("sha256@example.org")
      #expect(result.status == 0, "\(result)")
      let lines = (result.output + result.errors).split(separator: "\n").map {
        $0.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      }
      func value(_ label: String) -> String? { lines.first { $0.first == label }?.last }
      #expect(value("Authenticated") == "sha256@example.org  (uid 5000, gid 5000)", "\(result)")
      #expect(value("Home Directory") == station.mailRoot.path)
      #expect(value("Maildir") == "example.org/sha256/")
      #expect(value("Encrypted Password") == "(none)", "the hash is withheld")
      #expect(value("Cleartext Password") == "(none)", "the password is withheld")
    }

    @Test("authtest USER PASSWORD, and for nobody", arguments: BackEndKind.allCases)
    func password(kind: BackEndKind) throws {
      let tools = try Stations.of(kind).tools
      #expect(try tools.authtest("sha256@example.org", "sha256-secret").status == 0)
      for arguments in [
        ["sha256@example.org", "sha256-secretx"], ["nobody@example.org", "x"],
        ["inactive@example.org", "inactive-secret"],
      ] {
        let result = try tools.authtest(arguments[0], arguments[1])
        #expect(result.status != 0 && result.errors.contains("Authentication FAILED"), "\(arguments): \(result)")
      }
      #expect(try tools.authtest("nobody@example.org").status != 0)
    }

    @Test("authtest USER OLD NEW changes the password, and only with the old one", arguments: BackEndKind.allCases)
    func change(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let user = "chpw@example.org"
      func works(_ password: String) throws -> Bool { try station.tools.authtest(user, password).status == 0 }
      func passwordsOfOthers() throws -> [String] {
        try station.database.rows("SELECT username, password FROM mailbox WHERE username <> '\(user)' ORDER BY 1")
      }
      let others = try passwordsOfOthers()
      #expect(try works("chpw-secret"))
      let refused = try station.tools.authtest(user, "wrong", "hacked")
      #expect(refused.status != 0, "\(refused)")
      #expect(try works("chpw-secret"))
      #expect(try !works("hacked"))
      let changed = try station.tools.authtest(user, "chpw-secret", "new-secret")
      #expect(changed.status == 0, "\(changed)")
      #expect(try works("new-secret"))
      #expect(try !works("chpw-secret"))
      let stored = try #require(
        try station.database.rows("SELECT password FROM mailbox WHERE username = '\(user)'").first)
      #expect(!stored.contains("new-secret"))
      #expect(try station.tools.authtest(user, "new-secret", "chpw-secret").status == 0)
      #expect(try works("chpw-secret"))
      #expect(try passwordsOfOthers() == others, "nobody else's password changes")
    }

    @Test("a name with a quote in it can change its password", arguments: BackEndKind.allCases)
    func quote(kind: BackEndKind) throws {
      let tools = try Stations.of(kind).tools
      #expect(try tools.authtest("o'brien@example.org", "obrien-secret", "brian").status == 0)
      #expect(try tools.authtest("o'brien@example.org", "brian").status == 0)
      #expect(try tools.authtest("o'brien@example.org", "brian", "obrien-secret").status == 0)
    }

    @Test("authenumerate prints what the database holds", arguments: BackEndKind.allCases)
    func enumeration(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let owner = Station.mailOwner
      let wanted = try station.database.rows("SELECT username, maildir, options FROM mailbox WHERE active = 1").map {
        let fields = $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        return "\(fields[0])\t\(owner)\t\(owner)\t\(station.mailRoot.path)\t\(fields[1])\t\(fields[2])"
      }
      #expect(wanted.count == 22)
      let result = try station.tools.authenumerate("-o")
      #expect(result.status == 0, "\(result)")
      #expect(Set(result.output.split(separator: "\n").map(String.init)) == Set(wanted), "\(result.output)")
    }

    @Test(
      "while the database is gone authenumerate fails instead of listing nobody",
      arguments: BackEndKind.allCases, AccountsDatabase.Loss.allCases)
    func enumerationWithoutDatabase(kind: BackEndKind, loss: AccountsDatabase.Loss) throws {
      let station = try Stations.of(kind)
      try station.database.without(loss) {
        let result = try station.tools.authenumerate()
        #expect(result.status != 0, "\(result)")
        let reply = try AuthdaemonClient(station.gatepost.socketPath).ask("ENUMERATE\n")
        #expect(reply.end == .endOfFile && !reply.text.split(separator: "\n").contains("."), "\(reply.text)")
      }
      #expect(try eventually { try station.tools.authenumerate().status == 0 })
    }

    @Test("authtest says temporary failure while the database is gone", arguments: BackEndKind.allCases)
    func databaseGone(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      // The one before may have taken the database away: a temporary failure must not be mistaken for what a refusal looks like.
      #expect(
        try eventually { try station.tools.authtest("sha256@example.org", "sha256-secret").status == 0 })
      let refusal = try station.tools.authtest("sha256@example.org", "wrong")
      try station.database.without(.gone) {
        for arguments in [["sha256@example.org", "sha256-secret"], ["sha256@example.org", "wrong"]] {
          let result = try station.tools.authtest(arguments[0], arguments[1])
          #expect(result.status != 0 && result.errors != refusal.errors, "\(result)")
        }
        let change = try station.tools.authtest("chpw@example.org", "chpw-secret", "lost")
        #expect(change.status != 0, "\(change)")
      }
      #expect(try eventually { try station.tools.authtest("chpw@example.org", "chpw-secret").status == 0 })
      #expect(try station.tools.authtest("chpw@example.org", "lost").status != 0)
    }
  }
}
