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
  /// In a line: five TAB and an LF.
  private static let marks = 6

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
    name: UnsafeRawBufferPointer, uid: UInt32, gid: UInt32, home: UnsafeRawBufferPointer,
    maildir: UnsafeRawBufferPointer, options: UnsafeRawBufferPointer, to bytes: inout [UInt8]
  ) -> ReplyFault? {
    let isDone = withNumbers(uid, gid) { numbers in
      // Behind home, maildir and options there is a mark each.
      let size = name.count + numbers.count + home.count + maildir.count + options.count + 3
      if name.isEmpty || size > WireLimits.enumerationLine { return false }
      // Room for the line at once: piece by piece, an array asks each time whether it has room.
      let start = bytes.count
      bytes.append(contentsOf: blank[..<size])
      let marks = bytes.withUnsafeMutableBytes { bytes in
        var end = start
        func put(_ field: UnsafeRawBufferPointer) {
          UnsafeMutableRawBufferPointer(rebasing: bytes[end...]).copyMemory(from: field)
          end += field.count
        }
        func put(_ byte: UInt8) {
          bytes[end] = byte
          end += 1
        }
        put(name)
        put(numbers)
        put(home)
        put(UInt8(ascii: "\t"))
        put(maildir)
        put(UInt8(ascii: "\t"))
        put(options)
        put(UInt8(ascii: "\n"))
        // The whole line at once, which is quicker than field by field: it holds our marks, and no other.
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end]).listMarks
      }
      if marks != Self.marks { bytes.removeSubrange(start...) }
      return marks == Self.marks
    }
    if isDone { return nil }
    return unsafeField(name, home, maildir, options).map { .unsafeValue(field: $0) } ?? .tooLong
  }

  /// What a line is written over.
  private static let blank = [UInt8](repeating: 0, count: WireLimits.enumerationLine)

  /// `TAB uid TAB gid TAB`.
  private static func withNumbers<Result>(
    _ uid: UInt32, _ gid: UInt32, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    // From its end: two numbers of ten digits at the most, and what is around them.
    withUnsafeTemporaryAllocation(byteCount: 23, alignment: 1) { room in
      var start = room.count
      func put(_ byte: UInt8) {
        start -= 1
        room[start] = byte
      }
      func put(_ number: UInt32) {
        put(UInt8(ascii: "\t"))
        var rest = number
        repeat {
          put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
          rest /= 10
        } while rest > 0
      }
      put(gid)
      put(uid)
      put(UInt8(ascii: "\t"))
      return body(UnsafeRawBufferPointer(rebasing: room[start...]))
    }
  }

  private static func unsafeField(
    _ name: UnsafeRawBufferPointer, _ home: UnsafeRawBufferPointer, _ maildir: UnsafeRawBufferPointer,
    _ options: UnsafeRawBufferPointer
  ) -> String? {
    if name.isEmpty || name.listMarks > 0 { return "username" }
    if home.listMarks > 0 { return "home" }
    if maildir.listMarks > 0 { return "maildir" }
    return options.listMarks > 0 ? "options" : nil
  }
}

extension EnumerationEncoder {
  /// The same for values that lie in arrays.
  public static func append(
    name: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8], maildir: [UInt8], options: [UInt8],
    to bytes: inout [UInt8]
  ) -> ReplyFault? {
    name.withUnsafeBytes { name in
      home.withUnsafeBytes { home in
        maildir.withUnsafeBytes { maildir in
          options.withUnsafeBytes { options in
            append(name: name, uid: uid, gid: gid, home: home, maildir: maildir, options: options, to: &bytes)
          }
        }
      }
    }
  }
}
