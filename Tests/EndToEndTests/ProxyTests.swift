internal import Foundation
internal import TestSupport
internal import Testing

/// courier-imap in proxy mode: it logs in at the server that the account's option `mailhost` names, with the password out of the reply.
@Suite(.serialized, .enabled(if: geteuid() == 0, "needs root: mount namespaces, and the port of IMAP"))
struct ProxyTests {
  /// Of the loopback interface. courier knows no other port than IMAP's own; on this address nobody else has it.
  private static let remote = "127.0.0.77"

  /// The server behind the proxy: says who logs in how, and no more.
  private static let script = """
    use IO::Socket::INET;
    $| = 1;
    my $server = IO::Socket::INET->new(LocalAddr => $ARGV[0], LocalPort => 143, Listen => 5, ReuseAddr => 1) or die $!;
    print "listening\\n";
    while (my $client = $server->accept) {
      print $client "* OK ready\\r\\n";
      while (my $line = <$client>) {
        print $line;
        my ($tag) = split / /, $line;
        print $client "$tag OK done\\r\\n";
      }
    }
    """

  @Test("the password reaches the other server with secrets = true, and only then", arguments: [true, false])
  func proxy(secrets: Bool) throws {
    let folder = try TemporaryFolder("proxy")
    let far = try ChildProcess(["perl", "-e", Self.script, Self.remote], outputPath: folder.file("remote"))
    try #require(eventually { far.output.contains("listening") }, "\(far.output)")
    let database = try AccountsDatabase(sqlite: Fixtures.text("transcripts/accounts.sql"))
    try database.execute("UPDATE mailbox SET options = 'mailhost=\(Self.remote)' WHERE username = 'sha256@example.org'")
    let configuration = AccountsConfiguration(
      directoryLines: database.directoryLines, home: "/srv/mail", uid: 995, gid: 994,
      more: "[[peer]]\nuid = 0\nallow = [\"login\", \"account\"]\nsecrets = \(secrets)")
    let gatepost = try GatepostDaemon { configuration.text(socketPath: $0) }
    let front = try CourierMailServer(.imap, socketPath: gatepost.socketPath, environment: ["IMAP_PROXY": "1"])
    defer {
      front.stop()
      gatepost.stop()
      far.stop()
    }
    let imap = try IMAPConversation(port: front.port)
    let response = try imap.login("sha256@example.org", "sha256-secret")
    if secrets {
      #expect(response.isOK, "\(response) \(front.log)")
      #expect(eventually { far.output.contains("LOGIN \"sha256@example.org\" \"sha256-secret\"") }, "\(far.output)")
    } else {
      #expect(response.status?.hasPrefix("NO Login failed") == true, "\(response)")
      #expect(front.log.contains("WARN: proxy enabled, but no password for sha256@example.org"), "\(front.log)")
      #expect(!far.output.contains("LOGIN"))
    }
    #expect(gatepost.log.contains(" outcome=accepted ") && !gatepost.log.contains("sha256-secret"))
  }
}
