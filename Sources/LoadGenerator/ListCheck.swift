/// Checks a listing as it arrives, and holds none of it: that every account's line has six fields, and that the final `.` is
/// there with nothing behind it.
struct ListCheck {
  private static let fieldsPerAccount = 6

  /// Lines that are accounts.
  private(set) var accounts = 0
  /// Of the listing, so far.
  private(set) var bytes = 0
  private var tabs = 0
  private var isEnded = false
  private var isGarbled = false
  /// Of the line that is not whole yet: how many bytes, and the first of them.
  private var held = 0
  private var first: UInt8 = 0

  mutating func feed(_ piece: UnsafeRawBufferPointer) {
    bytes += piece.count
    var found = 0
    for byte in piece { found &+= byte == UInt8(ascii: "\t") ? 1 : 0 }
    tabs += found
    var start = 0
    while start < piece.count {
      if isEnded { isGarbled = true }
      if held == 0 { first = piece[start] }
      guard let end = piece.position(of: UInt8(ascii: "\n"), start, piece.count) else {
        held += piece.count - start
        return
      }
      endLine(length: held + end - start)
      held = 0
      start = end + 1
    }
  }

  private mutating func endLine(length: Int) {
    if length == 0 { return }
    switch first {
    case UInt8(ascii: "."): if length == 1 { isEnded = true } else { accounts += 1 }
    case UInt8(ascii: "#"): break
    default: accounts += 1
    }
  }

  /// What the listing, read to the end of the connection, is worth.
  /// - Parameter expected: how many accounts there must be; nil is any number.
  func verdict(expecting expected: Int?) -> LoadReport.Verdict {
    if bytes == 0 { return .silent }
    if bytes == 5, held == 0, accounts == 1, first == UInt8(ascii: "F") { return .refused }
    guard isEnded, held == 0 else { return .truncated }
    if isGarbled || tabs != accounts * (Self.fieldsPerAccount - 1) { return .garbled }
    return expected == nil || expected == accounts ? .right : .foreign
  }
}
