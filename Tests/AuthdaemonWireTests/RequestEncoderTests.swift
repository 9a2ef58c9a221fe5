import AuthdaemonWire
import Secrets
import Testing

@Suite struct RequestEncoderTests {
  private let service = Array("imap".utf8)
  private let user = Array("u@d.org".utf8)
  private let address = Array("::1".utf8)

  @Test func encodes() {
    #expect(
      RequestEncoder.login(service: service, userID: user, password: Secret(text: "pw"), remoteAddress: address)
        == Array("TCPREMOTEIP=::1\nAUTH 22\nimap\nlogin\nu@d.org\npw\n".utf8))
    #expect(
      RequestEncoder.account(service: service, userID: user, remoteAddress: address)
        == Array("TCPREMOTEIP=::1\nPRE . imap u@d.org\n".utf8))
    #expect(
      RequestEncoder.account(module: Array("main".utf8), service: service, userID: user)
        == Array("PRE main imap u@d.org\n".utf8))
    #expect(
      RequestEncoder.setPassword(
        service: service, userID: user, oldPassword: Secret(text: "old"), newPassword: Secret(text: "new"))
        == Array("PASSWD imap\tu@d.org\told\tnew\n".utf8))
    #expect(RequestEncoder.enumerate == Array("ENUMERATE\n".utf8))
  }

  @Test(arguments: ChallengeMechanism.allCases) func answersToChallengesComeBack(_ mechanism: ChallengeMechanism) {
    for length in 1...40 {
      let challenge = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
      let digest = (0..<mechanism.digestLength).map { UInt8(truncatingIfNeeded: $0 * 91 + length) }
      let userID = [UInt8](repeating: UInt8(ascii: "u"), count: length)
      let request = RequestEncoder.login(
        service: service, userID: userID, mechanism: mechanism, challenge: challenge, digest: digest)
      #expect(
        rendered(parse(request))
          == "AUTH <imap> \(shown(userID)) \(mechanism.rawValue) \(shown(challenge)) \(hexadecimal(digest))")
    }
  }

  @Test(arguments: [("u", true), ("a b ä", true), ("", false), ("a\nb", false), ("a\tb", false), ("\u{7f}", false)])
  func carries(_ value: String, _ fits: Bool) {
    #expect(RequestEncoder.carries(Array(value.utf8)) == fits)
  }
}
