internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// The recorded requests of real clients, sent again byte by byte.
@Suite(.waiting, .serialized)
struct Transcripts {
  /// Differences from the recorded replies, each with its reason; keyed by the recorded user or request.
  private static func expected(_ exchange: RecordedExchange) -> String {
    let request = String(decoding: exchange.request, as: UTF8.self)
    // Salts of any length are verified; courier knows four bytes only and said FAIL.
    if request.contains("ssha8@example.org\nssha8-secret\n") {
      return """
        UID=995
        GID=994
        HOME=/srv/mail
        ADDRESS=ssha8@example.org
        NAME=Salted Sha 8
        MAILDIR=example.org/ssha8/
        PASSWD={SSHA}FimBS1qglXxhm4itEwkMZ6JyZm1zYWx0c2FsdA==
        PASSWD2=ssha8-secret
        .

        """
    }
    // The heading is the directory's name.
    return exchange.replyText.replacingOccurrences(of: "# authsqlite\n", with: "# accounts\n")
  }

  @Test(
    "replies are those of courier's server, without secrets by default, with them when granted",
    arguments: [false, true])
  func replay(secrets: Bool) throws {
    let exchanges = try RecordedExchange.all.get()
    #expect(exchanges.count == 65)
    let database = try AccountsDatabase(sqlite: Fixtures.text("transcripts/accounts.sql"))
    let grant =
      "[[peer]]\nuid = \(geteuid())\nallow = [\"login\", \"account\", \"enumerate\", \"set-password\"]\nsecrets = true"
    let configuration = AccountsConfiguration(
      database: database, home: "/srv/mail", uid: 995, gid: 994, more: secrets ? grant : "")
    let gatepost = try GatepostDaemon { configuration.text(socketPath: $0) }
    defer { gatepost.stop() }
    let client = AuthdaemonClient(gatepost.socketPath)
    for exchange in exchanges where !exchange.isWithoutDatabase {
      let reply = try client.ask(exchange.request)
      #expect(reply.end == .endOfFile, "\(exchange)")
      #expect(reply.elapsed < 5, "\(exchange)")
      let recorded = Self.expected(exchange)
      #expect(
        reply.text == (secrets ? ReplyLines.withoutEmptySecrets(recorded) : ReplyLines.withoutSecrets(recorded)),
        "\(exchange)")
    }
    try database.without(.gone) {
      for exchange in exchanges where exchange.isWithoutDatabase {
        let reply = try client.ask(exchange.request)
        #expect(reply.bytes.isEmpty && reply.end == .endOfFile, "\(exchange): \(reply)")
        #expect(exchange.reply.isEmpty)
      }
    }
    // Every request has its line (which may come a moment after the reply), and no line can be used to log in.
    #expect(
      eventually { gatepost.log.split(separator: "\n").filter { $0.contains(" pid=") }.count == exchanges.count },
      "\(gatepost.log)")
    let log = gatepost.log
    for secret in ["-secret", "sqweb-new", "hacked", "{SHA256}", "JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks=", "$6$"]
    {
      #expect(!log.contains(secret), "\(secret) is in the log")
    }
  }

  @Test("a half-closed request is answered, and so is one whose last byte comes late")
  func halfClose() throws {
    let database = try AccountsDatabase(sqlite: Fixtures.text("transcripts/accounts.sql"))
    let configuration = AccountsConfiguration(
      database: database, home: "/srv/mail", uid: 995, gid: 994)
    let gatepost = try GatepostDaemon { configuration.text(socketPath: $0) }
    defer { gatepost.stop() }
    let request = AuthdaemonClient.authentication(service: "exim", "sha256@example.org", "sha256-secret")
    let reply = try AuthdaemonClient(gatepost.socketPath).ask(request, halfClose: true)
    #expect(reply.text.hasPrefix("UID=995\n") && reply.text.hasSuffix("\n.\n"), "\(reply)")
    // cyrus-sasl's uncounted line feed, after the reply may already have been sent.
    let connection = try SocketConnection(unixPath: gatepost.socketPath)
    connection.send(Array(request.utf8))
    usleep(200_000)
    connection.send([UInt8(ascii: "\n")])
    var text = ""
    var end: SocketConnection.End?
    while end == nil {
      switch connection.receive(until: Date(timeIntervalSinceNow: 10)) {
      case .bytes(let bytes): text += String(decoding: bytes, as: UTF8.self)
      case .end(let cause): end = cause
      }
    }
    #expect(end == .endOfFile, "the late byte must not turn a good reply into a reset")
    #expect(text == reply.text)
  }
}
