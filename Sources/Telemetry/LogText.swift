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
    if !value.isEmpty, value.count <= valueBytes, value.allSatisfy(isBare) {
      line += value
      return
    }
    line.append(UInt8(ascii: "\""))
    for byte in value.prefix(valueBytes) { appendEscaped(byte, quoted: true, to: &line) }
    if value.count > valueBytes { line += "...".utf8 }
    line.append(UInt8(ascii: "\""))
  }

  /// Appends a message of ours, which may quote a database's words: one line, no control bytes.
  public static func appendMessage(_ message: String, to line: inout [UInt8]) {
    var count = 0
    for byte in message.utf8 {
      count += 1
      guard count <= messageBytes else {
        line += "...".utf8
        return
      }
      if byte < 0x20 || byte == 0x7f {
        appendEscaped(byte, quoted: false, to: &line)
      } else {
        line.append(byte)
      }
    }
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "=")
  }

  private static func appendEscaped(_ byte: UInt8, quoted: Bool, to line: inout [UInt8]) {
    if quoted && (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")) {
      line += [UInt8(ascii: "\\"), byte]
    } else if byte < 0x20 || byte >= 0x7f {
      let digits = Array("0123456789abcdef".utf8)
      line += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    } else {
      line.append(byte)
    }
  }
}
