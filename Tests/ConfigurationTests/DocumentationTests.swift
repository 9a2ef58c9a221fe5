import Configuration
import Foundation
import Testing

/// Every configuration that the documentation shows is one.
@Suite struct DocumentationTests {
  /// A block of a page.
  struct Block: CustomTestStringConvertible {
    /// Relative to the package.
    let page: String
    /// Of its first line, counted from 1.
    let line: Int
    let text: String
    /// Whether it is said to be a part of a configuration only.
    let isFragment: Bool

    var testDescription: String { "\(page):\(line)" }
  }

  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A machine that knows every user and group, each by another number.
  static let system = SystemFacts(
    user: { .known(number(of: $0)) }, group: { .known(number(of: $0)) },
    credentialsDirectory: "/run/credentials/gatepost.service", file: { _ in FileFacts(mode: 0o640, owner: 0) })

  private static func number(of name: String) -> UInt32 {
    name.utf8.reduce(0) { (sum: UInt32, byte: UInt8) in (sum * 31 + UInt32(byte)) % 60_000 } + 1000
  }

  /// All pages, sorted.
  static var pages: [String] {
    let docs = FileManager.default.enumerator(at: package.appending(path: "docs"), includingPropertiesForKeys: nil)
    let found = (docs?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "md" }
    return (found + [package.appending(path: "README.md")]).map {
      String($0.path(percentEncoded: false).dropFirst(package.path(percentEncoded: false).count))
    }.sorted()
  }

  /// All blocks that call themselves `toml`.
  static let blocks: [Block] = {
    var blocks: [Block] = []
    for page in pages {
      let text = (try? String(contentsOf: package.appending(path: page), encoding: .utf8)) ?? ""
      var open: (line: Int, indent: Int, isFragment: Bool, lines: [Substring])?
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let content = line.drop { $0 == " " }
        if let block = open {
          if content.hasPrefix("```") {
            blocks.append(
              Block(
                page: page, line: block.line, text: block.lines.joined(separator: "\n"), isFragment: block.isFragment))
            open = nil
          } else {
            open?.lines.append(line.dropFirst(min(block.indent, line.count - content.count)))
          }
        } else if content.hasPrefix("```toml") {
          let information = content.dropFirst("```".count)
          open = (index + 2, line.count - content.count, information != "toml", [])
        }
      }
    }
    return blocks
  }()

  /// Configurations that lie beside the pages, and the example that is installed.
  static var files: [String] {
    let docs = FileManager.default.enumerator(at: package.appending(path: "docs"), includingPropertiesForKeys: nil)
    let found = (docs?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "toml" }
    return (found + [package.appending(path: "etc/gatepost.toml")]).map { $0.path(percentEncoded: false) }.sorted()
  }

  private func mistakes(_ text: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try ConfigurationReader.read(
        text: text, backEnds: Fixture.backEnds, file: FileFacts(mode: 0o640, owner: 0), system: Self.system)
      return []
    } catch {
      return error.mistakes.map { "line \($0.line ?? 0): \($0.key): \($0.text)" }
    }
  }

  @Test func thePagesAreFound() {
    #expect(Self.pages.contains("README.md"))
    #expect(Self.pages.contains("docs/databases.md"))
    #expect(Self.blocks.count { !$0.isFragment } >= 5)
  }

  @Test(arguments: blocks.filter { !$0.isFragment })
  func aConfigurationOfThePagesIsOne(block: Block) {
    #expect(mistakes(block.text) == [])
  }

  @Test(arguments: blocks.filter(\.isFragment))
  func aPartOfOneIsOneWithADirectory(block: Block) {
    #expect(mistakes(block.text + "\n" + Fixture.directory) == [])
  }

  @Test(arguments: files)
  func aConfigurationBesideThePagesIsOne(file: String) throws {
    #expect(mistakes(try String(contentsOfFile: file, encoding: .utf8)) == [])
  }

  /// The files that the end-to-end tests run are the ones that the page shows, without the comments.
  @Test(arguments: [("gentoo", "CREATE ROLE"), ("mariadb", "CREATE USER")])
  func aGuideShowsItsFiles(name: String, statement: String) throws {
    let page = try String(contentsOf: Self.package.appending(path: "docs/\(name).md"), encoding: .utf8)
    let shown = Self.content(page)
    let folder = Self.package.appending(path: "docs/examples/\(name)")
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted() {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      var lines = Self.content(text)
      switch (file as NSString).pathExtension {
      // Of the tables the page shows what Gatepost is allowed.
      case "sql":
        lines = lines.filter { $0.hasPrefix(statement) || $0.hasPrefix("GRANT") }
        #expect(lines.count > 1, "\(file)")
      case "initd": continue
      default: break
      }
      #expect(!lines.isEmpty, "\(file)")
      for line in lines { #expect(shown.contains(line), "\(file): \(line)") }
    }
  }

  /// Lines without comments behind them, comments and empty lines left out.
  private static func content(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let code = line.components(separatedBy: " #").first ?? ""
      let trimmed = code.trimmingCharacters(in: .whitespaces)
      return trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix("--") ? nil : trimmed
    }
  }

  /// `]( … )` with a path: the page and, behind `#`, the heading must be there.
  @Test(arguments: pages)
  func linksLeadSomewhere(page: String) throws {
    let folder = Self.package.appending(path: page).deletingLastPathComponent()
    let text = try String(contentsOf: Self.package.appending(path: page), encoding: .utf8)
    for match in text.matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains("://") {
      let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let target = parts[0].isEmpty ? Self.package.appending(path: page) : folder.appending(path: String(parts[0]))
      #expect(FileManager.default.fileExists(atPath: target.path(percentEncoded: false)), "\(match.1)")
      guard parts.count == 2, let linked = try? String(contentsOf: target, encoding: .utf8) else { continue }
      let anchors = linked.split(separator: "\n").filter { $0.hasPrefix("#") }.map(Self.anchor)
      #expect(anchors.contains(String(parts[1])), "\(match.1)")
    }
  }

  /// As GitHub makes one of a heading.
  private static func anchor(_ heading: Substring) -> String {
    String(
      heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased().compactMap { character -> Character? in
        if character == " " { return "-" }
        return character.isLetter || character.isNumber || character == "-" || character == "_" ? character : nil
      })
  }
}
