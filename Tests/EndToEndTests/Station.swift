internal import Foundation
internal import TestSupport

/// One back end, gatepost in front of it, and all that asks gatepost: Postfix, courier's servers and tools.
final class Station: Sendable {
  /// The owner of all mail, as in the guides. No such user need exist.
  static let mailOwner: UInt32 = 5_000

  let database: AccountsDatabase
  let gatepost: GatepostDaemon
  /// Gatepost's second socket, for logins only: the one that Postfix asks.
  let loginSocket: String
  let postfix: PostfixServer
  let imap: CourierMailServer
  let pop3: CourierMailServer
  let tools: CourierTools
  /// The home of all accounts.
  let mailRoot: TemporaryFolder

  init(database: AccountsDatabase) throws {
    let owner = Self.mailOwner
    let mailRoot = try TemporaryFolder("mail")
    chown(mailRoot.path, owner, owner)
    var configuration = AccountsConfiguration(
      database: database, home: mailRoot.path, uid: owner, gid: owner)
    var loginSocket = ""
    let gatepost = try GatepostDaemon { socket in
      loginSocket = (socket as NSString).deletingLastPathComponent + "/login"
      configuration.loginSocket = loginSocket
      return configuration.text(socketPath: socket)
    }
    self.loginSocket = loginSocket
    self.database = database
    self.mailRoot = mailRoot
    self.gatepost = gatepost
    tools = CourierTools(socketPath: gatepost.socketPath)
    imap = try CourierMailServer(.imap, socketPath: gatepost.socketPath)
    pop3 = try CourierMailServer(.pop3, socketPath: gatepost.socketPath)
    postfix = try PostfixServer(
      mainSettings: """
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_path = smtpd
        smtpd_sasl_security_options = noanonymous
        smtpd_sasl_authenticated_header = yes
        smtpd_recipient_restrictions = permit_sasl_authenticated, reject_unauth_destination
        """,
      saslConfiguration: """
        pwcheck_method: authdaemond
        mech_list: PLAIN LOGIN
        authdaemond_path: \(loginSocket)

        """)
  }

  /// The mail folder of `user`, made when it is not there.
  func maildir(_ user: String) throws -> Maildir {
    let parts = user.split(separator: "@")
    guard parts.count == 2 else { throw ServerTrouble("\(user) has no maildir") }
    let domain = mailRoot.file(String(parts[1]))
    let maildir = try Maildir(
      creating: "\(domain)/\(parts[0])", uid: Self.mailOwner, gid: Self.mailOwner)
    chown(domain, Self.mailOwner, Self.mailOwner)
    return maildir
  }

  func stop() {
    postfix.stop()
    imap.stop()
    pop3.stop()
    gatepost.stop()
  }
}
