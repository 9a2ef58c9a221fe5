import Foundation
import Testing

/// Every promise of `docs/reliability.md` names a test, and that test is there.
@Suite struct ReliabilityTests {
  /// A suite's functions, by the suite's name; suites of one name in several targets count as one.
  private static func suites() throws -> [String: Set<String>] {
    let tests = DocumentationTests.package.appending(path: "Tests")
    let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
    var suites: [String: Set<String>] = [:]
    for file in files?.allObjects as? [URL] ?? [] where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      let functions = Set(text.matches(of: /func ([A-Za-z0-9]+)\(/).map { String($0.1) })
      for suite in text.matches(of: /@Suite[^\n]*\s+struct ([A-Za-z0-9]+)/) {
        suites[String(suite.1), default: []].formUnion(functions)
      }
    }
    return suites
  }

  @Test func everyTestThatThePageNamesIsThere() throws {
    let page = try String(
      contentsOf: DocumentationTests.package.appending(path: "docs/reliability.md"), encoding: .utf8)
    let suites = try Self.suites()
    let names = page.matches(of: /`([A-Z][A-Za-z0-9]+)\.([a-z][A-Za-z0-9]+)`/)
    #expect(names.count > 30)
    for name in names {
      #expect(suites[String(name.1)]?.contains(String(name.2)) == true, "there is no test \(name.0)")
    }
  }

  @Test func everyRowOfAFaultNamesATest() throws {
    let page = try String(
      contentsOf: DocumentationTests.package.appending(path: "docs/reliability.md"), encoding: .utf8)
    // The tables of faults have four columns.
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.split(separator: "|").count == 4 }
      .filter { !$0.hasPrefix("| ---") && !$0.hasPrefix("| fault |") && !$0.hasPrefix("| | ") }
    #expect(rows.count > 20)
    for row in rows { #expect(row.contains(/`[A-Z][A-Za-z0-9]+\.[a-z][A-Za-z0-9]+` \|$/), "\(row)") }
  }
}
