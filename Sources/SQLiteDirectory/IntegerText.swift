/// The integer that a column held the last time, in decimal. Rows often have the same uid and gid; SQLite would write down each anew.
final class IntegerText {
  /// `-9223372036854775808`.
  private static let longest = 20

  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: IntegerText.longest, alignment: 1)
  private var number: Int64?
  private var start = IntegerText.longest

  deinit { room.deallocate() }

  /// `number` as SQLite writes it. Lasts until it is asked for another.
  func text(of number: Int64) -> UnsafeRawBufferPointer {
    if number != self.number { write(number) }
    return UnsafeRawBufferPointer(rebasing: room[start...])
  }

  private func write(_ number: Int64) {
    self.number = number
    start = room.count
    var rest = number.magnitude
    repeat {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    if number < 0 { put(UInt8(ascii: "-")) }
  }

  private func put(_ byte: UInt8) {
    start -= 1
    room[start] = byte
  }
}
