import AuthdaemonWire
import Testing

/// Every bound, one below it, at it, and one above.
@Suite struct LimitTests {
  private func text(_ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "x"), count: count)
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func line(_ offset: Int, _ fits: Bool) {
    let opening = Array("PRE . imap ".utf8)
    let userID = text(WireLimits.line + offset - opening.count)
    let line = opening + userID + [10]
    for parsed in [parse(line), parseDripping(line), parse(line, splitAt: line.count - 1)] {
      #expect(rendered(parsed) == (fits ? "PRE <.> <imap> \(shown(userID))" : "closed line-too-long"))
    }
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func metaLine(_ offset: Int, _ fits: Bool) {
    let request = Array("X=".utf8) + text(WireLimits.line + offset - 2) + Array("\nENUMERATE\n".utf8)
    for parsed in [parse(request), parseDripping(request)] {
      #expect(rendered(parsed) == (fits ? "ENUMERATE" : "closed line-too-long"))
    }
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func metaLines(_ offset: Int, _ fits: Bool) {
    let lines = String(repeating: "X=1\n", count: WireLimits.metaLines + offset) + "ENUMERATE\n"
    #expect(rendered(parse(lines)) == (fits ? "ENUMERATE" : "closed too-many-meta-lines"))
    #expect(rendered(parseDripping(Array(lines.utf8))) == (fits ? "ENUMERATE" : "closed too-many-meta-lines"))
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func payload(_ offset: Int, _ fits: Bool) {
    let length = WireLimits.payload + offset
    let opening = Array("imap\nlogin\nuser\n".utf8)
    let password = text(length - opening.count - 1)
    let request = Array("AUTH \(length)\n".utf8) + opening + password + [10]
    for parsed in [parse(request), parseDripping(request), parse(request, splitAt: request.count - 1)] {
      #expect(
        rendered(parsed) == (fits ? "AUTH <imap> <user> login \(shown(password))" : "closed payload-too-long"))
    }
  }

  @Test(arguments: [(-1, 38), (0, 39), (1, 39)]) func remoteAddress(_ offset: Int, _ kept: Int) {
    let full = "2001:0db8:0000:0000:0000:0000:0000:00010"
    let address = String(full.prefix(WireLimits.remoteAddress + offset))
    #expect(rendered(parse("TCPREMOTEIP=\(address)\nENUMERATE\n")) == "ENUMERATE from <\(full.prefix(kept))>")
    #expect(RequestMeta(remoteAddress: Array(address.utf8)).remoteAddress == Array(full.utf8.prefix(kept)))
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func reply(_ offset: Int, _ fits: Bool) {
    let memory = KeptBytes()
    var reply = AccountReply(uid: 1, gid: 1, home: memory.keep("/h"), address: memory.keep("u"))
    let opening = "UID=1\nGID=1\nHOME=/h\nADDRESS=u\nMAILDIR=\n.\n".utf8.count
    reply.maildir = memory.keep(text(WireLimits.reply + offset - opening))
    switch reply.encoded() {
    case .success(let bytes): #expect(fits && bytes.count == WireLimits.reply + offset)
    case .failure(let fault): #expect(!fits && fault == .tooLong)
    }
    if fits, case .success(let bytes) = reply.encoded(), case .account(let fields) = ReplyDecoder.decode(bytes) {
      #expect(fields.count == 5)
    } else {
      #expect(!fits)
    }
  }

  @Test func decoderTakesNoLongerReply() {
    guard case .garbled = ReplyDecoder.decode(text(WireLimits.reply + 1)) else {
      Issue.record("decoded")
      return
    }
  }

  @Test(arguments: [(-1, true), (0, true), (1, false)]) func enumerationLine(_ offset: Int, _ fits: Bool) {
    var bytes = Array("before\n".utf8)
    var encoder = EnumerationEncoder()
    let fault = encoder.append(
      name: Array("u".utf8), uid: 1, gid: 1,
      home: text(WireLimits.enumerationLine + offset - "u\t1\t1\t\t\t\n".utf8.count),
      maildir: [], options: [], to: &bytes)
    #expect(fault == (fits ? nil : .tooLong))
    #expect(bytes.count == 7 + (fits ? WireLimits.enumerationLine + offset : 0))
    var decoder = EnumerationDecoder()
    let line = text(WireLimits.enumerationLine + offset - 9)
    let entries = (Array("u\t1\t1\t".utf8) + line + Array("\t\t\n".utf8)).withUnsafeBytes { decoder.feed($0) }
    if case .account(let account) = entries.first { #expect(fits && account.home == line) } else { #expect(!fits) }
  }
}
