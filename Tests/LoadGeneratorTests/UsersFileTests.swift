import TestSupport
import Testing

@testable import LoadGenerator

@Suite struct UsersFileTests {
  private func file(_ text: String) throws -> UsersFile {
    var bytes = Array(text.utf8)
    return try UsersFile(taking: &bytes)
  }

  @Test func theLastLineNeedsNoLineFeed() throws {
    #expect(try file("a\tb\nc\td\n").count == 2)
    #expect(try file("a\tb\n\nc\td").count == 2)
  }

  @Test func theSourceIsOverwritten() throws {
    var bytes = Array("alice\tsecret".utf8)
    _ = try UsersFile(taking: &bytes)
    #expect(bytes.isEmpty)
  }

  @Test(arguments: [
    ("", "no account"), ("\n\n", "no account"), ("alice", "line 1: there is no TAB"), ("a\tb\nalice", "line 2: "),
    ("\tsecret", "empty"), ("alice\t", "empty"), ("alice\t\taddress", "empty"), ("al\u{1}ice\tsecret", "control"),
    ("alice\tsec\0ret", "control"),
  ])
  func faultsNameTheLineAndNothingOfIt(_ text: String, _ reason: String) {
    let failure = #expect(throws: UsersFile.Failure.self) { try file(text) }
    #expect(failure?.description.contains(reason) == true)
    #expect(failure?.description.contains("alice") == false)
    #expect(failure?.description.contains("secret") == false)
  }

  @Test func lengthsAreBounded() throws {
    let longest = String(repeating: "x", count: UsersFile.maximumField)
    #expect(try file("\(longest)\t\(longest)").count == 1)
    #expect(throws: UsersFile.Failure.self) { try file("\(longest)x\tsecret") }
    #expect(throws: UsersFile.Failure.self) { try file("alice\t\(longest)x") }
  }

  @Test func filesAreRead() throws {
    let folder = try TemporaryFolder("users")
    try folder.write("a\tb\n", to: "users.tsv")
    #expect(try UsersFile(path: folder.file("users.tsv")).count == 1)
    #expect(throws: UsersFile.Failure(description: "No such file or directory")) {
      try UsersFile(path: folder.file("absent"))
    }
    #expect(throws: UsersFile.Failure(description: "not a file")) { try UsersFile(path: folder.path) }
  }
}
