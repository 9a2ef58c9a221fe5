/// The answer to ENUMERATE, piece by piece:
/// ```
/// listing   = *( heading *account ) "." LF
/// heading   = "# " directory LF LF
/// account   = name TAB uid TAB gid TAB home TAB [ maildir ] TAB [ options ] LF
/// ```
/// The final `.` says "this was everything", and scripts delete mailboxes on the strength of it: it is sent only after every
/// directory has been read to its end. For the same reason an account that the client would not see, or see wrongly, is a fault
/// and not skipped: the client cuts a line at `#`.
public enum EnumerationEncoder {
  /// The listing is complete.
  public static let end = [UInt8](".\n".utf8)

  /// Introduces the accounts of one directory. A control byte in its name becomes `?`.
  public static func heading(_ name: [UInt8]) -> [UInt8] {
    var bytes = [UInt8]("# ".utf8)
    for byte in name { bytes.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte) }
    bytes.append("\n\n")
    return bytes
  }

  /// Appends one account's line to `bytes`, with no memory of its own.
  /// - Returns: nil when done. `unsafeValue` for an empty name, or a TAB, LF, NUL or `#` in a value; `tooLong` above
  ///   `WireLimits.enumerationLine`. Then `bytes` is as it was.
  public static func append(
    name: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8], maildir: [UInt8], options: [UInt8],
    to bytes: inout [UInt8]
  ) -> ReplyFault? {
    if let field = unsafeField(name, home, maildir, options) { return .unsafeValue(field: field) }
    let start = bytes.count
    let tab = UInt8(ascii: "\t")
    bytes.append(contentsOf: name)
    bytes.append(tab)
    bytes.append(decimal: uid)
    bytes.append(tab)
    bytes.append(decimal: gid)
    bytes.append(tab)
    bytes.append(contentsOf: home)
    bytes.append(tab)
    bytes.append(contentsOf: maildir)
    bytes.append(tab)
    bytes.append(contentsOf: options)
    bytes.append(UInt8(ascii: "\n"))
    if bytes.count - start > WireLimits.enumerationLine {
      bytes.removeSubrange(start...)
      return .tooLong
    }
    return nil
  }

  private static func unsafeField(
    _ name: [UInt8], _ home: [UInt8], _ maildir: [UInt8], _ options: [UInt8]
  ) -> String? {
    if name.isEmpty || isUnsafe(name) { return "username" }
    if isUnsafe(home) { return "home" }
    if isUnsafe(maildir) { return "maildir" }
    return isUnsafe(options) ? "options" : nil
  }

  private static func isUnsafe(_ value: [UInt8]) -> Bool {
    value.withUnsafeBytes { bytes in
      // Without a branch per byte, so that the compiler may take many at once.
      var found: UInt8 = 0
      for byte in bytes {
        let isBad = byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n") || byte == 0 || byte == UInt8(ascii: "#")
        found |= isBad ? 1 : 0
      }
      return found != 0
    }
  }
}
