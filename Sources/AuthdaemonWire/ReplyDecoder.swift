internal import Secrets

/// Collects a server's reply to AUTH, PRE or PASSWD until the end of the connection: see `AccountReply` for its grammar.
public struct ReplyDecoder: Sendable, CustomReflectable {
  private var held: [UInt8] = []
  private var isTooLong = false

  /// At the beginning of a reply.
  public init() {}

  /// Nothing: what is held may be a password.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// Takes the bytes that arrived.
  /// - Returns: false once they are more than a client can hold; there is no use in reading on.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard !isTooLong, bytes.count <= WireLimits.reply - held.count else {
      isTooLong = true
      return false
    }
    if held.isEmpty { held.reserveCapacity(WireLimits.reply) }
    held.append(contentsOf: bytes)
    return true
  }

  /// The connection ended: says what the reply was, and wipes it.
  public mutating func end() -> DecodedReply {
    let reply: DecodedReply =
      isTooLong
      ? .garbled("it is longer than \(WireLimits.reply) bytes, more than clients can hold")
      : held.withUnsafeBytes(Self.decode)
    held.wipe()
    return reply
  }

  /// What a whole reply says.
  public static func decode(_ reply: [UInt8]) -> DecodedReply {
    var decoder = ReplyDecoder()
    _ = reply.withUnsafeBytes { decoder.feed($0) }
    return decoder.end()
  }

  private static func decode(_ reply: UnsafeRawBufferPointer) -> DecodedReply {
    if reply.isEmpty { return .nothing }
    if reply.spells("FAIL\n") { return .refused }
    if reply.spells("OK\n") { return .done }
    var fields: [(key: [UInt8], value: [UInt8])] = []
    var start = 0
    while let end = reply.position(of: UInt8(ascii: "\n"), from: start) {
      let line = reply.part(start..<end)
      start = end + 1
      if line.spells(".") {
        return start == reply.count ? .account(fields) : .garbled("something follows the final \".\"")
      }
      guard let equals = line.position(of: UInt8(ascii: "=")), equals > 0 else {
        return .garbled("line \(fields.count + 1) is not KEY=value")
      }
      fields.append((key: [UInt8](line.part(0..<equals)), value: [UInt8](line.part(from: equals + 1))))
    }
    return .garbled("the final \".\" is missing")
  }
}
