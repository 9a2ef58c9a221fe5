import Secrets
import TestSupport
import Testing

@testable import DatabaseServers

@Suite struct PasswordFileTests {
  @Test func passwordFiles() throws {
    let folder = try TemporaryFolder()
    func read(_ text: String) throws -> String {
      try PasswordFile.read(folder.write(text, to: "p")).withBytes { String(decoding: $0, as: UTF8.self) }
    }
    #expect(try read("a b") == "a b")
    #expect(try read(" pä\r\nnext\n") == " pä")
    #expect(try read(String(repeating: "x", count: 1_024) + "\n").count == 1_024)
    for bad in ["", "\n", "\r\n", "a\0b\n", String(repeating: "x", count: 1_025), String(repeating: "x", count: 9_000)]
    {
      #expect(throws: PasswordFile.Failure.self) { try read(bad) }
    }
    #expect(throws: PasswordFile.Failure.self) { try PasswordFile.read(folder.path) }
    #expect(throws: PasswordFile.Failure.self) { try PasswordFile.read(folder.file("absent")) }
  }
}

@Suite struct OneLineTests {
  @Test func whatOthersSayIsOneLine() {
    #expect(OneLine.clean("a\u{1B}[1m\nb") == "a [1m b")
    #expect(OneLine.clean(" \n a ") == "a")
    #expect(OneLine.clean(String(repeating: "é", count: 5_000)).utf8.count <= OneLine.maximumLength + 6)
  }
}
