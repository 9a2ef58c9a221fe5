import Testing

@testable import LoadGenerator

@Suite struct ListCheckTests {
  private static let whole = "# sql\na\t1\t2\t/a\tm\t\nb\t1\t2\t/b\t\t\n\n.\n"

  /// In pieces of every size.
  private func verdict(_ text: String, expecting: Int? = nil) -> LoadReport.Verdict? {
    let bytes = Array(text.utf8)
    var verdicts: Set<LoadReport.Verdict> = []
    for size in 1...max(1, bytes.count) {
      var check = ListCheck()
      for start in stride(from: 0, to: bytes.count, by: size) {
        bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { check.feed($0) }
      }
      verdicts.insert(check.verdict(expecting: expecting))
    }
    return verdicts.count == 1 ? verdicts.first : nil
  }

  @Test func aWholeListIsRight() {
    #expect(verdict(Self.whole) == .right)
    #expect(verdict(Self.whole, expecting: 2) == .right)
    #expect(verdict(Self.whole, expecting: 3) == .foreign)
    #expect(verdict(".\n") == .right)
  }

  @Test(arguments: [
    ("", LoadReport.Verdict.silent), ("FAIL\n", .refused), ("# sql\n", .truncated), ("a\t1\t2\t/a\tm\t\n", .truncated),
    ("a\t1\t2\t/a\tm\t\n.", .truncated), ("a\t1\t2\t/a\tm\n.\n", .garbled), (".\n.\n", .garbled), (".\nx", .truncated),
    ("FAIL\n.\n", .garbled),
  ])
  func anyOtherIsNot(_ text: String, _ expected: LoadReport.Verdict) {
    #expect(verdict(text) == expected)
  }
}
