internal import Foundation
internal import TestSupport

/// The requests of the comparison: every account with right, wrong and odd passwords, then what no well-behaved client sends.
enum ComparisonCases {
  /// The accounts of `odd-accounts.sql`, without their domain.
  static let odd = [
    "md5", "md5raw", "sha", "sha512", "lowercase", "bare-sha256crypt", "des", "differs", "unknown-scheme",
    "plain-in-hash",
    "locked", "star", "bad-base64", "comma", "no-name", "no-maildir", "options", "quote\"\\back", "with space",
    "hash#mark",
    "Mixed", "tab-name", "line-feed-name", "line-feed-home", "line-feed-options", "uid-negative", "uid-word",
    "uid-huge",
    "uid-null", "uid-empty", "home-null", "home-empty", "long-options",
  ]
  /// More of `accounts.sql` than a mail user can use.
  static let others = [
    "noimap@example.org", "nopop@example.org", "shared@example.org", "quota@example.org", "utf8name@example.org",
    "inactive@example.org", "nopw@example.org", "nobody@example.org", "nobody@nowhere.example", "nobody",
  ]

  static func all(module: String) throws -> [ComparisonCase] {
    var cases: [ComparisonCase] = []
    for user in MailAccounts.plain + others { cases += requests(user, MailAccounts.password(user), module: module) }
    for name in odd { cases += requests("\(name)@odd.example", "odd-secret", module: module) }
    return try cases + names + challenges() + oddInput + passwordChanges
  }

  private static func login(_ user: String, _ password: String) -> String {
    AuthdaemonClient.authentication(service: "imap", user, password)
  }

  private static func requests(_ user: String, _ password: String, module: String) -> [ComparisonCase] {
    let passwords = [
      ("right", password), ("longer", password + "x"), ("shorter", String(password.dropLast())), ("empty", ""),
      ("capital", password.uppercased()), ("trailing space", password + " "), ("leading space", " " + password),
      ("NUL and more", password + "\0junk"), ("stored", "clear-odd"),
    ]
    return passwords.map { ComparisonCase("\(user)/\($0.0)", login(user, $0.1)) } + [
      ComparisonCase("\(user)/PRE", "PRE . imap \(user)\n"),
      ComparisonCase("\(user)/PRE by module", "PRE \(module) smtp \(user)\n"),
      ComparisonCase("\(user)/PRE by another module", "PRE authnone imap \(user)\n"),
      ComparisonCase("\(user)/PRE, service courier", "PRE . courier \(user)\n"),
    ]
  }

  /// User names; each with the password of an account that it must not reach by accident.
  private static let names: [ComparisonCase] = [
    "sha256", "sha256@", "@example.org", "@", "sha256@EXAMPLE.ORG", "SHA256@example.org", "mixed@odd.example",
    "sha256@example.org ", " sha256@example.org", "sha256@@example.org", "sha256@example.org@example.net", "%",
    "_ha256@example.org",
    "*", "sha25?@example.org", "'", "''", "\\", "\\'", "x' OR '1'='1", "sha256@example.org' --", "sha256@example.org;",
    "$(local_part)@example.org", "$(local_part)", "$(domain)", ":username", "$1", "?", "sha256\t@example.org",
    "sha256@example.org\t", "\u{7f}sha256@example.org", "\u{1}sha256@example.org", "sha256\0@example.org",
    "sha256@example.org\0x",
    "sha256@example.org\r", "sha256=x@example.org", "A=B", "日本@example.org", "sha256@example.örg",
    String(repeating: "a", count: 255) + "@example.org", String(repeating: "a", count: 4_000),
  ].flatMap {
    [
      ComparisonCase("name \($0.debugDescription)", login($0, "sha256-secret")),
      ComparisonCase("PRE name \($0.debugDescription)", "PRE . imap \($0)\n"),
    ]
  }

  private static func challenges() throws -> [ComparisonCase] {
    let challenge = Data("<1.2@host>".utf8).base64EncodedString()
    var cases: [ComparisonCase] = []
    for digest in CRAMDigest.allCases {
      for (user, keys) in [
        ("clear@example.org", ["clear-secret", "wrong", ""]), ("both@example.org", ["both-secret", "wrong", ""]),
        ("differs@odd.example", ["clear-odd", "odd-secret", ""]), ("sha256@example.org", ["sha256-secret", ""]),
        ("nopw@example.org", ["nopw-secret", ""]), ("nobody@example.org", ["x", ""]),
        ("inactive@example.org", ["inactive-secret", ""]),
      ] {
        for key in keys {
          let response = try digest.response(challenge: challenge, user: user, password: key)
          cases.append(
            ComparisonCase(
              "\(digest.authType) \(user) with \(key.isEmpty ? "no" : key) key",
              AuthdaemonClient.authentication(service: "imap", type: digest.authType, challenge, response)))
        }
      }
    }
    let response = try CRAMDigest.md5.response(
      challenge: challenge, user: "clear@example.org", password: "clear-secret")
    for (label, type, first, second) in [
      ("of another digest", "cram-sha1", challenge, response),
      ("without a digest", "cram-md5", challenge, "Y2xlYXJAZXhhbXBsZS5vcmc="),
      ("that is no base64", "cram-md5", challenge, "????"), ("to no challenge", "cram-md5", "", response),
      ("that is empty", "cram-md5", challenge, ""), ("of an unknown type", "cram-sha512", challenge, response),
      ("in capitals", "CRAM-MD5", challenge, response),
    ] {
      cases.append(
        ComparisonCase("response \(label)", AuthdaemonClient.authentication(service: "imap", type: type, first, second))
      )
    }
    return cases
  }

  private static let oddInput: [ComparisonCase] = {
    let good = "imap\nlogin\nsha256@example.org\nsha256-secret\n"
    let length = good.utf8.count
    let padding = String(repeating: "p", count: 8_300)
    func payload(_ text: String) -> String { "AUTH \(text.utf8.count)\n\(text)" }
    return [
      ComparisonCase("AUTH -1", "AUTH -1\n\(good)"), ComparisonCase("AUTH abc", "AUTH abc\n\(good)"),
      ComparisonCase("AUTH 0", "AUTH 0\n"), ComparisonCase("AUTH without a length", "AUTH\n"),
      ComparisonCase("AUTH with a huge length", "AUTH 99999999999\n\(good)"),
      ComparisonCase("AUTH with a length that wraps", "AUTH \(4_294_967_296 + length)\n\(good)"),
      ComparisonCase(
        "AUTH 8192", "AUTH 8192\n" + "imap\nlogin\nsha256@example.org\n" + padding.prefix(8_192 - 30) + "\n"),
      ComparisonCase("AUTH 8191", payload("imap\nlogin\nsha256@example.org\n" + padding.prefix(8_191 - 31) + "\n")),
      ComparisonCase("several spaces in AUTH", "AUTH   \(length)\n\(good)"),
      ComparisonCase("a shorter length than the payload", "AUTH 9\n\(good)"),
      ComparisonCase("two requests", payload(good) + payload(good)),
      ComparisonCase("bytes behind the payload", payload(good) + "\n\nX"),
      ComparisonCase("line feeds behind the password", payload(good + "\n\n\n\n")),
      ComparisonCase("no line feed behind the password", payload(String(good.dropLast()))),
      ComparisonCase("a line behind the password", payload(good + "more\n")),
      ComparisonCase("an empty user shifts the fields", payload("imap\nlogin\n\nsha256@example.org\nsha256-secret\n")),
      ComparisonCase("a line feed before the password", payload("imap\nlogin\nsha256@example.org\n\nsha256-secret\n")),
      ComparisonCase("a line feed in the user", payload("imap\nlogin\nsha256@example.org\nsha256-secret\nanything\n")),
      ComparisonCase("no password line", payload("imap\nlogin\nsha256@example.org\n")),
      ComparisonCase("no user line", payload("imap\nlogin\n")), ComparisonCase("no type line", payload("imap\n")),
      ComparisonCase("an empty service", payload("\nlogin\nsha256@example.org\nsha256-secret\n")),
      ComparisonCase("an unknown type", payload("imap\nplain\nsha256@example.org\nsha256-secret\n")),
      ComparisonCase("type in capitals", payload("imap\nLOGIN\nsha256@example.org\nsha256-secret\n")),
      ComparisonCase("CR at the line ends", payload(good.replacingOccurrences(of: "\n", with: "\r\n"))),
      ComparisonCase(
        "a user that is no UTF-8",
        bytes: Array("AUTH 35\nimap\nlogin\n".utf8) + [0xff, 0xfe] + Array("@example.org\nsecret-xx\n".utf8)),
      ComparisonCase("an empty line", "\n"), ComparisonCase("an unknown verb", "HELLO\n"),
      ComparisonCase("a verb in lower case", "pre . imap sha256@example.org\n"),
      ComparisonCase("PRE without a user", "PRE . imap\n"), ComparisonCase("PRE with an empty user", "PRE . imap \n"),
      ComparisonCase("PRE alone", "PRE\n"), ComparisonCase("PRE with CR", "PRE . imap sha256@example.org\r\n"),
      ComparisonCase("several spaces in PRE", "PRE  .  imap  sha256@example.org\n"),
      ComparisonCase("a meta line", "TCPREMOTEIP=192.0.2.1\nPRE . imap sha256@example.org\n"),
      ComparisonCase("an unknown meta line", "NOSUCH=x y\nPRE . imap sha256@example.org\n"),
      ComparisonCase("several meta lines", "TCPREMOTEIP=::1\nTCPREMOTEIP=::2\nA=\nPRE . imap sha256@example.org\n"),
      ComparisonCase(
        "a meta line that is too long for an address",
        "TCPREMOTEIP=\(padding.prefix(300))\nPRE . imap sha256@example.org\n"),
      ComparisonCase("= behind the first space", "PRE . imap a=b\n"),
    ]
  }()

  /// The last ones: from here on the two databases are not the same any more.
  private static let passwordChanges: [ComparisonCase] = [
    ComparisonCase("change with a wrong old password", "PASSWD imap\tchpw@example.org\twrong\thacked\n"),
    ComparisonCase("change for nobody", "PASSWD imap\tnobody@example.org\tx\ty\n"),
    ComparisonCase("change for an inactive account", "PASSWD imap\tinactive@example.org\tinactive-secret\ty\n"),
    ComparisonCase("change with a control byte", "PASSWD imap\tchpw@example.org\tchpw-secret\tne\u{1}w\n"),
    ComparisonCase("change with too few fields", "PASSWD imap\tchpw@example.org\tchpw-secret\n"),
    ComparisonCase("change with no fields", "PASSWD\n"),
    ComparisonCase("nothing has changed", login("chpw@example.org", "chpw-secret")),
    ComparisonCase("change", "PASSWD imap\tchpw@example.org\tchpw-secret\tnew-secret\n"),
    ComparisonCase("the new password", login("chpw@example.org", "new-secret"), ignoresHash: true),
    ComparisonCase("the old password", login("chpw@example.org", "chpw-secret")),
    ComparisonCase("change without a domain", "PASSWD imap\tsha256\tsha256-secret\tnew-secret\n"),
    ComparisonCase("the new password of that", login("sha256@example.org", "new-secret"), ignoresHash: true),
    ComparisonCase("change for a name with a quote", "PASSWD imap\to'brien@example.org\tobrien-secret\tnew-secret\n"),
    ComparisonCase("change by injection", "PASSWD imap\tx' OR username='clear@example.org\tx\thacked\n"),
    ComparisonCase("nobody was hacked", login("clear@example.org", "hacked")),
  ]
}
