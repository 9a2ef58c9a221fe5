internal import Foundation

/// A mail client's side of POP3, as far as logging in goes.
public final class POP3Conversation {
  /// The talk itself.
  public let lines: LineConversation

  /// Connects and reads the greeting.
  public init(port: UInt16) throws {
    lines = try LineConversation(port: port)
    let greeting = try lines.line()
    guard greeting.hasPrefix("+OK") else { throw LineConversation.Failure.unexpected(greeting) }
  }

  /// Sends a line; returns the one that comes back, or `closed` when none does.
  @discardableResult
  public func command(_ text: String) throws -> String {
    try lines.send(text)
    return (try? lines.line()) ?? "closed"
  }

  /// USER and PASS.
  /// - Returns: the reply to PASS, or to USER when that was refused.
  public func login(_ user: String, _ password: String) throws -> String {
    let first = try command("USER \(user)")
    return first.hasPrefix("+OK") ? try command("PASS \(password)") : first
  }

  /// AUTH PLAIN.
  public func authenticatePlain(_ user: String, _ password: String) throws -> String {
    let first = try command("AUTH PLAIN")
    guard first.hasPrefix("+") else { return first }
    return try command(Data("\0\(user)\0\(password)".utf8).base64EncodedString())
  }

  /// AUTH CRAM-….
  public func authenticate(_ digest: CRAMDigest, _ user: String, _ password: String) throws -> String {
    let first = try command("AUTH \(digest.mechanism)")
    guard first.hasPrefix("+ ") else { return first }
    return try command(digest.response(challenge: String(first.dropFirst(2)), user: user, password: password))
  }
}
