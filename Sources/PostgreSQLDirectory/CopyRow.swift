internal import Glibc

// COPY's text format as the server writes it, a message for each row (PostgreSQL's manual, COPY, "Text Format"):
//
//   row     = field *( TAB field ) LF
//   field   = null / *( byte / escape )        ; byte: none of NUL, TAB, LF and "\"
//   null    = "\N"
//   escape  = "\" ( "b" / "f" / "n" / "r" / "t" / "v" / "\" )
//
// In a client_encoding whose characters may hold the byte of "\" (Big5, GBK, Shift JIS, …) it cannot be read byte by byte.

/// Where the values of one row are. Used again for each row, which allocates nothing here.
struct CopyRow {
  private static let backslash = UInt8(ascii: "\\")
  private static let tab = UInt8(ascii: "\t")

  /// Of each value; nil for NULL.
  private var values: [UnsafeRawBufferPointer?]

  /// - Parameter columns: how many values each row has.
  init(columns: Int) {
    values = Array(repeating: nil, count: columns)
  }

  /// Takes the row that lies in `room`, and writes its values there without their escapes: they last as long as `room`.
  /// - Returns: false when it is no row of so many columns. Then what it holds is of no use.
  mutating func take(_ room: UnsafeMutableRawBufferPointer) -> Bool {
    guard room.last == UInt8(ascii: "\n"), let base = room.baseAddress else { return false }
    let end = room.count - 1
    // Most rows have none.
    let hasEscapes = memchr(base, Int32(Self.backslash), end) != nil
    var start = 0
    for column in values.indices {
      guard start <= end else { return false }
      let stop = memchr(base + start, Int32(Self.tab), end - start).map { $0 - base } ?? end
      let field = UnsafeMutableRawBufferPointer(rebasing: room[start..<stop])
      if !hasEscapes {
        values[column] = UnsafeRawBufferPointer(field)
      } else if field.elementsEqual([Self.backslash, UInt8(ascii: "N")]) {
        values[column] = nil
      } else {
        guard let count = Self.unescape(field) else { return false }
        values[column] = UnsafeRawBufferPointer(rebasing: field[..<count])
      }
      start = stop + 1
    }
    return start == end + 1
  }

  /// The bytes of one value, nil for NULL.
  subscript(column: Int) -> UnsafeRawBufferPointer? { values[column] }

  /// - Returns: how many bytes remain; nil for an escape that COPY does not write.
  private static func unescape(_ field: UnsafeMutableRawBufferPointer) -> Int? {
    guard var read = field.firstIndex(of: backslash) else { return field.count }
    var written = read
    while read < field.count {
      var byte = field[read]
      if byte == backslash {
        read += 1
        guard read < field.count, let meant = meaning(of: field[read]) else { return nil }
        byte = meant
      }
      field[written] = byte
      written += 1
      read += 1
    }
    return written
  }

  private static func meaning(of letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "v"): 0x0B
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "r"): 0x0D
    case backslash: backslash
    default: nil
    }
  }
}
