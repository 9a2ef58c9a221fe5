import Configuration
import Testing

@Suite struct HostileInputTests {
  /// Reads and looks at every mistake; the test is that this comes back.
  static func survive(_ text: String) {
    for mistake in Fixture.mistakes(text) {
      #expect(!mistake.text.isEmpty)
      #expect(!mistake.text.utf8.contains { $0 < 0x20 })
      #expect(!mistake.key.utf8.contains { $0 < 0x20 })
    }
  }

  @Test func eachLineMayBeMissing() throws {
    for text in [ExampleTests.contract, ShippedFileTests.switchedOn(try ShippedFileTests.text())] {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      for index in lines.indices where !lines[index].hasPrefix("#") {
        var fewer = lines
        fewer.remove(at: index)
        Self.survive(fewer.joined(separator: "\n"))
      }
    }
  }

  @Test func eachLineMayBeGarbled() throws {
    var random = Lottery(seed: 1)
    let garbage = ["\"", "'", "[", "]", "=", "\"\"\"", "#", "\\", "{", "\u{1}", ".", "é", ",", "-1", "\r"]
    let shipped = ShippedFileTests.switchedOn(try ShippedFileTests.text())
    for (text, tries) in [(ExampleTests.contract, 5), (shipped, 1)] {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
      for index in lines.indices where lines[index].first != "#" {
        for _ in 0..<tries {
          let piece = garbage[Int(random.next() % UInt64(garbage.count))]
          var garbled = lines
          let place = Int(random.next() % UInt64(garbled[index].count + 1))
          garbled[index].insert(contentsOf: piece, at: place)
          Self.survive(garbled.map { String($0) }.joined(separator: "\n"))
        }
        var doubled = lines
        doubled.insert(lines[index], at: index)
        Self.survive(doubled.map { String($0) }.joined(separator: "\n"))
      }
    }
  }

  @Test func aTextMayEndAnywhere() {
    let scalars = Array(ExampleTests.contract.unicodeScalars)
    for end in stride(from: 0, to: scalars.count, by: 7) {
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars[..<end])
      Self.survive(text)
    }
  }

  @Test func randomText() {
    let alphabet = Array("[]{}=\"'.,#\\\n\r\t ab10-_:é\u{0}\u{1F600}\u{A0}\u{2028}\u{B}".unicodeScalars)
    var random = Lottery(seed: 2)
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<Int(random.next() % 60) {
        text.unicodeScalars.append(alphabet[Int(random.next() % UInt64(alphabet.count))])
      }
      Self.survive(text)
    }
  }

  @Test func valuesOfEveryType() {
    let values = [
      "1", "-9223372036854775808", "1.5", "nan", "true", "\"x\"", "'y'", "[]", "[1, \"a\", {}]", "{}", "{ a = 1 }",
      "[[[]]]",
      "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "\"\"\"\nx\"\"\"",
    ]
    for key in ConfigurationKeys.all.union(["listen", "directory", "peer", "limits", "queries"]) {
      for value in values {
        Self.survive("\(key) = \(value)")
        for table in ["[[listen]]", "[[directory]]", "[[directory]]\n[directory.queries]", "[[peer]]", "[limits]"] {
          Self.survive("\(table)\n\(key) = \(value)")
        }
      }
    }
  }

  /// Texts on which the parser beneath aborts or reads behind the end.
  @Test(arguments: [
    "[=", "[.", "[[a]", "[", "[[", "[[a", "[a", "[ \u{A0}a]", "[\ra]", "a = [}", "a = {]", "a = [ \u{2028}1]",
    "a = [\u{B}",
    "a = \u{85}", "a = [1\u{A0}]", "[a] [", "[\"a", "['''a''']", "a = [\n  }\n]",
  ])
  func whatTheParserCannotBear(_ text: String) {
    #expect(!Fixture.mistakes(text).isEmpty)
    Self.survive(text + "\n" + Fixture.directory)
  }

  @Test(arguments: [
    String(repeating: "[", count: 100_000), "a = " + String(repeating: "[", count: 100_000),
    "a" + String(repeating: ".a", count: 100_000) + " = 1", "[" + String(repeating: "a.", count: 100_000) + "a]",
    String(repeating: "[[listen]]\n", count: 1000), String(repeating: "a = \n", count: 1000),
    "\"" + String(repeating: "k", count: 100_000) + "\" = 1", String(repeating: "{ a = ", count: 1000),
    "default-domain = \"" + String(repeating: "\u{301}", count: 10_000) + "\"",
  ])
  func largeAndDeep(_ text: String) {
    let mistakes = Fixture.mistakes(text)
    #expect(!mistakes.isEmpty)
    for mistake in mistakes { #expect(mistake.text.utf8.count < 1000) }
  }
}

/// Random numbers that are the same each time (SplitMix64).
struct Lottery: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
