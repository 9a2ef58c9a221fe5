/// Reads a listing as it arrives, a line at a time: no more than one line is held, however long the listing is.
public struct EnumerationDecoder: Sendable {
  private var held: [UInt8] = []
  private var isOverlong = false
  private var isStarted = false

  /// Whether the final `.` has come.
  private var isEnded = false
  private var isFollowed = false

  /// Whether the final `.` has come and nothing behind it. Ask after the last `feed`: false means that the listing is cut short
  /// and must not be taken for everything.
  public var isComplete: Bool { isEnded && !isFollowed }

  /// Whether not a byte has come: at the end of the connection, a temporary failure.
  public var isEmpty: Bool { !isStarted }

  /// At the beginning of a listing.
  public init() {}

  /// Takes the bytes that arrived, and hands on what they complete, in order.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer, _ body: (EnumerationEntry) throws -> Void) rethrows {
    var rest = bytes
    while !rest.isEmpty {
      isStarted = true
      isFollowed = isEnded
      let lineFeed = rest.position(of: UInt8(ascii: "\n"))
      let piece = rest.part(0..<(lineFeed ?? rest.count))
      let isOverlong = self.isOverlong || held.count + piece.count >= WireLimits.enumerationLine
      self.isOverlong = isOverlong
      guard let lineFeed else {
        if !isOverlong { held.append(contentsOf: piece) }
        return
      }
      rest = rest.part(from: lineFeed + 1)
      self.isOverlong = false
      defer { held.removeAll(keepingCapacity: true) }
      var entry: EnumerationEntry?
      if isOverlong {
        entry = .garbled("a line is longer than \(WireLimits.enumerationLine) bytes, more than clients can hold")
      } else if held.isEmpty {
        entry = Self.entry(piece)
      } else {
        held.append(contentsOf: piece)
        entry = held.withUnsafeBytes(Self.entry)
      }
      if isEnded { entry = .garbled("something follows the final \".\"") }
      isEnded = isEnded || entry == .end
      if let entry { try body(entry) }
    }
  }

  /// Takes the bytes that arrived, and returns what they complete, in order.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [EnumerationEntry] {
    var entries: [EnumerationEntry] = []
    feed(bytes) { entries.append($0) }
    return entries
  }

  private static func entry(_ line: UnsafeRawBufferPointer) -> EnumerationEntry? {
    if line.isEmpty { return nil }
    if line.spells(".") { return .end }
    if line.spells("FAIL") { return .refused }
    if line[0] == UInt8(ascii: "#") {
      return .heading([UInt8](line.part(from: 1).withoutLeadingSpaces))
    }
    let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    guard fields.count == 6, !fields[0].isEmpty, let uid = number(fields[1]), let gid = number(fields[2]) else {
      return .garbled("a line is not name, uid, gid, home, maildir, options")
    }
    return .account(
      EnumerationEntry.Account(
        name: [UInt8](fields[0]), uid: uid, gid: gid, home: [UInt8](fields[3]), maildir: [UInt8](fields[4]),
        options: [UInt8](fields[5])))
  }

  private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt32? {
    if digits.isEmpty { return nil }
    var number: UInt32 = 0
    for digit in digits {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = digit else { return nil }
      let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(UInt32(digit - UInt8(ascii: "0")))
      if overflow || carry { return nil }
      number = sum
    }
    return number
  }
}
