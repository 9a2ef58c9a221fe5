import AuthdaemonWire
import Secrets
import Testing

@Suite struct ReplyTests {
  private let memory = KeptBytes()

  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
  private func kept(_ text: String) -> UnsafeRawBufferPointer { memory.keep(text) }

  private var account: AccountReply {
    AccountReply(uid: 4_294_967_294, gid: 0, home: kept("/srv/mail"), address: kept("u@d.org"))
  }

  private func text(_ reply: AccountReply) throws -> String {
    String(decoding: try reply.encoded().get(), as: UTF8.self)
  }

  @Test func fixedReplies() {
    #expect(Reply.fail == bytes("FAIL\n"))
    #expect(Reply.ok == bytes("OK\n"))
    #expect(EnumerationEncoder.end == bytes(".\n"))
  }

  @Test func leastAccount() throws {
    #expect(try text(account) == "UID=4294967294\nGID=0\nHOME=/srv/mail\nADDRESS=u@d.org\n.\n")
  }

  @Test func everyKeyInItsOrder() throws {
    var reply = account
    reply.name = kept("Full Name, Room 5, Phone")
    reply.maildir = kept("d.org/u/")
    reply.quota = kept("10000000S,1000C")
    reply.options = kept("disableimap=1,group=a")
    reply.passwordHash = Secret(text: "{SHA}x=")
    reply.clearPassword = Secret(text: "pass word")
    let tail =
      "GID=0\nHOME=/srv/mail\nADDRESS=u@d.org\nNAME=Full Name\nMAILDIR=d.org/u/\nQUOTA=10000000S,1000C\n"
      + "PASSWD={SHA}x=\nPASSWD2=pass word\nOPTIONS=disableimap=1,group=a\n.\n"
    #expect(try text(reply) == "UID=4294967294\n" + tail)
    reply.systemUser = kept("vmail")
    #expect(try text(reply) == "USERNAME=vmail\n" + tail)
  }

  @Test func emptyValues() throws {
    var reply = account
    reply.name = kept("")
    reply.maildir = kept("")
    reply.quota = kept("")
    reply.options = kept("")
    reply.passwordHash = Secret([])
    reply.clearPassword = Secret([])
    #expect(try text(reply) == "UID=4294967294\nGID=0\nHOME=/srv/mail\nADDRESS=u@d.org\nNAME=\n.\n")
    reply.name = kept(",Room 5")
    #expect(try text(reply).contains("\nNAME=\n"))
    reply.systemUser = kept("")
    #expect(reply.encoded() == .failure(.unsafeValue(field: "USERNAME")))
  }

  @Test(arguments: ["Evil\nUID=0\nHOME=/root", "x\n.\nFAIL", "\n", "nul\u{0}", "\u{0}", "end\n"])
  func unsafeValues(_ value: String) {
    let fields: [(String, (inout AccountReply) -> Void)] = [
      ("USERNAME", { $0.systemUser = kept(value) }), ("HOME", { $0.home = kept(value) }),
      ("ADDRESS", { $0.address = kept(value) }), ("NAME", { $0.name = kept(value) }),
      ("NAME", { $0.name = kept("Kept, " + value) }), ("MAILDIR", { $0.maildir = kept(value) }),
      ("QUOTA", { $0.quota = kept(value) }), ("OPTIONS", { $0.options = kept(value) }),
      ("PASSWD", { $0.passwordHash = Secret(text: value) }), ("PASSWD2", { $0.clearPassword = Secret(text: value) }),
    ]
    for (field, set) in fields {
      var reply = account
      set(&reply)
      #expect(reply.encoded() == .failure(.unsafeValue(field: field)))
    }
  }

  @Test func faultsTellNoValue() {
    #expect("\(ReplyFault.unsafeValue(field: "HOME"))" == "HOME holds a byte that the reply cannot carry")
    #expect("\(ReplyFault.tooLong)" == "the reply would be longer than clients can hold")
  }

  @Test(
    arguments: [
      (nil, nil, nil), ("", "", nil), (nil, "", nil), ("a=1", nil, "a=1"), ("a=1", "", "a=1"), (nil, "b=2", "b=2"),
      ("", "b=2,c=3", "b=2,c=3"), ("a=1,b=2", "b=3,c=4", "a=1,b=2,c=4"), ("c=1", "a=1,b=1", "c=1,a=1,b=1"),
      ("a", "a=1,b", "a,b"), ("disableimap=0", "disableimap=1", "disableimap=0"), ("ab=1", "a=1", "ab=1,a=1"),
      ("a=1,,b=2", ",c=3,,d=4,", "a=1,,b=2,c=3,d=4"), (nil, ",,", nil), ("a=", "a=1", "a="),
    ] as [(String?, String?, String?)])
  func options(_ own: String?, _ defaults: String?, _ merged: String?) {
    let result = AccountOptions.merging(own.map(bytes), defaults: defaults.map(bytes))
    #expect(result.map { String(decoding: $0, as: UTF8.self) } == merged)
  }

  @Test(arguments: [
    ("", "nothing"), ("FAIL\n", "refused"), ("OK\n", "done"), (".\n", "account"),
    ("A=1\nB=\nC=x=y\n.\n", "account A=1 B= C=x=y"),
    ("FAIL", "garbled"), ("OK", "garbled"), ("OK\nOK\n", "garbled"), ("A=1\n", "garbled"), ("A=1\n.", "garbled"),
    ("A=1\n.\n\n", "garbled"), ("A=1\n.\nB=2\n.\n", "garbled"), ("A\n.\n", "garbled"), ("=1\n.\n", "garbled"),
    ("\n.\n", "garbled"), ("A=1\nFAIL\n", "garbled"), ("\n", "garbled"),
  ]) func decodes(_ reply: String, _ expected: String) {
    let whole = described(ReplyDecoder.decode(bytes(reply)))
    #expect(whole == expected)
    for position in 0...reply.utf8.count {
      var decoder = ReplyDecoder()
      _ = bytes(reply)[..<position].withUnsafeBytes { decoder.feed($0) }
      _ = bytes(reply)[position...].withUnsafeBytes { decoder.feed($0) }
      #expect(described(decoder.end()) == expected)
    }
  }

  private func described(_ reply: DecodedReply) -> String {
    switch reply {
    case .account(let fields):
      (["account"]
        + fields.map { String(decoding: $0.key, as: UTF8.self) + "=" + String(decoding: $0.value, as: UTF8.self) })
        .joined(separator: " ")
    case .refused: "refused"
    case .done: "done"
    case .nothing: "nothing"
    case .garbled: "garbled"
    }
  }
}
