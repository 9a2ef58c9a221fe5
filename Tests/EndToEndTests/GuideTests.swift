internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// The guides with gatepost in the place of courier's authdaemond, from the files below `docs/examples` as they stand: only paths,
/// addresses and ports are other ones here, and the system user.
@Suite(.waiting, .serialized, .enabled(if: geteuid() == 0, "needs root: Postfix, mount namespaces, gpasswd"))
struct Guide {
  @Test("a user who logs in by the local part, or by the full address", arguments: ["local-part", "address"])
  func virtualMail(login: String) throws { try follow(.gentoo, login: login) { _ in } }

  #if MariaDB
    @Test("MariaDB on Debian") func virtualMailOnMariaDB() throws {
      try follow(.mariadb, login: "address") { setUp in
        // The check says what the page shows.
        let page = try Fixtures.projectText(GuideSetUp.Page.mariadb.path)
        let shown = page.components(separatedBy: "gatepost check --connect\n").dropFirst().first?
          .components(separatedBy: "\n```").first
        let said = try setUp.check()
        #expect(said == shown, "\(said)")
        // MariaDB compares without regard to case, and clients learn how the table spells the name.
        let reply = try AuthdaemonClient(setUp.gatepost.socketPath)
          .ask(AuthdaemonClient.authentication(service: "imap", "TestUser@Example.com", "secret"))
        #expect(reply.text.contains("\nADDRESS=testuser@example.com\n"), "\(reply)")
      }
    }
  #endif

  private func follow(_ page: GuideSetUp.Page, login: String, _ more: (GuideSetUp) throws -> Void) throws {
    let user = login == "address" ? "testuser@example.com" : "testuser"
    let membership = try GroupMembership(user: "postfix", group: page.group)
    defer { membership.undo() }
    let setUp = try GuideSetUp(page, login: login)
    defer { setUp.stop() }

    try more(setUp)
    try authLogin(setUp, user)
    try relaying(setUp, user)
    try imap(setUp, user)
    try tools(setUp, user)
  }

  /// AUTH LOGIN by hand.
  private func authLogin(_ setUp: GuideSetUp, _ user: String) throws {
    let smtp = try SMTPConversation(port: setUp.postfix.port)
    #expect(
      smtp.capabilities.contains("AUTH LOGIN PLAIN") && smtp.capabilities.contains("AUTH=LOGIN PLAIN"),
      "\(smtp.capabilities)")
    let refused = try smtp.authenticateLogin(user, "Secret")
    #expect(refused.map(\.code) == [334, 334, 535], "\(refused)")
    let accepted = try smtp.authenticateLogin(user, "secret")
    #expect(
      accepted.map(\.description).prefix(2) == ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] && accepted.last?.code == 235,
      "\(smtp.lines.transcript)\(setUp.gatepost.log)")
    // The default domain makes both forms the same user, whichever the preset asks for.
    for form in ["testuser", "testuser@example.com"] {
      #expect(try SMTPConversation(port: setUp.postfix.port).authenticatePlain(form, "secret").code == 235, "\(form)")
    }
    for other in ["nobody", "nobody@example.com", "inactive", "inactive@example.com", "testuser@example.org"] {
      #expect(try SMTPConversation(port: setUp.postfix.port).authenticatePlain(other, "secret").code == 535, "\(other)")
    }
  }

  /// A message relayed, one refused.
  private func relaying(_ setUp: GuideSetUp, _ user: String) throws {
    let smtp = try SMTPConversation(port: setUp.postfix.port)
    let subject = "guide-\(UUID())"
    func deliver() throws -> SMTPConversation.Reply {
      try smtp.deliver(from: "testuser@example.com", to: "friend@elsewhere.example", subject: subject)
    }
    let refused = try deliver()
    #expect([454, 554].contains(refused.code) && "\(refused)".contains("Relay access denied"), "\(refused)")
    try smtp.command("RSET")
    #expect(try smtp.authenticateLogin(user, "secret").last?.code == 235)
    #expect(try deliver().code == 250, "\(smtp.lines.transcript)")
    let message = try #require(setUp.postfix.sink.message(subject: subject), "\(setUp.postfix.log)")
    #expect(message.contains("(Authenticated sender: \(user))"), "\(message)")
  }

  /// courier-imap on the same socket.
  private func imap(_ setUp: GuideSetUp, _ user: String) throws {
    try setUp.maildir.add("Subject: welcome\n\nHello.\n")
    let imap = try IMAPConversation(port: setUp.imap.port)
    #expect(try imap.command("LOGIN \(user) secret").isOK, "\(imap.lines.transcript)\(setUp.imap.log)")
    #expect(try imap.command("SELECT INBOX").untagged.contains("* 1 EXISTS"), "\(imap.lines.transcript)")
    let other = try IMAPConversation(port: setUp.imap.port)
    #expect(try other.command("LOGIN \(user) Secret").status?.hasPrefix("NO") == true)
  }

  /// `authtest testuser`, `authenumerate`.
  private func tools(_ setUp: GuideSetUp, _ user: String) throws {
    let found = try setUp.tools.authtest(user)
    let text = found.output + found.errors
    #expect(found.status == 0, "\(found)")
    for wanted in ["(uid 5000, gid 5000)", "Home Directory: \(setUp.mailRoot)", "Maildir: example.com/testuser/"] {
      #expect(text.contains(wanted), "\(wanted) in\n\(text)")
    }
    #expect(try setUp.tools.authtest(user, "secret").status == 0)
    #expect(try setUp.tools.authtest(user, "Secret").status != 0)
    #expect(try setUp.tools.authtest(user, "secret", "changed").status == 0)
    #expect(try setUp.tools.authtest(user, "changed").status == 0)
    #expect(try setUp.tools.authtest(user, "secret").status != 0)
    let list = try setUp.tools.authenumerate()
    #expect(list.output == "\(user)\t5000\t5000\t\(setUp.mailRoot)\texample.com/testuser/\n", "\(list)")
    let delivered = try setUp.tools.maildrop(to: user, message: "Subject: by maildrop\n\nHello.\n")
    #expect(delivered.status == 0 && setUp.maildir.newMessages.contains { $0.contains("by maildrop") }, "\(delivered)")
  }
}
