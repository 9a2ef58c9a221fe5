/// Why bytes are no request. The connection closes without a reply, which clients read as a temporary failure.
public struct WireFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong. The raw value is a word for logs and counters.
  public enum Code: String, Sendable, CaseIterable {
    /// The client closed before it sent a byte.
    case nothing
    /// The client closed before the end of its request.
    case truncated
    /// The line does not begin with a verb, or something stands behind one that has no arguments.
    case unknownCommand = "unknown-command"
    /// PRE without module, service and user id.
    case missingField = "missing-field"
    /// A line longer than `WireLimits.line`.
    case lineTooLong = "line-too-long"
    /// More than `WireLimits.metaLines` lines before the command.
    case tooManyMetaLines = "too-many-meta-lines"
    /// AUTH's length is not a decimal number, or is zero.
    case badLength = "bad-length"
    /// AUTH's length is above `WireLimits.payload`.
    case payloadTooLong = "payload-too-long"
    /// The parser was fed after it had its request: a mistake of the caller.
    case alreadyDone = "already-done"
  }

  /// What is wrong.
  public let code: Code

  /// A fault of that kind.
  public init(_ code: Code) {
    self.code = code
  }

  /// What is wrong, for a log; it holds nothing that the client sent.
  public var text: String {
    switch code {
    case .nothing: "the client closed the connection without sending anything"
    case .truncated: "the client closed the connection in the middle of its request"
    case .unknownCommand: "the command is none of AUTH, PRE, PASSWD, ENUMERATE"
    case .missingField: "PRE needs a module, a service and a user id"
    case .lineTooLong: "a line is longer than \(WireLimits.line) bytes"
    case .tooManyMetaLines: "more than \(WireLimits.metaLines) lines stand before the command"
    case .badLength: "the length after AUTH is not a decimal number above zero"
    case .payloadTooLong: "the length after AUTH is above \(WireLimits.payload)"
    case .alreadyDone: "bytes were parsed after the end of the request"
    }
  }

  /// The same as `text`.
  public var description: String { text }
}
