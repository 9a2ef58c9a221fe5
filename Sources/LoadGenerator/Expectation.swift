/// What the reply to one request must say. The bytes belong to the users file.
struct Expectation {
  /// The value of the reply's ADDRESS line.
  let address: UnsafeRawBufferPointer
  /// Further lines that the reply must have, between TABs.
  let lines: UnsafeRawBufferPointer
  /// The server must refuse.
  let isRefusal: Bool

  init(_ entry: UsersFile.Entry, _ text: UnsafeRawBufferPointer, mode: LoadPlan.Mode) {
    let user = text.part(entry.user, entry.password - 1)
    guard entry.expected < entry.end else {
      (address, lines, isRefusal) = (user, UnsafeRawBufferPointer(start: nil, count: 0), false)
      return
    }
    let expectedEnd = text.position(of: UInt8(ascii: "\t"), entry.expected, entry.end) ?? entry.end
    let expected = text.part(entry.expected, expectedEnd)
    // Without a password there is nothing to refuse but an unknown user; a line whose password is wrong is no such thing.
    isRefusal = expected.spells("FAIL") && mode == .login
    address = expected.isEmpty || expected.spells("FAIL") ? user : expected
    lines =
      expectedEnd < entry.end ? text.part(expectedEnd + 1, entry.end) : UnsafeRawBufferPointer(start: nil, count: 0)
  }

  /// What a reply, read to the end of the connection, is worth.
  func verdict(on reply: UnsafeRawBufferPointer) -> LoadReport.Verdict {
    if reply.isEmpty { return .silent }
    if reply.spells("FAIL\n") { return isRefusal ? .right : .refused }
    let lineFeed = UInt8(ascii: "\n")
    var start = 0
    var hasAddress = false
    while let end = reply.position(of: lineFeed, start, reply.count) {
      let line = reply.part(start, end)
      start = end + 1
      if line.spells(".") {
        if start < reply.count { return .garbled }
        if isRefusal { return .accepted }
        return hasAddress && hasLines(reply) ? .right : .foreign
      }
      if line.starts(with: "ADDRESS=") {
        guard line.part(8, line.count).equals(address) else { return .foreign }
        hasAddress = true
      } else if line.position(of: UInt8(ascii: "="), 1, line.count) == nil {
        return .garbled
      }
    }
    return .truncated
  }

  private func hasLines(_ reply: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while start < lines.count {
      let end = lines.position(of: UInt8(ascii: "\t"), start, lines.count) ?? lines.count
      if end > start, !Self.holds(reply, lines.part(start, end)) { return false }
      start = end + 1
    }
    return true
  }

  private static func holds(_ reply: UnsafeRawBufferPointer, _ wanted: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while let end = reply.position(of: UInt8(ascii: "\n"), start, reply.count) {
      if reply.part(start, end).equals(wanted) { return true }
      start = end + 1
    }
    return false
  }
}
