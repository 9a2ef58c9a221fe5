/// A socket's permissions as the file spells them.
/// ```
/// mode = ["0"] 3OCTDIGIT
/// ```
enum SocketMode {
  /// Who asks needs to write; a mode that lets nobody write is a mistake.
  private static let anyWrite: UInt16 = 0o222

  static func parse(_ text: String) throws(Objection) -> UInt16 {
    let octal = text.utf8.count == 4 && text.hasPrefix("0") ? text.dropFirst() : Substring(text)
    guard octal.utf8.count == 3, octal.utf8.allSatisfy({ (0x30...0x37).contains($0) }),
      let mode = UInt16(octal, radix: 8)
    else {
      throw Objection("expected octal permissions up to \"0777\", such as \"0660\", found \"\(Label.harmless(text))\"")
    }
    guard mode & anyWrite != 0 else {
      throw Objection("\"\(text)\" lets nobody connect: that needs the permission to write, as in \"0660\"")
    }
    return mode
  }

  /// Four octal digits.
  static func format(_ mode: UInt16) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
