internal import Foundation
internal import TestSupport
internal import Testing

extension RealClients {
  /// Postfix through cyrus-sasl's `pwcheck_method: authdaemond`.
  @Suite struct Postfix {
    @Test("AUTH PLAIN and LOGIN: 235 for the right password, 535 for any other", arguments: BackEndKind.allCases)
    func login(kind: BackEndKind) throws {
      let port = try Stations.of(kind).postfix.port
      for user in MailAccounts.plain {
        let password = MailAccounts.password(user)
        let smtp = try SMTPConversation(port: port)
        #expect(try smtp.authenticatePlain(user, password + "x").code == 535, "\(user)")
        #expect(try smtp.authenticatePlain(user, password).code == 235, "\(user)\n\(smtp.lines.transcript)")
        let other = try SMTPConversation(port: port)
        #expect(try other.authenticateLogin(user, "x" + password).map(\.code) == [334, 334, 535], "\(user)")
        #expect(try other.authenticateLogin(user, password).map(\.code) == [334, 334, 235], "\(user)")
      }
    }

    @Test("535 for whom there is not, who is not active, who has no password", arguments: BackEndKind.allCases)
    func refusals(kind: BackEndKind) throws {
      let smtp = try SMTPConversation(port: Stations.of(kind).postfix.port)
      let credentials = [
        ("nobody@example.org", "nobody-secret"), ("inactive@example.org", "inactive-secret"),
        ("nopw@example.org", "nopw-secret"), ("sha256@example.org", "sha512-secret"),
        ("sha256", "sha256-secret"), ("SHA256@example.org' OR '1'='1", "sha256-secret"),
        ("%@example.org", "clear-secret"),
        // The stored form is no password.
        ("sha256@example.org", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks="),
      ]
      for (user, password) in credentials {
        let reply = try smtp.authenticatePlain(user, password)
        #expect(reply.code == 535 && reply.lines.first?.hasPrefix("5.7.8") == true, "\(user): \(reply)")
      }
      // The same session and server still let the right one in.
      #expect(try smtp.authenticatePlain("sha256@example.org", "sha256-secret").code == 235)
    }

    @Test("a line feed in the SASL user does not smuggle a password in", arguments: BackEndKind.allCases)
    func lineFeed(kind: BackEndKind) throws {
      let smtp = try SMTPConversation(port: Stations.of(kind).postfix.port)
      #expect(try smtp.authenticatePlain("sha256@example.org\nsha256-secret", "anything").code == 535)
      #expect(try smtp.authenticatePlain("sha256@example.org", "sha256-secret\nanything").code == 535)
    }

    @Test("an odd and a long password pass unharmed", arguments: BackEndKind.allCases)
    func oddPasswords(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let odd = "p ä'\"\\ ß%s  $(domain) ; 日本#=é"
      let smtp = try SMTPConversation(port: station.postfix.port)
      #expect(
        try smtp.authenticatePlain("weird@example.org", odd.replacingOccurrences(of: "  ", with: " ")).code == 535)
      #expect(try smtp.authenticatePlain("weird@example.org", odd).code == 235)
      let long = try #require(
        try station.database.rows("SELECT clear FROM mailbox WHERE username = 'longpw@example.org'").first)
      #expect(long.count == 200)
      let other = try SMTPConversation(port: station.postfix.port)
      #expect(try other.authenticatePlain("longpw@example.org", String(long.dropLast())).code == 535)
      #expect(try other.authenticatePlain("longpw@example.org", long).code == 235)
    }

    @Test("it asks through a socket that allows logins only", arguments: BackEndKind.allCases)
    func loginOnlySocket(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let client = AuthdaemonClient(station.loginSocket)
      for request in [
        "PRE . smtp sha256@example.org\n", "ENUMERATE\n", "PASSWD smtp\tchpw@example.org\tchpw-secret\tx\n",
      ] {
        let reply = try client.ask(request)
        #expect(reply.bytes.isEmpty && reply.end == .endOfFile, "\(request): \(reply)")
      }
      #expect(try AuthdaemonClient(station.gatepost.socketPath).ask("ENUMERATE\n").text.hasSuffix("\n.\n"))
      let smtp = try SMTPConversation(port: station.postfix.port)
      #expect(try smtp.authenticatePlain("sha256@example.org", "sha256-secret").code == 235)
      let trail = "user=sha256@example.org pid="
      #expect(
        eventually {
          station.gatepost.log.split(separator: "\n").contains {
            $0.contains("AUTH service=smtp") && $0.contains(trail)
              && $0.contains(" outcome=accepted socket=\(station.loginSocket) ")
          }
        })
      let other = try SMTPConversation(port: station.postfix.port)
      #expect(try other.authenticatePlain("sha256@example.org", "wrong").code == 535)
      #expect(
        station.gatepost.logs(" reason=\"wrong password\" program=smtpd socket=\(station.loginSocket)"))
    }

    @Test("a login costs no waiting: the socket is closed after the reply", arguments: BackEndKind.allCases)
    func promptness(kind: BackEndKind) throws {
      let smtp = try SMTPConversation(port: Stations.of(kind).postfix.port)
      let start = Date()
      #expect(try smtp.authenticatePlain("sha256@example.org", "sha256-secret").code == 235)
      #expect(Date().timeIntervalSince(start) < 5)
    }

    @Test("mail is relayed after a login only, and says who sent it", arguments: BackEndKind.allCases)
    func relaying(kind: BackEndKind) throws {
      let postfix = try Stations.of(kind).postfix
      let smtp = try SMTPConversation(port: postfix.port)
      let refused = "refused-\(kind)-\(UUID())"
      let relayed = "relayed-\(kind)-\(UUID())"
      func deliver(_ subject: String) throws -> SMTPConversation.Reply {
        try smtp.deliver(from: "sha256@example.org", to: "friend@elsewhere.example", subject: subject)
      }
      let before = try deliver(refused)
      #expect([454, 554].contains(before.code) && "\(before)".contains("Relay access denied"), "\(before)")
      try smtp.command("RSET")
      #expect(try smtp.authenticatePlain("sha256@example.org", "wrong").code == 535)
      #expect([454, 554].contains(try deliver(refused).code), "a failed login must not open the relay")
      try smtp.command("RSET")
      #expect(try smtp.authenticateLogin("sha256@example.org", "sha256-secret").last?.code == 235)
      #expect(try deliver(relayed).code == 250)
      let message = try #require(postfix.sink.message(subject: relayed), "nothing arrived\n\(postfix.log)")
      #expect(message.contains("(Authenticated sender: sha256@example.org)"), "\(message)")
      #expect(!postfix.sink.messages.contains { $0.contains(refused) })
    }

    @Test("swaks probes a login", arguments: BackEndKind.allCases)
    func swaks(kind: BackEndKind) throws {
      let port = try Stations.of(kind).postfix.port
      func probe(_ password: String, _ mechanism: String) throws -> ChildProcess.Result {
        try ChildProcess.run([
          "swaks", "--server", "127.0.0.1:\(port)", "--auth", mechanism, "--auth-user", "sha256@example.org",
          "--auth-password", password, "--quit-after", "AUTH",
        ])
      }
      for mechanism in ["LOGIN", "PLAIN"] {
        let right = try probe("sha256-secret", mechanism)
        #expect(right.status == 0 && right.output.contains("235 2.7.0 Authentication successful"), "\(right)")
        let wrong = try probe("sha256-secretx", mechanism)
        #expect(wrong.status != 0 && wrong.output.contains("535 5.7.8"), "\(wrong)")
      }
    }

    @Test("454 while gatepost is stopped, 235 again when it is back", arguments: BackEndKind.allCases)
    func daemonStopped(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      #expect(station.gatepost.stop() == 0)
      defer { if station.gatepost.pid == nil { try? station.gatepost.start() } }
      try expectTemporaryFailure(station)
      try station.gatepost.start()
      try expectRecovery(station)
    }

    @Test(
      "454 while the database is gone, never 535; 235 again when it is back",
      arguments: BackEndKind.allCases, AccountsDatabase.Loss.allCases)
    func databaseGone(kind: BackEndKind, loss: AccountsDatabase.Loss) throws {
      let station = try Stations.of(kind)
      try expectRecovery(station)  // its connections are open and known to be good
      try station.database.without(loss) { try expectTemporaryFailure(station) }
      try expectRecovery(station)
    }

    /// Right, wrong and unknown alike: nobody can know.
    private func expectTemporaryFailure(_ station: Station) throws {
      let smtp = try SMTPConversation(port: station.postfix.port)
      for (user, password) in [
        ("sha256@example.org", "sha256-secret"), ("sha256@example.org", "wrong"), ("nobody@example.org", "x"),
      ] {
        let replies = try [smtp.authenticatePlain(user, password)] + smtp.authenticateLogin(user, password).suffix(1)
        for reply in replies {
          #expect(reply.code == 454 && reply.lines.first?.hasPrefix("4.7.0") == true, "\(user): \(reply)")
        }
      }
    }

    /// Within a few seconds logins work; until then the answer is 454.
    private func expectRecovery(_ station: Station) throws {
      var codes: [Int] = []
      let recovered = try eventually {
        let code = try SMTPConversation(port: station.postfix.port)
          .authenticatePlain("sha256@example.org", "sha256-secret").code
        codes.append(code)
        return code == 235
      }
      #expect(recovered)
      #expect(codes.dropLast().allSatisfy { $0 == 454 }, "\(codes)")
    }
  }
}
