import AuthdaemonWire
import Secrets
import Testing

@testable import LoadGenerator

/// The bytes are those of `RequestEncoder`, which the real clients' bytes are compared with.
@Suite struct RequestWriterTests {
  @Test(arguments: [
    ("a", "b"), ("alice@example.org", "päss wörd"),
    (String(repeating: "u", count: 2048), String(repeating: "p", count: 2048)),
  ])
  func requestsAreTheEncoders(_ user: String, _ password: String) {
    var writer = RequestWriter(service: Array("imap".utf8))
    let (userBytes, passwordBytes) = (Array(user.utf8), Array(password.utf8))
    userBytes.withUnsafeBytes { user in passwordBytes.withUnsafeBytes { writer.login(user: user, password: $0) } }
    #expect(
      Array(writer.bytes)
        == RequestEncoder.login(service: Array("imap".utf8), userID: userBytes, password: Secret(passwordBytes)))
    userBytes.withUnsafeBytes { writer.account(user: $0) }
    #expect(Array(writer.bytes) == RequestEncoder.account(service: Array("imap".utf8), userID: userBytes))
    writer.list()
    #expect(Array(writer.bytes) == RequestEncoder.enumerate)
  }
}
