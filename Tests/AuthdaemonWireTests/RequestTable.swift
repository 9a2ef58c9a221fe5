import AuthdaemonWire
import Testing

/// One request and what it must be taken for, as `rendered(_:)` puts it.
struct RequestCase: Sendable, CustomTestStringConvertible {
  var request: [UInt8]
  var expected: String

  var testDescription: String { "\(shown(request)) → \(expected)" }

  init(_ request: String, _ expected: String) {
    self.init(Array(request.utf8), expected)
  }

  init(_ request: [UInt8], _ expected: String) {
    self.request = request
    self.expected = expected
  }

  /// An AUTH whose length is right.
  static func auth(_ payload: String, _ expected: String) -> RequestCase {
    RequestCase("AUTH \(payload.utf8.count)\n\(payload)", expected)
  }
}

enum RequestTable {
  static let all = commandWords + lengths + logins + challenges + accounts + passwordChanges + metaLines

  static let commandWords = [
    RequestCase("", "closed nothing"),
    RequestCase("\n", "closed unknown-command"),
    RequestCase("HELLO\n", "closed unknown-command"),
    RequestCase("HELLO", "closed truncated"),
    RequestCase("pre . imap user\n", "closed unknown-command"),
    RequestCase("auth 22\nimap\nlogin\nu@d.org\npw\n", "closed unknown-command"),
    RequestCase(" PRE . imap user\n", "closed unknown-command"),
    RequestCase("PRE\t. imap user\n", "closed unknown-command"),
    RequestCase("X Y=1\nENUMERATE\n", "closed unknown-command"),
    RequestCase("ENUMERATE\n", "ENUMERATE"),
    RequestCase("ENUMERATE  \n", "ENUMERATE"),
    RequestCase("ENUMERATE all\n", "closed unknown-command"),
    RequestCase("ENUMERATE\r\n", "closed unknown-command"),
    RequestCase("ENUMERATEX\n", "closed unknown-command"),
    RequestCase("ENUMERATE", "closed truncated"),
    RequestCase("ENUMERATE\nENUMERATE\n", "ENUMERATE"),
    RequestCase(String(repeating: "x", count: 1 << 20), "closed line-too-long"),
  ]

  private static let payload = "imap\nlogin\nu@d.org\npw\n"
  private static let accepted = "AUTH <imap> <u@d.org> login <pw>"

  static let lengths = [
    RequestCase("AUTH 22\n\(payload)", accepted),
    RequestCase("AUTH   22\n\(payload)", accepted),
    RequestCase("AUTH 22  \n\(payload)", accepted),
    RequestCase("AUTH 0000000000000000000000000000022\n\(payload)", accepted),
    RequestCase("AUTH 22\n\(payload)\n", accepted),
    RequestCase("AUTH 22\n\(payload)AUTH 22\n\(payload)", accepted),
    RequestCase("AUTH 22\r\n\(payload)", "closed bad-length"),
    RequestCase("AUTH +22\n\(payload)", "closed bad-length"),
    RequestCase("AUTH 22x\n\(payload)", "closed bad-length"),
    RequestCase("AUTH 2 2\n\(payload)", "closed bad-length"),
    RequestCase("AUTH\t22\n\(payload)", "closed unknown-command"),
    RequestCase("AUTH22\n\(payload)", "closed unknown-command"),
    RequestCase("AUTH\n\(payload)", "closed bad-length"),
    RequestCase("AUTH \n\(payload)", "closed bad-length"),
    RequestCase("AUTH -1\n\(payload)", "closed bad-length"),
    RequestCase("AUTH abc\n\(payload)", "closed bad-length"),
    RequestCase("AUTH 0\n\(payload)", "closed bad-length"),
    RequestCase("AUTH 00\n\(payload)", "closed bad-length"),
    RequestCase("AUTH 8192\n\(payload)", "closed payload-too-long"),
    RequestCase("AUTH 8193\n\(payload)", "closed payload-too-long"),
    RequestCase("AUTH 99999999999\n\(payload)", "closed payload-too-long"),
    // 2^32 + 30 and 2^64 + 22.
    RequestCase("AUTH 4294967326\n\(payload)", "closed payload-too-long"),
    RequestCase("AUTH 18446744073709551638\n\(payload)", "closed payload-too-long"),
    RequestCase("AUTH \(String(repeating: "9", count: 5000))\n\(payload)", "closed payload-too-long"),
    RequestCase("AUTH 23\n\(payload)", "closed truncated"),
    RequestCase("AUTH 8191\n\(payload)", "closed truncated"),
    RequestCase("AUTH 21\n\(payload)", accepted),
    RequestCase("AUTH 20\n\(payload)", "AUTH <imap> <u@d.org> login <p>"),
    RequestCase("AUTH 19\n\(payload)", "FAIL empty-credentials AUTH <imap> <u@d.org>"),
    RequestCase("AUTH 9\n\(payload)", "FAIL malformed AUTH <imap> <>"),
  ]

  static let logins: [RequestCase] = [
    // Radicale: no LF at the end. cyrus-sasl: one more that is not counted. Exim: padded to 76.
    .auth("radicale\nlogin\nu@d.org\npw", "AUTH <radicale> <u@d.org> login <pw>"),
    RequestCase("AUTH 22\nsmtp\nlogin\nu@d.org\npw\n\n", "AUTH <smtp> <u@d.org> login <pw>"),
    .auth(
      "exim\nlogin\nu@d.org\npw" + String(repeating: "\n", count: 55), "AUTH <exim> <u@d.org> login <pw>"),
    .auth("exim\nlogin\n\n\n", "FAIL empty-credentials AUTH <exim> <>"),
    // A line feed in the user name or password must not shift the fields.
    .auth("smtp\nlogin\na\npassword-of-a\nanything\n", "FAIL malformed AUTH <smtp> <a>"),
    .auth("smtp\nlogin\na\npassword-of-a\n\nanything\n", "FAIL malformed AUTH <smtp> <a>"),
    .auth("smtp\nlogin\na\npassword-of-a\n\n ", "FAIL malformed AUTH <smtp> <a>"),
    .auth("imap\nlogin\n\nUSER\nPASS\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\nlogin\n\nPASS\n", "FAIL empty-credentials AUTH <imap> <>"),
    .auth("imap\nlogin\nuser\n\n", "FAIL empty-credentials AUTH <imap> <user>"),
    .auth("imap\nlogin\nuser\n", "FAIL empty-credentials AUTH <imap> <user>"),
    .auth("imap\nlogin\nuser", "FAIL malformed AUTH <imap> <user>"),
    .auth("imap\nlogin\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\nlogin", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap", "FAIL malformed AUTH <imap> <>"),
    .auth("\n", "FAIL malformed AUTH <> <>"),
    .auth("\n\n\n\n\n", "FAIL malformed AUTH <> <>"),
    .auth("\nlogin\nuser\npass\n", "FAIL malformed AUTH <> <>"),
    .auth("im\u{1}ap\nlogin\nuser\npass\n", "FAIL malformed AUTH <im\\01ap> <>"),
    .auth("imap\nlogin\nuser\npa\u{0}ss\n", "FAIL malformed AUTH <imap> <user>"),
    .auth("imap\nlogin\nuser\n\u{0}\n", "FAIL malformed AUTH <imap> <user>"),
    .auth("imap\nlogin\nus\u{0}er\npass\n", "FAIL malformed AUTH <imap> <us\\00er>"),
    .auth("imap\nlogin\nuser\r\npass\n", "FAIL malformed AUTH <imap> <user\\0d>"),
    .auth("imap\nlogin\nus\u{7f}er\npass\n", "FAIL malformed AUTH <imap> <us\\7fer>"),
    .auth("imap\nlogin\nus\ter\npass\n", "FAIL malformed AUTH <imap> <us\\09er>"),
    .auth("imap\nlogin\nuser\npa\r\t\u{1}\u{7f}ss\r\n", "AUTH <imap> <user> login <pa\\0d\\09\\01\\7fss\\0d>"),
    .auth(
      "imap\nlogin\nJörg x' OR '1'='1\n  ä\"\\ß \n",
      "AUTH <imap> <J\\c3\\b6rg x' OR '1'='1> login <  \\c3\\a4\"\\\\c3\\9f >"),
    RequestCase(
      Array("AUTH 22\nimap\nlogin\n".utf8) + [0xff, 0xfe, 0x80, 0xc0, 0xa0, 0xa1, 0xa2, 10, 0xff, 0xfe, 10],
      "AUTH <imap> <\\ff\\fe\\80\\c0\\a0\\a1\\a2> login <\\ff\\fe>"),
    .auth("imap\nLOGIN\nuser\npass\n", "FAIL unknown-mechanism AUTH <imap> <>"),
    .auth("imap\nlogin \nuser\npass\n", "FAIL unknown-mechanism AUTH <imap> <>"),
    .auth("imap\n\nuser\npass\n", "FAIL unknown-mechanism AUTH <imap> <>"),
    .auth("imap\nplain\nuser\npass\n", "FAIL unknown-mechanism AUTH <imap> <>"),
    .auth("imap\ncram-sha512\nuser\npass\n", "FAIL unknown-mechanism AUTH <imap> <>"),
  ]

  // base64 of: "<c@h>" · "u@d.org 000102030405060708090A0b0c0d0e0f" · the same with 15 bytes · …
  private static let challenge = "PGNAaD4="
  private static let digest = "000102030405060708090A0b0c0d0e0f"

  private static func cram(_ response: String, _ expected: String, by mechanism: String = "cram-md5") -> RequestCase {
    .auth("imap\n\(mechanism)\n\(challenge)\n\(base64(response))\n", expected)
  }

  static let challenges: [RequestCase] = [
    cram("u@d.org \(digest)", "AUTH <imap> <u@d.org> cram-md5 <<c@h>> 000102030405060708090a0b0c0d0e0f"),
    cram(
      "u@d.org \(digest)10111213", "AUTH <imap> <u@d.org> cram-sha1 <<c@h>> 000102030405060708090a0b0c0d0e0f10111213",
      by: "cram-sha1"),
    cram(
      "u@d.org \(digest)\(digest)",
      "AUTH <imap> <u@d.org> cram-sha256 <<c@h>> \(digest.lowercased())\(digest.lowercased())", by: "cram-sha256"),
    cram("a b c \(digest)", "AUTH <imap> <a b c> cram-md5 <<c@h>> \(digest.lowercased())"),
    cram("u@d.org \(digest)00", "FAIL malformed AUTH <imap> <u@d.org>"),
    cram("u@d.org \(digest.dropLast())", "FAIL malformed AUTH <imap> <u@d.org>"),
    cram("u@d.org \(digest.dropLast(2))", "FAIL malformed AUTH <imap> <u@d.org>"),
    cram("u@d.org \(digest.dropLast())g", "FAIL malformed AUTH <imap> <u@d.org>"),
    cram("u@d.org \(digest)10111213", "FAIL malformed AUTH <imap> <u@d.org>"),
    cram("u@d.org \(digest)", "FAIL malformed AUTH <imap> <u@d.org>", by: "cram-sha1"),
    cram("u@d.org \(digest) ", "FAIL malformed AUTH <imap> <u@d.org \(digest)>"),
    cram(" \(digest)", "FAIL empty-credentials AUTH <imap> <>"),
    cram(digest, "FAIL malformed AUTH <imap> <>"),
    cram("u\n@d.org \(digest)", "FAIL malformed AUTH <imap> <u>"),
    cram("u\u{0}@d.org \(digest)", "FAIL malformed AUTH <imap> <u\\00@d.org>"),
    .auth("imap\ncram-md5\n\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\n\(challenge)\n\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\n\(challenge)\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\n\(challenge)", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\n\(challenge)\n\(base64("u \(digest)"))\nx\n", "FAIL malformed AUTH <imap> <>"),
    .auth(
      "imap\ncram-md5\n\(challenge)\n\(base64("u \(digest)"))\n\n\n",
      "AUTH <imap> <u> cram-md5 <<c@h>> \(digest.lowercased())"),
    .auth(
      "imap\ncram-md5\n\(challenge)\n\(base64("u \(digest)"))",
      "AUTH <imap> <u> cram-md5 <<c@h>> \(digest.lowercased())"),
    // Base64 in any other shape: padding missing, stray bits, another alphabet, white space.
    .auth("imap\ncram-md5\nPGNAaD4\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPGNAaD5=\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPG=AaD4=\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPGNA====\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPGN-aD4=\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPGNA aD4=\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
    .auth("imap\ncram-md5\nPGNAaD4=\r\n\(base64("u \(digest)"))\n", "FAIL malformed AUTH <imap> <>"),
  ]

  static let accounts = [
    RequestCase("PRE . imap u@d.org\n", "PRE <.> <imap> <u@d.org>"),
    RequestCase("PRE  .   imap  u@d.org\n", "PRE <.> <imap> <u@d.org>"),
    RequestCase("PRE authpgsql login a b  c \n", "PRE <authpgsql> <login> <a b  c >"),
    RequestCase("PRE . imap a=b\n", "PRE <.> <imap> <a=b>"),
    RequestCase("PRE . imap u@d.org\nPRE . imap v@d.org\n", "PRE <.> <imap> <u@d.org>"),
    RequestCase("PRE . imap u@d.org", "closed truncated"),
    RequestCase("PRE\n", "closed missing-field"),
    RequestCase("PRE \n", "closed missing-field"),
    RequestCase("PRE .\n", "closed missing-field"),
    RequestCase("PRE .  \n", "closed missing-field"),
    RequestCase("PRE . imap\n", "closed missing-field"),
    RequestCase("PRE . imap \n", "FAIL empty-credentials PRE <imap> <>"),
    RequestCase("PRE . imap   \n", "FAIL empty-credentials PRE <imap> <>"),
    RequestCase("PRE . imap user\r\n", "FAIL malformed PRE <imap> <user\\0d>"),
    RequestCase("PRE . imap us\u{0}er\n", "FAIL malformed PRE <imap> <us\\00er>"),
    RequestCase("PRE . imap us\ter\n", "FAIL malformed PRE <imap> <us\\09er>"),
    RequestCase("PRE . imap us\u{7f}er\n", "FAIL malformed PRE <imap> <us\\7fer>"),
    RequestCase("PRE .\u{1} imap user\n", "FAIL malformed PRE <imap> <user>"),
    RequestCase("PRE . im\tap user\n", "FAIL malformed PRE <im\\09ap> <user>"),
  ]

  static let passwordChanges = [
    RequestCase("PASSWD imap\tu@d.org\told\tnew\n", "PASSWD <imap> <u@d.org> <old> <new>"),
    RequestCase("PASSWD   imap\tu@d.org\told\tnew\n", "PASSWD <imap> <u@d.org> <old> <new>"),
    RequestCase("PASSWD imap\tx' OR 'a'='a\t o l d \t n e w \n", "PASSWD <imap> <x' OR 'a'='a> < o l d > < n e w >"),
    RequestCase("PASSWD imap\tu\to\u{7f}ä\tn\u{7f}ä\n", "PASSWD <imap> <u> <o\\7f\\c3\\a4> <n\\7f\\c3\\a4>"),
    RequestCase("PASSWD\n", "FAIL malformed PASSWD <> <>"),
    RequestCase("PASSWD \n", "FAIL malformed PASSWD <> <>"),
    RequestCase("PASSWD imap\n", "FAIL malformed PASSWD <imap> <>"),
    RequestCase("PASSWD imap\tu@d.org\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\tnew\tmore\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\tnew\t\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\tnew\r\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\to\u{0}ld\tnew\n", "FAIL malformed PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@\u{1}d.org\told\tnew\n", "FAIL malformed PASSWD <imap> <u@\\01d.org>"),
    RequestCase("PASSWD imap\tu@\u{7f}d.org\told\tnew\n", "FAIL malformed PASSWD <imap> <u@\\7fd.org>"),
    RequestCase("PASSWD im\rap\tu@d.org\told\tnew\n", "FAIL malformed PASSWD <im\\0dap> <u@d.org>"),
    RequestCase("PASSWD \tu@d.org\told\tnew\n", "FAIL malformed PASSWD <> <u@d.org>"),
    RequestCase("PASSWD imap\t\told\tnew\n", "FAIL empty-credentials PASSWD <imap> <>"),
    RequestCase("PASSWD imap\tu@d.org\t\tnew\n", "FAIL empty-credentials PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\t\n", "FAIL empty-credentials PASSWD <imap> <u@d.org>"),
    RequestCase("PASSWD imap\tu@d.org\told\tnew", "closed truncated"),
  ]

  static let metaLines = [
    RequestCase("TCPREMOTEIP=192.0.2.9\nENUMERATE\n", "ENUMERATE from <192.0.2.9>"),
    RequestCase(
      "TCPREMOTEIP=::ffff:127.0.0.1\nAUTH 22\nimap\nlogin\nu@d.org\npw\n",
      "AUTH <imap> <u@d.org> login <pw> from <::ffff:127.0.0.1>"),
    RequestCase(
      "TCPREMOTEIP=::1\nPRE . imap \n", "FAIL empty-credentials PRE <imap> <> from <::1>"),
    RequestCase("TCPREMOTEIP=2001:DB8::aF\nENUMERATE\n", "ENUMERATE from <2001:DB8::aF>"),
    RequestCase("TCPREMOTEIP=\nENUMERATE\n", "ENUMERATE"),
    RequestCase("TCPREMOTEIP=1234\nENUMERATE\n", "ENUMERATE"),
    RequestCase("TCPREMOTEIP=host.example\nENUMERATE\n", "ENUMERATE"),
    RequestCase("TCPREMOTEIP=1.2.3.4\r\nENUMERATE\n", "ENUMERATE"),
    RequestCase("TCPREMOTEIP=1.2.3.4 5\nENUMERATE\n", "ENUMERATE"),
    RequestCase("tcpremoteip=1.2.3.4\nENUMERATE\n", "ENUMERATE"),
    RequestCase("TCPREMOTEIP=1.2.3.4\nTCPREMOTEIP=5.6.7.8\nENUMERATE\n", "ENUMERATE from <5.6.7.8>"),
    RequestCase("A=1\nTCPREMOTEIP=1.2.3.4\nB=x y=z\n=\n=2\nPRE=3\nENUMERATE\n", "ENUMERATE from <1.2.3.4>"),
    RequestCase("TCPREMOTEIP=1.2.3.4\n", "closed truncated"),
    RequestCase("TCPREMOTEIP=1.2.3.4\nHELLO\n", "closed unknown-command"),
  ]
}

/// Base64 by the shortest code that is not the module's own.
private func base64(_ text: String) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  let bits = text.utf8.map {
    String(repeating: "0", count: $0.leadingZeroBitCount) + ($0 == 0 ? "" : String($0, radix: 2))
  }
  let all = Array(bits.joined())
  let digits = stride(from: 0, to: all.count, by: 6).map { start in
    let group = String(all[start..<min(start + 6, all.count)])
    return alphabet[Int(group + String(repeating: "0", count: 6 - group.count), radix: 2) ?? 0]
  }
  return String(digits) + String(repeating: "=", count: (4 - digits.count % 4) % 4)
}
