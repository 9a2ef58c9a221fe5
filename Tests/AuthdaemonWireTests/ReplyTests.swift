import AuthdaemonWire
import Testing

@Suite struct ReplyTests {
  @Test func fixedReplies() {
    #expect(Reply.fail == Array("FAIL\n".utf8))
    #expect(Reply.ok == Array("OK\n".utf8))
    #expect(EnumerationEncoder.end == Array(".\n".utf8))
  }
}
