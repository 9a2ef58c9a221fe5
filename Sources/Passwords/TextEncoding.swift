internal import Glibc

/// How raw bytes are written down in a stored string. Dovecot's suffixes name it: `{SHA256.HEX}`, `{SHA512-CRYPT.B64}`.
enum TextEncoding: Sendable {
  /// As they are.
  case none
  /// RFC 4648, section 4; the padding may be absent.
  case base64
  /// The same; "." may stand for "+", and is written for it, without padding: passlib's and OpenLDAP's.
  case adaptedBase64
  /// The same as `base64`, written without padding.
  case plainBase64
  /// Either case; written in lower case.
  case hexadecimal

  /// Decodes `text` for the duration of `body`, then wipes what was decoded.
  /// - Returns: nil when the text is no such encoding.
  func withDecoded<Result>(
    _ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    if case .none = self { return body(text) }
    return withUnsafeTemporaryAllocation(byteCount: max(1, text.count), alignment: 8) { room -> Result? in
      let count =
        switch self {
        case .hexadecimal: Hexadecimal.decode(text, into: room)
        case .adaptedBase64: Base64.decodeAdapted(text, into: room)
        default: Base64.decode(text, into: room)
        }
      guard let count else { return nil }
      defer { wipe(room) }
      return body(UnsafeRawBufferPointer(rebasing: room[..<count]))
    }
  }

  /// Writes `raw` down.
  func encode(_ raw: [UInt8]) -> [UInt8] {
    switch self {
    case .none: raw
    case .base64: Base64.encode(raw)
    case .plainBase64: Base64.encode(raw).filter { $0 != UInt8(ascii: "=") }
    case .adaptedBase64:
      Base64.encode(raw).filter { $0 != UInt8(ascii: "=") }.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: ".") : $0 }
    case .hexadecimal: Hexadecimal.encode(raw)
    }
  }
}

/// Overwrites memory in a way that the compiler may not leave out.
@inline(__always)
func wipe(_ memory: UnsafeMutableRawBufferPointer) {
  if let base = memory.baseAddress { explicit_bzero(base, memory.count) }
}

/// Overwrites and empties an array.
func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { wipe($0) }
  bytes.removeAll()
}

/// Whether both hold the same bytes, in a time that depends on the lengths alone.
@inline(__always)
func equalInConstantTime(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
  guard one.count == other.count else { return false }
  var difference: UInt8 = 0
  for index in 0..<one.count { difference |= one[index] ^ other[index] }
  return difference == 0
}
