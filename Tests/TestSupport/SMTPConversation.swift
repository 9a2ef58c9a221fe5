internal import Foundation

/// A mail client's side of SMTP.
public final class SMTPConversation {
  /// One reply of the server, several lines or one.
  public struct Reply: Sendable, Equatable, CustomStringConvertible {
    /// 220 … 599.
    public let code: Int
    /// Without the code, one for each line.
    public let lines: [String]
    /// As the server sent it.
    public var description: String { lines.map { "\(code) \($0)" }.joined(separator: "\n") }
  }

  /// The talk itself.
  public let lines: LineConversation
  /// What the server says about itself and its extensions (EHLO).
  public let capabilities: [String]

  /// Connects, reads the greeting, says EHLO.
  public init(port: UInt16) throws {
    lines = try LineConversation(port: port)
    let greeting = try Self.reply(lines)
    guard greeting.code == 220 else { throw LineConversation.Failure.unexpected("\(greeting)") }
    try lines.send("EHLO client.example.com")
    capabilities = try Self.reply(lines).lines
  }

  private static func reply(_ lines: LineConversation) throws -> Reply {
    var texts: [String] = []
    while true {
      let line = try lines.line()
      guard line.utf8.count >= 3, let code = Int(line.prefix(3)) else {
        throw LineConversation.Failure.unexpected(line)
      }
      texts.append(String(line.dropFirst(4)))
      if line.dropFirst(3).first != "-" { return Reply(code: code, lines: texts) }
    }
  }

  /// Sends a line and returns what comes back.
  @discardableResult
  public func command(_ text: String) throws -> Reply {
    try lines.send(text)
    return try Self.reply(lines)
  }

  /// AUTH PLAIN with an initial response.
  public func authenticatePlain(_ user: String, _ password: String) throws -> Reply {
    try command("AUTH PLAIN " + Data("\0\(user)\0\(password)".utf8).base64EncodedString())
  }

  /// AUTH LOGIN by hand: the two prompts and the verdict.
  public func authenticateLogin(_ user: String, _ password: String) throws -> [Reply] {
    var replies = [try command("AUTH LOGIN")]
    for text in [user, password] where replies.last?.code == 334 {
      replies.append(try command(Data(text.utf8).base64EncodedString()))
    }
    return replies
  }

  /// Offers a message; stops at the first reply that is not the wanted one.
  /// - Returns: the last reply: 250 when the server took the message.
  public func deliver(from sender: String, to recipient: String, subject: String) throws -> Reply {
    let steps = [
      ("MAIL FROM:<\(sender)>", 250), ("RCPT TO:<\(recipient)>", 250), ("DATA", 354),
      ("From: <\(sender)>\r\nTo: <\(recipient)>\r\nSubject: \(subject)\r\n\r\nA test.\r\n.", 250),
    ]
    var last = Reply(code: 0, lines: [])
    for (line, wanted) in steps {
      last = try command(line)
      if last.code != wanted { break }
    }
    return last
  }
}
