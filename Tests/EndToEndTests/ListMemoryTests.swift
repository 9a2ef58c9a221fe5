internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// A list of many accounts takes the daemon no more memory than one of few: rows go out as they come in.
@Suite(.waiting) struct ListMemoryTests {
  /// 100,000 accounts of 250 bytes each, from a table of ten digits, in SQL that all databases read.
  private static let digits =
    "CREATE TABLE d (n int); INSERT INTO d VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);"
  private static let accounts = 100_000
  private static let query = """
    SELECT REPLACE('user%', '%', CAST(a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n AS char(9))) AS username,
      5000 AS uid, 5000 AS gid, '/home' AS home, '\(String(repeating: "m", count: 220))' AS maildir
    FROM d a, d b, d c, d e, d f
    """

  @Test(arguments: BackEndKind.allCases)
  func manyAccountsTakeNoMoreThanFew(_ kind: BackEndKind) throws {
    try AccountsDatabase.during(kind, Self.digits) { database in
      let daemon = try GatepostDaemon { socket in
        """
        [[listen]]
        socket = "\(socket)"
        mode = "0600"
        [[directory]]
        name = "accounts"
        \(database.directoryLines)
        [directory.queries]
        account = "SELECT * FROM (\(Self.query.replacing("\n", with: " "))) people WHERE username = :username"
        enumerate = \"\"\"\(Self.query)\"\"\"
        """
      }
      let pid = try #require(daemon.pid)
      let connection = try SocketConnection(unixPath: daemon.socketPath)
      connection.send("ENUMERATE\n".utf8)
      var (lines, bytes, last) = (0, 0, [UInt8]())
      // In KiB: when the first megabyte has come, and the most after it.
      var (early, most) = (0, 0)
      reading: while true {
        switch connection.receive(until: Date(timeIntervalSinceNow: 30)) {
        case .bytes(let more):
          lines += more.count { $0 == UInt8(ascii: "\n") }
          let megabyte = bytes >> 20
          bytes += more.count
          last = (last + more).suffix(3)
          guard bytes >> 20 != megabyte else { continue }
          let now = ProcessFacts(pid: pid).anonymousKiB
          if early == 0 { early = now }
          most = max(most, now)
        case .end(let end):
          #expect(end == .endOfFile)
          break reading
        }
      }
      // The directory's name, an empty line, the accounts, the end.
      #expect(lines == 2 + Self.accounts + 1)
      #expect(last == Array("\n.\n".utf8))
      #expect(early > 0 && most - early < 4 << 10, "\(early) KiB when it began, \(most) KiB at the most")
    }
  }
}
