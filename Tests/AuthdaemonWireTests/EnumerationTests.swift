import AuthdaemonWire
import Testing

@Suite struct EnumerationTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func line(
    _ name: String, home: String = "/h", maildir: String = "", options: String = "", to bytes: inout [UInt8]
  ) -> ReplyFault? {
    EnumerationEncoder.append(
      name: Array(name.utf8), uid: 0, gid: .max, home: Array(home.utf8), maildir: Array(maildir.utf8),
      options: Array(options.utf8), to: &bytes)
  }

  private var listing: [UInt8] {
    var listing = EnumerationEncoder.heading(bytes("main"))
    _ = line("a@d.org", home: "/srv/mail", maildir: "d.org/a/", options: "disableimap=1", to: &listing)
    _ = line("b c", to: &listing)
    listing += EnumerationEncoder.heading(bytes("second"))
    return listing + EnumerationEncoder.end
  }

  @Test func encodes() {
    #expect(
      String(decoding: listing, as: UTF8.self)
        == "# main\n\na@d.org\t0\t4294967295\t/srv/mail\td.org/a/\tdisableimap=1\nb c\t0\t4294967295\t/h\t\t\n# second\n\n.\n"
    )
  }

  @Test func headingCannotForgeALine() {
    #expect(EnumerationEncoder.heading(bytes("a\nb\u{0}c\u{7f}")) == bytes("# a?b?c?\n\n"))
  }

  @Test(arguments: ["\t", "\n", "\u{0}", "#", "a#b", "long enough to be looked at many bytes at a time\n", "x\ty"])
  func unsafeValues(_ value: String) {
    var output = bytes("kept\n")
    #expect(line(value, to: &output) == .unsafeValue(field: "username"))
    #expect(line("u", home: value, to: &output) == .unsafeValue(field: "home"))
    #expect(line("u", maildir: value, to: &output) == .unsafeValue(field: "maildir"))
    #expect(line("u", options: value, to: &output) == .unsafeValue(field: "options"))
    #expect(output == bytes("kept\n"))
  }

  @Test func emptyNameIsUnsafe() {
    var output: [UInt8] = []
    #expect(line("", to: &output) == .unsafeValue(field: "username"))
  }

  @Test func decodesAtEverySplit() {
    let expected: [EnumerationEntry] = [
      .heading(bytes("main")),
      .account(
        .init(
          name: bytes("a@d.org"), uid: 0, gid: .max, home: bytes("/srv/mail"), maildir: bytes("d.org/a/"),
          options: bytes("disableimap=1"))),
      .account(.init(name: bytes("b c"), uid: 0, gid: .max, home: bytes("/h"))), .heading(bytes("second")), .end,
    ]
    for position in 0...listing.count {
      var decoder = EnumerationDecoder()
      #expect(decoder.isEmpty)
      let first = listing[..<position].withUnsafeBytes { decoder.feed($0) }
      #expect(decoder.isComplete == (position == listing.count))
      let second = listing[position...].withUnsafeBytes { decoder.feed($0) }
      #expect(first + second == expected)
      #expect(decoder.isComplete && !decoder.isEmpty)
    }
    var dripped = EnumerationDecoder()
    var entries: [EnumerationEntry] = []
    for index in listing.indices { entries += listing[index...index].withUnsafeBytes { dripped.feed($0) } }
    #expect(entries == expected)
  }

  @Test func cutShortIsNotComplete() {
    for count in 0..<listing.count {
      var decoder = EnumerationDecoder()
      _ = listing[..<count].withUnsafeBytes { decoder.feed($0) }
      #expect(!decoder.isComplete, "after \(count) bytes")
    }
  }

  @Test(arguments: [
    "u\t1\t1\t/\t\n", "u\t1\t1\t/\t\t\t\n", "u\t-1\t1\t/\t\t\n", "u\t\t1\t/\t\t\n", "u\t4294967296\t1\t/\t\t\n",
    "u\t1\t42949672950\t/\t\t\n", "\t1\t1\t/\t\t\n", "u\n", "OK\n", "u\tx\t1\t/\t\t\n",
  ]) func oddLinesAreNamed(_ line: String) {
    var decoder = EnumerationDecoder()
    let entries = bytes(line).withUnsafeBytes { decoder.feed($0) }
    guard entries.count == 1, case .garbled = entries[0] else {
      Issue.record("\(entries)")
      return
    }
  }

  @Test func whatFollowsTheEndIsSeen() {
    var decoder = EnumerationDecoder()
    let entries = bytes(".\nu\t1\t1\t/\t\t\n").withUnsafeBytes { decoder.feed($0) }
    #expect(entries.first == .end && entries.count == 2 && !decoder.isComplete)
    guard case .garbled = entries[1] else {
      Issue.record("\(entries)")
      return
    }
  }

  @Test(arguments: [".\n\n", ".\n.\n", ".\nu", ".\n."]) func nothingMayFollowTheEnd(_ text: String) {
    var decoder = EnumerationDecoder()
    _ = bytes(text).withUnsafeBytes { decoder.feed($0) }
    #expect(!decoder.isComplete)
    var dripped = EnumerationDecoder()
    for byte in bytes(text) { _ = [byte].withUnsafeBytes { dripped.feed($0) } }
    #expect(!dripped.isComplete)
  }

  @Test func refusalIsSeen() {
    var decoder = EnumerationDecoder()
    #expect(Reply.fail.withUnsafeBytes { decoder.feed($0) } == [.refused])
    #expect(!decoder.isComplete)
  }
}
