internal import Foundation

/// A mail server that takes everything and keeps it in files: where a relayed message can be seen to have arrived.
public final class SMTPSink: Sendable {
  /// On 127.0.0.1.
  public let port: UInt16
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// Starts Postfix's `smtp-sink` as the user `postfix`.
  public init() throws {
    port = try freePort()
    folder = try TemporaryFolder("sink")
    try FileManager.default.createDirectory(atPath: folder.file("mail"), withIntermediateDirectories: false)
    chmod(folder.file("mail"), 0o777)
    process = try ChildProcess(
      ["smtp-sink", "-u", "postfix", "-d", folder.file("mail/m."), "127.0.0.1:\(port)", "100"],
      outputPath: folder.file("log"))
    let port = port
    guard eventually({ (try? SocketConnection(port: port)) != nil }) else {
      throw ServerTrouble("smtp-sink does not listen", log: process.output)
    }
  }

  /// All messages that came so far, with their headers.
  public var messages: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.file("mail"))) ?? []
    return files.sorted().compactMap { try? String(contentsOfFile: folder.file("mail/\($0)"), encoding: .utf8) }
  }

  /// Waits for the message with `subject`.
  public func message(subject: String) -> String? {
    var found: String?
    _ = eventually {
      found = messages.first { $0.contains("Subject: \(subject)\n") && $0.contains("A test.") }
      return found != nil
    }
    return found
  }

  /// Ends it.
  public func stop() { process.stop() }
}
