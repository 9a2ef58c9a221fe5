internal import Foundation

/// A mail client's side of IMAP, as far as logging in goes.
public final class IMAPConversation {
  /// What one command brought.
  public struct Response: Sendable {
    /// The lines that begin with `*`, in order, those after the tagged one included when the server says BYE.
    public let untagged: [String]
    /// `OK …`, `NO …`, `BAD …`; nil when the server closed without one.
    public let status: String?
    /// Whether the server said OK.
    public var isOK: Bool { status?.hasPrefix("OK") == true }
    /// The text behind `* BYE`, if it came.
    public var farewell: String? {
      untagged.first { $0.hasPrefix("* BYE") }.map { String($0.dropFirst("* BYE ".count)) }
    }
  }

  /// The talk itself.
  public let lines: LineConversation
  private var count = 0

  /// Connects and reads the greeting.
  public init(port: UInt16) throws {
    lines = try LineConversation(port: port)
    let greeting = try lines.line()
    guard greeting.hasPrefix("* OK") else { throw LineConversation.Failure.unexpected(greeting) }
  }

  /// Sends a command with the next tag (`1`, `2`, …).
  /// - Parameter answer: asked for what to send when the server wants to be continued; it gets the text behind `+ `.
  public func command(_ text: String, answer: ((String) throws -> String)? = nil) throws -> Response {
    count += 1
    try lines.send("\(count) \(text)")
    var untagged: [String] = []
    while true {
      guard let line = try? lines.line() else { return Response(untagged: untagged, status: nil) }
      if line.hasPrefix("* ") {
        untagged.append(line)
      } else if line.hasPrefix("+"), let answer {
        try lines.send(try answer(String(line.dropFirst(2))))
      } else if line.hasPrefix("\(count) ") {
        return Response(untagged: untagged, status: String(line.dropFirst("\(count) ".count)))
      } else {
        throw LineConversation.Failure.unexpected(line)
      }
    }
  }

  /// LOGIN with quoted strings.
  public func login(_ user: String, _ password: String) throws -> Response {
    try command("LOGIN \(Self.quoted(user)) \(Self.quoted(password))")
  }

  /// AUTHENTICATE PLAIN.
  public func authenticatePlain(_ user: String, _ password: String) throws -> Response {
    try command("AUTHENTICATE PLAIN") { _ in Data("\0\(user)\0\(password)".utf8).base64EncodedString() }
  }

  /// AUTHENTICATE CRAM-….
  public func authenticate(_ digest: CRAMDigest, _ user: String, _ password: String) throws -> Response {
    try command("AUTHENTICATE \(digest.mechanism)") {
      try digest.response(challenge: $0, user: user, password: password)
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}
