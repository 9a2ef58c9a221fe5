internal import TestSupport
internal import Testing

extension RealClients {
  /// courier's POP3 server through libcourierauth.
  @Suite struct POP3 {
    @Test("USER and PASS, AUTH PLAIN, CRAM", arguments: BackEndKind.allCases)
    func login(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      _ = try station.maildir("clear@example.org")
      let attempts: [(POP3Conversation) throws -> String] =
        [
          { try $0.login("clear@example.org", "clear-secret") },
          { try $0.authenticatePlain("clear@example.org", "clear-secret") },
        ] + CRAMDigest.allCases.map { digest in { try $0.authenticate(digest, "clear@example.org", "clear-secret") } }
      for attempt in attempts {
        let pop3 = try POP3Conversation(port: station.pop3.port)
        #expect(try attempt(pop3).hasPrefix("+OK"), "\(pop3.lines.transcript)\(station.pop3.log)")
        #expect(try pop3.command("STAT").hasPrefix("+OK"), "\(pop3.lines.transcript)")
      }
    }

    // All at once: courier waits five seconds before it says no.
    @Test("-ERR for a wrong password, an unknown user, disablepop3")
    func refusals() throws {
      let stations = try BackEndKind.allCases.map { try Stations.of($0) }
      for station in stations {
        for user in ["sha256@example.org", "nopop@example.org"] { _ = try station.maildir(user) }
      }
      let attempts: [@Sendable (POP3Conversation) throws -> String] = [
        { try $0.login("sha256@example.org", "sha256-secretx") },
        { try $0.login("nobody@example.org", "sha256-secret") },
        { try $0.authenticate(.md5, "clear@example.org", "clear-secretx") },
        { try $0.authenticate(.md5, "sha256@example.org", "") },
        { try $0.login("nopop@example.org", "nopop-secret") },
      ]
      let all = try sideBySide(
        stations.flatMap { station in
          attempts.map { attempt in { @Sendable in try attempt(POP3Conversation(port: station.pop3.port)) } }
        })
      for (index, station) in stations.enumerated() {
        let answers = all.dropFirst(index * attempts.count).prefix(attempts.count)
        for answer in answers {
          #expect(
            answer.hasPrefix("-ERR") && !answer.contains("Temporary problem"), "\(station.database.kind): \(answers)")
        }
        // disablepop3 shuts out POP3 alone, and not for a wrong password.
        #expect(answers.last != answers.first, "\(station.database.kind)")
        let imap = try IMAPConversation(port: station.imap.port)
        #expect(try imap.login("nopop@example.org", "nopop-secret").status?.hasPrefix("OK") == true)
      }
    }

    @Test("-ERR Temporary problem while the database is gone", arguments: BackEndKind.allCases)
    func databaseGone(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let port = station.pop3.port
      try station.database.without(.gone) {
        let answers = try sideBySide(
          ["sha256-secret", "wrong"].map { password in
            { @Sendable in try POP3Conversation(port: port).login("sha256@example.org", password) }
          })
        for answer in answers { #expect(answer.hasPrefix("-ERR Temporary problem"), "\(answer)") }
      }
      _ = try station.maildir("sha256@example.org")
      #expect(
        try eventually {
          try POP3Conversation(port: port).login("sha256@example.org", "sha256-secret").hasPrefix("+OK")
        })
    }
  }
}
