internal import Secrets

/// Turns the bytes of one connection into one request:
/// ```
/// request   = *( meta LF ) command
/// command   = "AUTH" SP length LF <length bytes>   ; see AuthPayload
///           / any other line LF                    ; see RequestLine
/// ```
/// A value type without I/O: bytes in, at most one request out. A request that arrives in one piece is parsed where it lies.
/// Otherwise one line or payload is held at a time, at most `WireLimits.payload` bytes, and no byte is looked at twice for its
/// line end, however small the pieces. What was held is overwritten when it has been used; call `end()` when a connection goes
/// away early, so that this holds then too. Copies of a parser hold their own bytes.
public struct RequestParser: Sendable, CustomReflectable {
  /// How far the request has come.
  public enum Progress: Sendable {
    /// Feed the bytes that come next, or call `end()`.
    case needsMore
    /// All there is to know; whatever else arrives is to be thrown away.
    case done(ParsedRequest)
  }

  private enum Stage { case line, payload(Int), done }

  private var stage = Stage.line
  private var meta = RequestMeta()
  private var metaLines = 0
  /// The beginning of the line or payload whose end has not come yet.
  private var held: [UInt8] = []

  /// Whether not a byte has come yet.
  public private(set) var isEmpty = true

  /// At the beginning of a connection.
  public init() {}

  /// Nothing: what is held may be a password.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// Takes the bytes that arrived. They are copied where they are needed longer.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Progress {
    if case .done = stage { return .done(.malformed(WireFault(.alreadyDone))) }
    var rest = bytes
    while !rest.isEmpty {
      isEmpty = false
      if let parsed = step(&rest) {
        stage = .done
        held.wipe()
        return .done(parsed)
      }
    }
    return .needsMore
  }

  /// The client closed, or half-closed: no more bytes will come. Wipes what is held.
  public mutating func end() -> ParsedRequest {
    if case .done = stage { return .malformed(WireFault(.alreadyDone)) }
    stage = .done
    held.wipe()
    return .malformed(WireFault(isEmpty ? .nothing : .truncated))
  }

  /// Consumes one line or payload, or all that is left of one.
  private mutating func step(_ rest: inout UnsafeRawBufferPointer) -> ParsedRequest? {
    let end: Int
    switch stage {
    case .line:
      let lineFeed = rest.position(of: UInt8(ascii: "\n"))
      guard (lineFeed ?? rest.count) <= WireLimits.line - held.count else { return .malformed(WireFault(.lineTooLong)) }
      guard let lineFeed else { return hold(&rest) }
      end = lineFeed
    case .payload(let length):
      guard rest.count >= length - held.count else { return hold(&rest) }
      end = length - held.count
    case .done:
      return .malformed(WireFault(.alreadyDone))
    }

    let piece = rest.part(0..<end)
    if case .line = stage { rest = rest.part(from: end + 1) } else { rest = rest.part(from: end) }
    if held.isEmpty { return take(piece) }
    append(piece)
    var whole = held
    held = []
    defer { whole.wipe() }
    return whole.withUnsafeBytes { take($0) }
  }

  /// - Parameter whole: a line without its LF, or the payload.
  private mutating func take(_ whole: UnsafeRawBufferPointer) -> ParsedRequest? {
    if case .payload = stage { return AuthPayload.parse(whole, meta) }
    switch RequestLine.parse(whole, into: &meta) {
    case .meta:
      metaLines += 1
      return metaLines > WireLimits.metaLines ? .malformed(WireFault(.tooManyMetaLines)) : nil
    case .payload(let length):
      stage = .payload(length)
      return nil
    case .done(let parsed):
      return parsed
    }
  }

  private mutating func hold(_ rest: inout UnsafeRawBufferPointer) -> ParsedRequest? {
    append(rest)
    rest = UnsafeRawBufferPointer(start: nil, count: 0)
    return nil
  }

  /// Grows by hand: memory that an array gives up when it grows is not overwritten.
  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let needed = held.count + bytes.count
    if needed > held.capacity {
      var larger: [UInt8] = []
      larger.reserveCapacity(max(needed, held.count * 2))
      larger.append(contentsOf: held)
      held.wipe()
      held = larger
    }
    held.append(contentsOf: bytes)
  }
}
