import Testing

@testable import PostgreSQLDirectory

@Suite struct CopyRowTests {
  /// The values of a row, NULL as `nil`; nil for what is no row.
  private func values(_ row: [UInt8], columns: Int) -> [String?]? {
    var copy = CopyRow(columns: columns)
    var row = row
    return row.withUnsafeMutableBytes { room in
      copy.take(room) ? (0..<columns).map { copy[$0].map { String(decoding: $0, as: UTF8.self) } } : nil
    }
  }

  @Test(arguments: [
    ("a\tb\tc\n", ["a", "b", "c"]),
    ("\t\t\n", ["", "", ""]),
    ("\\N\t\\N\t\\N\n", [nil, nil, nil]),
    ("\\\\N\tN\t\\\\\n", ["\\N", "N", "\\"]),
    ("\\b\\t\\n\\v\\f\\r\\\\\tx\\\\\\\\y\t\\N\n", ["\u{08}\t\n\u{0B}\u{0C}\r\\", "x\\\\y", nil]),
    ("ü\\\\\té\t\u{7F}\u{01}\n", ["ü\\", "é", "\u{7F}\u{01}"]),
  ])
  func rowsAreRead(_ row: String, _ expected: [String?]) {
    #expect(values(Array(row.utf8), columns: 3) == expected)
  }

  @Test(arguments: [
    "", "\n", "a\tb\tc", "a\tb\n", "a\tb\tc\td\n", "a\tb\tc\t\n", "a\\\tb\tc\n", "a\tb\tc\\\n", "a\\x\tb\tc\n",
    "a\\N\tb\tc\n",
    "\\Na\tb\tc\n", "\\.\tb\tc\n", "\\101\tb\tc\n",
  ])
  func anythingElseIsNoRow(_ row: String) {
    #expect(values(Array(row.utf8), columns: 3) == nil)
  }

  @Test func ofARowCutShortNothingIsTaken() {
    let row = Array("a\\\\\t\\N\tc\\t\n".utf8)
    for count in 0..<row.count { #expect(values(Array(row[..<count]), columns: 3) == nil, "\(count)") }
  }

  @Test func oneRowLeavesNothingToTheNext() {
    var copy = CopyRow(columns: 2)
    for (row, expected) in [("\\N\tlonger\n", [nil, "longer"]), ("a\t\n", ["a", ""]), ("\tb\n", ["", "b"])] {
      var bytes = Array(row.utf8)
      bytes.withUnsafeMutableBytes { room in
        let isRow = copy.take(room)
        #expect(isRow)
        #expect((0..<2).map { copy[$0].map { String(decoding: $0, as: UTF8.self) } } == expected)
      }
    }
  }
}
