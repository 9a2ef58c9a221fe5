internal import Foundation
internal import TestSupport
internal import Testing

extension RealClients {
  /// courier-imap through libcourierauth.
  @Suite struct IMAP {
    @Test("LOGIN and AUTHENTICATE PLAIN open the account's own mailbox", arguments: BackEndKind.allCases)
    func login(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      var attempts: [@Sendable () throws -> Attempt] = []
      for user in ["sha256@example.org", "o'brien@example.org", "sha256@example.net"] {
        let mark = "mark-\(UUID())"
        try station.maildir(user).add("Subject: \(mark)\n\nHello.\n")
        let password = MailAccounts.password(user)
        for plain in [false, true] {
          attempts.append {
            let imap = try IMAPConversation(port: station.imap.port)
            let login = try plain ? imap.authenticatePlain(user, password) : imap.login(user, password)
            guard login.isOK, try imap.command("SELECT INBOX").isOK else { return Attempt(false, imap) }
            let found = try imap.command("SEARCH SUBJECT \(mark)").untagged.filter { $0.hasPrefix("* SEARCH ") }
            return Attempt(found.contains { $0 != "* SEARCH " }, imap)
          }
        }
      }
      for attempt in try sideBySide(attempts) { #expect(attempt.succeeded, "\(attempt.transcript)\(station.imap.log)") }
    }

    @Test("CRAM-MD5, -SHA1 and -SHA256 from the clear password", arguments: BackEndKind.allCases)
    func cram(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      var attempts: [@Sendable () throws -> Attempt] = []
      for user in MailAccounts.clear {
        _ = try station.maildir(user)
        for digest in CRAMDigest.allCases {
          attempts.append {
            let imap = try IMAPConversation(port: station.imap.port)
            return Attempt(try imap.authenticate(digest, user, MailAccounts.password(user)).isOK, imap)
          }
        }
      }
      for attempt in try sideBySide(attempts) { #expect(attempt.succeeded, "\(attempt.transcript)\(station.imap.log)") }
    }

    // All at once: courier waits five seconds before it says no.
    @Test("NO for a wrong password, an unknown user, CRAM without a clear password")
    func refusals() throws {
      let stations = try BackEndKind.allCases.map { try Stations.of($0) }
      for station in stations { _ = try station.maildir("sha256@example.org") }
      let attempts: [@Sendable (IMAPConversation) throws -> IMAPConversation.Response] = [
        { try $0.login("sha256@example.org", "sha256-secretx") },
        { try $0.login("nobody@example.org", "sha256-secret") },
        { try $0.login("inactive@example.org", "inactive-secret") },
        { try $0.login("nopw@example.org", "nopw-secret") },
        { try $0.authenticatePlain("sha256@example.org", "sha256-secretx") },
        { try $0.authenticate(.md5, "clear@example.org", "clear-secretx") },
        { try $0.authenticate(.sha1, "clear@example.org", "clear-secretx") },
        { try $0.authenticate(.sha256, "nobody@example.org", "clear-secret") },
        // No clear password is stored: the empty one must not open the door.
        { try $0.authenticate(.md5, "sha256@example.org", "") },
        { try $0.authenticate(.sha256, "sha256@example.org", "sha256-secret") },
      ]
      let statuses = try sideBySide(
        stations.flatMap { station in
          attempts.map { attempt in { @Sendable in try attempt(IMAPConversation(port: station.imap.port)).status } }
        })
      for (index, status) in statuses.enumerated() {
        let kind = stations[index / attempts.count].database.kind
        #expect(
          status?.hasPrefix("NO") == true, "\(kind), attempt \(index % attempts.count): \(status ?? "closed")")
      }
    }

    @Test("disableimap: the login is right, the door stays shut", arguments: BackEndKind.allCases)
    func disabled(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      _ = try station.maildir("noimap@example.org")
      let imap = try IMAPConversation(port: station.imap.port)
      let login = try imap.login("noimap@example.org", "noimap-secret")
      #expect(login.isOK, "\(imap.lines.transcript)")
      #expect(try imap.lines.line().hasPrefix("* BYE"), "\(imap.lines.transcript)")
      // The option is about IMAP alone.
      let pop3 = try POP3Conversation(port: station.pop3.port)
      #expect(try pop3.login("noimap@example.org", "noimap-secret").hasPrefix("+OK"), "\(pop3.lines.transcript)")
    }

    @Test(
      "BYE Temporary problem while the database is gone, whatever the password",
      arguments: BackEndKind.allCases, AccountsDatabase.Loss.allCases)
    func databaseGone(kind: BackEndKind, loss: AccountsDatabase.Loss) throws {
      let station = try Stations.of(kind)
      let port = station.imap.port
      try station.database.without(loss) {
        let answers = try sideBySide(
          ["sha256-secret", "wrong"].map { password in
            { @Sendable in try IMAPConversation(port: port).login("sha256@example.org", password) }
          })
        for answer in answers {
          #expect(answer.farewell?.hasPrefix("Temporary problem") == true, "\(answer)")
          #expect(answer.status == nil)
        }
      }
      try expectRecovery(station)
    }

    @Test("BYE Temporary problem while gatepost is stopped", arguments: BackEndKind.allCases)
    func daemonStopped(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      station.gatepost.stop()
      let answer = try? IMAPConversation(port: station.imap.port).login("sha256@example.org", "sha256-secret")
      try station.gatepost.start()
      #expect(answer?.farewell?.hasPrefix("Temporary problem") == true, "\(String(describing: answer))")
      try expectRecovery(station)
    }

    private func expectRecovery(_ station: Station) throws {
      _ = try station.maildir("sha256@example.org")
      let recovered = try eventually {
        let answer = try IMAPConversation(port: station.imap.port).login("sha256@example.org", "sha256-secret")
        #expect(answer.status?.hasPrefix("NO") != true, "a right password was refused")
        return answer.isOK
      }
      #expect(recovered)
    }

    /// What one of several talks at the same time came to.
    private struct Attempt: Sendable {
      let succeeded: Bool
      let transcript: String

      init(_ succeeded: Bool, _ imap: IMAPConversation) {
        self.succeeded = succeeded
        transcript = imap.lines.transcript
      }
    }
  }
}
