import Testing

@testable import Configuration

@Suite struct LineIndexTests {
  static let text = #"""
    # comment [not.a.table]
    top = 1

    [plain]
    a = "x # no comment" # comment
    b = [
      "1", # [[no]]
      [2],
    ]
    c.d = { e = 1 }
    "quo ted" = '''
    [no]
    fake = 1
    '''
    f = """
    x \""" y
    g = 2"""
    [[many]]
    a = 1
    [many.inner]
    b = 2
    [[many]]
    a = 1
    [many.inner]
    b = 2
    [[many.deep]]
    [[many.deep]]
    z = 1
    """#

  @Test(arguments: [
    ("top", 2), ("plain", 4), ("plain.a", 5), ("plain.b", 6), ("plain.b[2]", 6), ("plain.c", 10), ("plain.c.d", 10),
    ("plain.c.d.e", 10), ("plain.\"quo ted\"", 11), ("plain.f", 15), ("plain.missing", 4), ("many", 18),
    ("many[1]", 18),
    ("many[1].a", 19), ("many[1].inner.b", 21), ("many[2]", 22), ("many[2].a", 23), ("many[2].inner", 24),
    ("many[2].inner.b", 25), ("many[2].deep[1]", 26), ("many[2].deep[2].z", 28), ("many[2].missing", 22),
  ])
  func findsTheLine(_ label: String, _ line: Int) {
    #expect(LineIndex(Self.text).line(of: label) == line)
  }

  @Test func doesNotSeeWhatIsInsideAValue() {
    let index = LineIndex(Self.text)
    #expect(index.line(of: "fake") == nil)
    #expect(index.line(of: "no") == nil)
    #expect(index.line(of: "g") == nil)
    #expect(index.statements.count == 18)
  }

  @Test func windowsLineEndsCountOnce() {
    #expect(LineIndex("a = 1\r\n[b]\r\nc = 2\r\n").line(of: "b.c") == 3)
  }

  @Test func aForgottenBracketEndsWhereTheNextStatementBegins() {
    let index = LineIndex("a = [1,\nb = 2\nc = [\n[[d]]\ne = 1\n")
    #expect(index.statements.map(\.label) == ["a", "b", "c", "d[1]", "d[1].e"])
    #expect(index.statements.map { $0.scanned.damage == .bracket } == [true, false, true, false, false])
  }
}
