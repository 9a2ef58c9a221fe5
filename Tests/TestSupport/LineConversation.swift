public import Foundation

/// A talk with a server of the SMTP kind: lines that end in CRLF, over TCP on the loopback interface.
public final class LineConversation {
  /// Why a line did not come.
  public enum Failure: Error, Equatable {
    /// The server closed or did not answer in time; with what it had sent of the line.
    case noLine(SocketConnection.End, soFar: String)
    /// The server does not take what is sent.
    case cannotSend
    /// A line came that the protocol does not allow there.
    case unexpected(String)
  }

  private let connection: SocketConnection
  private let timeLimit: TimeInterval
  private var unread: [UInt8] = []
  /// All that was said, `>` for us and `<` for the server: for the message of a failed test.
  public private(set) var transcript = ""

  /// Connects to `port`.
  /// - Parameter timeLimit: how long each line may take, in seconds.
  public init(port: UInt16, timeLimit: TimeInterval = 40) throws {
    connection = try SocketConnection(port: port)
    self.timeLimit = timeLimit
  }

  /// Sends `text` and CRLF.
  public func send(_ text: String) throws {
    transcript += "> \(text)\n"
    guard connection.send(Array("\(text)\r\n".utf8)) else { throw Failure.cannotSend }
  }

  /// The next line, without its line end.
  public func line() throws -> String {
    let deadline = Date(timeIntervalSinceNow: timeLimit)
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let text = String(decoding: unread[..<end], as: UTF8.self).trimmingCharacters(in: ["\r"])
        unread.removeSubrange(...end)
        transcript += "< \(text)\n"
        return text
      }
      switch connection.receive(until: deadline) {
      case .bytes(let bytes): unread += bytes
      case .end(let end): throw Failure.noLine(end, soFar: String(decoding: unread, as: UTF8.self))
      }
    }
  }
}
