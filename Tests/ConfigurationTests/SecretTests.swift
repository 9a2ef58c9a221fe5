import Configuration
import Testing

@testable import Configuration

@Suite struct SecretTests {
  static let password = "Geheim-99"

  static func directory(_ connection: String) -> String {
    """
    [[directory]]
    type = "postgresql"
    preset = "courier"
    \(connection)
    """
  }

  /// Every way to get a connection with a password wrong.
  static let texts = [
    directory("connection = \"host=/a password=my \(password) user=x\""),
    directory("connection = \"host=/a Password= \(password)\""),
    directory("connection = \"postgresql://me:\(password)@host/db extra\""),
    directory("connection = \"postgresql://me: \(password)@host/db\""),
    directory("connection = host=/a password=\(password)"),
    directory("connection = \"host=/a\" password=\(password)"),
    directory("connection = \"host=/a password='\(password)'"),
    directory("connection = \"host=/a password=\"\(password)\"\""),
    directory("connection = [\"host=/a password=\(password)\"]"),
    directory("connection = { password = \"\(password)\" }"),
    directory("conection = \"host=/a password=\(password)\""),
    directory("password = \"\(password)\""),
    directory("password = \(password)"),
    directory("database = \"\(password)\""),
    directory("connection = \"\"\"host=/a password=\(password)"),
    directory("connection = '''host=/a\npassword=\(password) \(password)''' x"),
    directory("connection = t\(password)"),
    directory("connection = 12\(password)"),
    directory("\"host=/a password=\(password)\" = 1"),
    directory("\"password=\(password)\" = 1"),
    directory("password-file = \"\(password)\"\nconnection = \"a=b\""),
  ]

  @Test(arguments: texts)
  func noMistakeRepeatsIt(_ text: String) {
    let mistakes = Fixture.mistakes(text, file: FileFacts(mode: 0o644, owner: 0))
    #expect(!mistakes.isEmpty)
    for mistake in mistakes {
      #expect(!mistake.text.contains("Geheim"), "\(mistake)")
      #expect(!mistake.key.contains("Geheim"), "\(mistake)")
    }
  }

  @Test func aWorldReadableFileMayHoldNone() throws {
    let text = Self.directory("connection = \"host=/a password=x\"")
    let mistakes = Fixture.mistakes(text, file: FileFacts(mode: 0o644, owner: 0))
    #expect(mistakes.map(\.key) == ["directory[1].connection"])
    #expect(mistakes.first?.text.contains("chmod 0640") == true)
    #expect(mistakes.first?.text.contains("mode 0644") == true)
    #expect(mistakes.first?.line == 4)
    _ = try Fixture.read(text, file: FileFacts(mode: 0o640, owner: 0))
    _ = try Fixture.read(Self.directory("connection = \"host=/a\""), file: FileFacts(mode: 0o644, owner: 0))
  }
}
