/// Puts text into a log line so that it cannot become two lines, forge a field, or steer a terminal: what users and databases
/// supply stays inside its quotes.
public enum LogText {
  /// Longest value that is shown; the rest is cut and marked. A user name in a flood must not fill the disk.
  public static let valueBytes = 256
  /// Longest message that is shown.
  public static let messageBytes = 4096

  /// Appends `key=value`. A value of harmless characters stands bare; any other is quoted, with `\"`, `\\` and `\xNN` for quotes,
  /// backslashes, and all that is not printable ASCII.
  public static func appendField(_ key: String, _ value: [UInt8], to line: inout [UInt8]) {
    line += key.utf8
    line.append(UInt8(ascii: "="))
    value.withUnsafeBytes { appendValue($0, to: &line) }
  }

  /// Appends a message of ours, which may quote a database's words: one line, no control bytes.
  public static func appendMessage(_ message: String, to line: inout [UInt8]) {
    withBytes(of: message) { bytes in
      let shown = UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, messageBytes)])
      if isPrintable(shown) {
        line.append(contentsOf: shown)
      } else {
        for byte in shown {
          if byte < 0x20 || byte == 0x7f { appendEscaped(byte, quoted: false, to: &line) } else { line.append(byte) }
        }
      }
      if bytes.count > messageBytes { line += "...".utf8 }
    }
  }

  // MARK: Without a `String` or an array in between: every request has a line

  /// Appends a value as `appendField` does: its key, with a space before it and `=` behind it, stands in `key`.
  static func append(_ key: StaticString, _ value: [UInt8], to line: inout [UInt8]) {
    append(key, to: &line)
    value.withUnsafeBytes { appendValue($0, to: &line) }
  }

  static func append(_ key: StaticString, _ value: String, to line: inout [UInt8]) {
    append(key, to: &line)
    withBytes(of: value) { appendValue($0, to: &line) }
  }

  static func append(_ key: StaticString, _ value: Int, to line: inout [UInt8]) {
    append(key, to: &line)
    if value < 0 { line.append(UInt8(ascii: "-")) }
    append(decimal: value.magnitude, to: &line)
  }

  static func append(_ text: StaticString, to line: inout [UInt8]) {
    text.withUTF8Buffer { line.append(contentsOf: $0) }
  }

  /// - Parameter digits: how many there are at least, with zeros before them; 20 at the most.
  static func append(decimal number: UInt, digits: Int = 1, to line: inout [UInt8]) {
    withUnsafeTemporaryAllocation(byteCount: mostDigits, alignment: 1) { room in
      var first = room.count
      var rest = number
      repeat {
        first -= 1
        room[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while first > 0 && (rest > 0 || room.count - first < digits)
      line.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[first...]))
    }
  }

  /// Of a `UInt`.
  private static let mostDigits = 20

  private static func withBytes(of text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
    var text = text
    text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
  }

  private static func appendValue(_ value: UnsafeRawBufferPointer, to line: inout [UInt8]) {
    if !value.isEmpty, value.count <= valueBytes, value.allSatisfy(isBare) {
      line.append(contentsOf: value)
      return
    }
    line.append(UInt8(ascii: "\""))
    for byte in value.prefix(valueBytes) { appendEscaped(byte, quoted: true, to: &line) }
    if value.count > valueBytes { line += "...".utf8 }
    line.append(UInt8(ascii: "\""))
  }

  /// Whether there is no control byte. Without a branch for each byte, so that the compiler takes sixteen at once.
  private static func isPrintable(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var lowest = UInt8.max
    var nearestToDelete = UInt8.max
    for byte in bytes {
      lowest = min(lowest, byte)
      nearestToDelete = min(nearestToDelete, byte ^ 0x7f)
    }
    return lowest >= 0x20 && nearestToDelete != 0
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "=")
  }

  private static func appendEscaped(_ byte: UInt8, quoted: Bool, to line: inout [UInt8]) {
    if quoted && (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")) {
      line.append(UInt8(ascii: "\\"))
      line.append(byte)
    } else if byte < 0x20 || byte >= 0x7f {
      append("\\x", to: &line)
      line.append(digit(byte >> 4))
      line.append(digit(byte & 15))
    } else {
      line.append(byte)
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
