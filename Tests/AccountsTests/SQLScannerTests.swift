import Testing

@testable import Accounts

/// The scanner on what no query is.
@Suite struct SQLScannerTests {

  /// Every text of up to two of these bytes, and 5,000 longer ones: an answer, and one that stays within the text.
  @Test func anyBytesGiveAnAnswer() {
    let alphabet = Array("'\"`[]$a1:=;-/*\\\n#?@e(é\0 ".utf8)
    let all = SQLDialect.allCases.map(\.lexis)
    func check(_ bytes: [UInt8]) {
      for lexis in all {
        let scan = SQLScanner(bytes, lexis: lexis)
        var end = 0
        for occurrence in scan.placeholders {
          #expect(occurrence.range.lowerBound >= end && occurrence.range.upperBound <= bytes.count)
          #expect(bytes[occurrence.range].first == UInt8(ascii: ":"))
          #expect(Array(bytes[occurrence.range].dropFirst()) == occurrence.name)
          end = occurrence.range.upperBound
        }
        for (offset, _) in scan.troubles { #expect(offset >= 0 && offset <= bytes.count) }
      }
    }
    var text: [UInt8] = []
    func extend(_ depth: Int) {
      check(text)
      guard depth > 0 else { return }
      for byte in alphabet {
        text.append(byte)
        extend(depth - 1)
        text.removeLast()
      }
    }
    extend(2)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    for _ in 0..<5000 {
      check((0..<random(24)).map { _ in random(8) == 0 ? UInt8(random(256)) : alphabet[random(alphabet.count)] })
    }
  }
}
