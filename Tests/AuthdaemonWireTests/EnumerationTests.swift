import AuthdaemonWire
import Testing

@Suite struct EnumerationTests {
  private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func line(
    _ name: String, home: String = "/h", maildir: String = "", options: String = "", to bytes: inout [UInt8]
  ) -> ReplyFault? {
    var encoder = EnumerationEncoder()
    return encoder.append(
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

  @Test func eachLineHasItsNumbers() {
    var encoder = EnumerationEncoder()
    var output: [UInt8] = []
    for (uid, gid) in [(0, 0), (5000, 0), (5000, 5000), (5000, 5000), (.max, 5000), (0, 1)] as [(UInt32, UInt32)] {
      let fault = encoder.append(
        name: bytes("u"), uid: uid, gid: gid, home: bytes("/"), maildir: [], options: [], to: &output)
      #expect(fault == nil)
    }
    let numbers = String(decoding: output, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t")[1...2]
    }
    #expect(
      numbers.map { $0.joined(separator: " ") } == [
        "0 0", "5000 0", "5000 5000", "5000 5000", "4294967295 5000", "0 1",
      ])
  }

  /// A caller that gives too little room gets no piece of a line.
  @Test func writesNotBeyondItsRoom() {
    var encoder = EnumerationEncoder()
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 1)
    defer { room.deallocate() }
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    bytes("name").withUnsafeBytes { name in
      let size = "name\t1\t2\tname\t\t\n".utf8.count
      for count in 0...32 {
        room.initializeMemory(as: UInt8.self, repeating: 0xAA)
        let written = encoder.write(
          name: name, uid: 1, gid: 2, home: name, maildir: none, options: none,
          to: UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
        #expect(written == (count < size ? .failure(.tooLong) : .success(size)))
        #expect(room[count...].allSatisfy { $0 == 0xAA })
      }
    }
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
