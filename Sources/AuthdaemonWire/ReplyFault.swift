/// Why a reply cannot be sent as it is. Whoever meets one closes without a reply: it is never the user's fault.
public enum ReplyFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// A value holds a byte that would end its line or field, or hide the line. The field's name as in the reply, or that of the
  /// column in an enumeration; the value is not told.
  case unsafeValue(field: String)
  /// Longer than clients can hold: see `WireLimits.reply` and `WireLimits.enumerationLine`.
  case tooLong

  /// For a log; it holds no value.
  public var description: String {
    switch self {
    case .unsafeValue(let field): "\(field) holds a byte that the reply cannot carry"
    case .tooLong: "the reply would be longer than clients can hold"
    }
  }
}
