import Foundation
import Passwords
import Testing

@Suite("docs/passwords.md")
struct DocumentedSchemesTests {
  @Test("Its tables name every scheme and alias, and say which are weak")
  func tables() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/passwords.md")
    let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| ") }
    for scheme in PasswordSchemes.all {
      for name in [scheme.name] + scheme.aliases {
        // As a word of the row's first cell.
        let own = rows.filter { row in
          let cell = row.dropFirst(2).prefix { $0 != "|" }
          return cell.split { !($0.isLetter || $0.isNumber || $0 == "-") }.contains { $0 == name }
        }
        #expect(!own.isEmpty, "\(name)")
        #expect(own.allSatisfy { $0.contains("weak") == scheme.isWeak }, "\(name)")
      }
    }
  }
}
