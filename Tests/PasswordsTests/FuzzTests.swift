import Passwords
import Secrets
import Testing

@Suite("Strings that nobody meant")
struct FuzzTests {
  private static let password = Secret(text: "never-the-password")

  @Test("Random bytes after every kind of beginning: no trap, no match")
  func random() {
    var random = SeededGenerator(state: 42)
    let scratch = CryptScratch()
    let beginnings =
      PasswordSchemes.all.flatMap { scheme in ([scheme.name] + scheme.aliases).map { "{\($0)}" } }
      + [
        "", "{", "}", "$", "$1$", "$5$", "$6$", "$2y$", "$3$$", "_", "$md5,", "$sha1$", "$7$", "$y$", "$gy$", "{CRYPT}",
        "{X.HEX}", "{.B64}",
      ]
    let letters = Array("./0123456789ABCDEFabcdefXYZxyz$=+{}!*,: \u{7F}".utf8)
    for round in 0..<6000 {
      var bytes = Array(beginnings[round % beginnings.count].utf8)
      let length = Int.random(in: 0...120, using: &random)
      for _ in 0..<length {
        bytes.append(
          round % 3 == 0 ? UInt8.random(in: 0...255, using: &random) : letters.randomElement(using: &random) ?? 0)
      }
      let stored = Secret(bytes)
      #expect(PasswordSchemes.verify(Self.password, against: stored, using: scratch) != .match)
      _ = PasswordSchemes.recognise(stored)
      _ = PasswordSchemes.cost(of: stored)
      _ = PasswordSchemes.successor(of: stored)
    }
  }

  @Test("Good strings with bytes changed, dropped and doubled: no trap, no match")
  func mutated() {
    var random = SeededGenerator(state: 7)
    let scratch = CryptScratch()
    let quick = ["SCRYPT", "SHA1-CRYPT", "YESCRYPT", "BLF-CRYPT", "BSDI-CRYPT", "SUNMD5"]
    let vectors = (Vector.crypt + Vector.labelled + Vector.salted).filter { !quick.contains($0.scheme) }
    for round in 0..<3000 {
      var bytes = Array(vectors[round % vectors.count].stored.utf8)
      for _ in 0...Int.random(in: 0...2, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes[index], at: index)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      if bytes.starts(with: Array("$5$rounds=".utf8)) || bytes.starts(with: Array("$6$rounds=".utf8)) { continue }
      #expect(PasswordSchemes.verify(Self.password, against: Secret(bytes), using: scratch) != .match)
    }
  }

  @Test("Verdicts show nothing of what was stored")
  func names() {
    var random = SeededGenerator(state: 99)
    for _ in 0..<500 {
      let marker = (0..<12).map { _ in "qwzjvkQWZJVK".randomElement(using: &random) ?? "q" }.map(String.init).joined()
      for stored in [
        "$6$\(marker)$\(marker)", "$\(marker)$", "\(marker)", "{SHA256}\(marker)", "{CRYPT}\(marker)", "_\(marker)",
        "$y$\(marker)$\(marker)",
      ] {
        if let name = unverifiable("x", stored) { #expect(!name.lowercased().contains(marker.prefix(4).lowercased())) }
      }
    }
  }
}
