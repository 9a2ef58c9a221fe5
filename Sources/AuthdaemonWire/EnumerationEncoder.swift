/// The answer to ENUMERATE, piece by piece:
/// ```
/// listing   = *( heading *account ) "." LF
/// heading   = "# " directory LF LF
/// account   = name TAB uid TAB gid TAB home TAB [ maildir ] TAB [ options ] LF
/// ```
/// The final `.` says "this was everything", and scripts delete mailboxes on the strength of it: it is sent only after every
/// directory has been read to its end. For the same reason an account that the client would not see, or see wrongly, is a fault
/// and not skipped: the client cuts a line at `#`.
///
/// A value that remembers how it wrote down the last uid and gid: in most lists they are those of all.
public struct EnumerationEncoder {
  /// In a line: five TAB and an LF.
  private static let marks = 6

  /// The listing is complete.
  public static let end = [UInt8](".\n".utf8)

  private var uid: UInt32 = 0
  private var gid: UInt32 = 0
  /// `TAB uid TAB gid TAB`.
  private var numbers = [UInt8]("\t0\t0\t".utf8)

  /// An encoder at the beginning of a list.
  public init() {}

  /// Introduces the accounts of one directory. A control byte in its name becomes `?`.
  public static func heading(_ name: [UInt8]) -> [UInt8] {
    var bytes = [UInt8]("# ".utf8)
    for byte in name { bytes.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte) }
    bytes.append("\n\n")
    return bytes
  }

  /// Writes one account's line to the beginning of `room`, with no memory of its own.
  /// - Parameter room: `WireLimits.enumerationLine` bytes are enough for any line.
  /// - Returns: how many bytes it has. `unsafeValue` for an empty name, or a TAB, LF, NUL or `#` in a value; `tooLong` above
  ///   `WireLimits.enumerationLine`, or when `room` is too small. Then what is in `room` is of no use.
  public mutating func write(
    name: UnsafeRawBufferPointer, uid: UInt32, gid: UInt32, home: UnsafeRawBufferPointer,
    maildir: UnsafeRawBufferPointer, options: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) -> Result<Int, ReplyFault> {
    if uid != self.uid || gid != self.gid {
      (self.uid, self.gid) = (uid, gid)
      numbers = [UInt8]("\t\(uid)\t\(gid)\t".utf8)
    }
    // Behind home, maildir and options there is a mark each.
    let size = name.count + numbers.count + home.count + maildir.count + options.count + 3
    guard !name.isEmpty, size <= min(WireLimits.enumerationLine, room.count), let start = room.baseAddress else {
      return .failure(Self.unsafeField(name, home, maildir, options).map { .unsafeValue(field: $0) } ?? .tooLong)
    }
    var end = start
    func put(_ field: UnsafeRawBufferPointer) {
      guard let source = field.baseAddress else { return }
      end.copyMemory(from: source, byteCount: field.count)
      end += field.count
    }
    func put(_ byte: UInt8) {
      end.storeBytes(of: byte, as: UInt8.self)
      end += 1
    }
    put(name)
    numbers.withUnsafeBytes { put($0) }
    put(home)
    put(UInt8(ascii: "\t"))
    put(maildir)
    put(UInt8(ascii: "\t"))
    put(options)
    put(UInt8(ascii: "\n"))
    // The whole line at once, which is quicker than field by field: it holds our marks, and no other.
    if UnsafeRawBufferPointer(start: start, count: size).listMarks == Self.marks { return .success(size) }
    return .failure(.unsafeValue(field: Self.unsafeField(name, home, maildir, options) ?? "username"))
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
  /// The same for values that lie in arrays: appends the line, unless there is something wrong with it.
  public mutating func append(
    name: [UInt8], uid: UInt32, gid: UInt32, home: [UInt8], maildir: [UInt8], options: [UInt8],
    to bytes: inout [UInt8]
  ) -> ReplyFault? {
    let line = name.withUnsafeBytes { name in
      home.withUnsafeBytes { home in
        maildir.withUnsafeBytes { maildir in
          options.withUnsafeBytes { options in
            withUnsafeTemporaryAllocation(byteCount: WireLimits.enumerationLine, alignment: 1) { room in
              write(name: name, uid: uid, gid: gid, home: home, maildir: maildir, options: options, to: room)
                .map { [UInt8](UnsafeRawBufferPointer(rebasing: room[..<$0])) }
            }
          }
        }
      }
    }
    switch line {
    case .success(let line): bytes += line
    case .failure(let fault): return fault
    }
    return nil
  }
}
