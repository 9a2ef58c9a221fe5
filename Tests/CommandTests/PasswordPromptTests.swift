import Foundation
import Secrets
import Testing

@testable import gatepost

@Suite("A line of standard input")
struct PasswordPromptTests {
  private func lines(_ input: [UInt8], _ count: Int) throws -> [Result<[UInt8], PasswordPrompt.Failure>] {
    let pipe = Pipe()
    let writer = Thread {
      try? pipe.fileHandleForWriting.write(contentsOf: input); try? pipe.fileHandleForWriting.close()
    }
    writer.start()
    return (0..<count).map { _ in
      Result { () throws(PasswordPrompt.Failure) in
        try PasswordPrompt.line(from: pipe.fileHandleForReading.fileDescriptor).withBytes { Array($0) }
      }
    }
  }

  @Test("Line by line, nothing behind a line is consumed")
  func lineByLine() throws {
    #expect(
      try lines(Array("one\ntwo \r\n\nlast".utf8), 5) == [
        .success(Array("one".utf8)), .success(Array("two \r".utf8)), .success([]), .success(Array("last".utf8)),
        .failure(.endOfInput),
      ])
  }

  @Test("Bytes stay as they are")
  func bytes() throws {
    #expect(try lines([0, 255, 0xC3, 10], 1) == [.success([0, 255, 0xC3])])
  }

  @Test("A line may be 4096 bytes long, no longer")
  func length() throws {
    let most = [UInt8](repeating: 0x61, count: PasswordPrompt.maximumBytes)
    #expect(try lines(most + [10], 1) == [.success(most)])
    #expect(try lines(most + [0x61, 10], 1) == [.failure(.tooLong)])
  }
}
