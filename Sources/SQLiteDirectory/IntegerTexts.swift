/// Integers that columns held the last time, in decimal. Rows often have the same uid and gid; SQLite would write down each anew.
///
/// In memory of its own, so that nothing is counted or checked for each value of a million rows. Not `Sendable`: it belongs to a
/// statement.
final class IntegerTexts {
  /// `-9223372036854775808`.
  private static let longest = 20

  private struct Entry {
    var number: Int64 = 0
    /// Where it begins; `longest` as long as there is none.
    var start = IntegerTexts.longest
  }

  private let entries: UnsafeMutableBufferPointer<Entry>
  private let room: UnsafeMutableRawBufferPointer

  /// Of how many columns.
  var count: Int { entries.count }

  /// - Parameter count: of how many columns.
  init(count: Int) {
    entries = .allocate(capacity: count)
    entries.initialize(repeating: Entry())
    room = .allocate(byteCount: count * Self.longest, alignment: 1)
  }

  deinit {
    entries.deallocate()
    room.deallocate()
  }

  /// `number` as SQLite writes it, of the column at `place`. Lasts until the same column has another one.
  func text(of number: Int64, at place: Int) -> UnsafeRawBufferPointer {
    let start = place * Self.longest
    if entries[place].start == Self.longest || entries[place].number != number {
      let digits = UnsafeMutableRawBufferPointer(rebasing: room[start..<(start + Self.longest)])
      entries[place] = Entry(number: number, start: Self.write(number, to: digits))
    }
    return UnsafeRawBufferPointer(rebasing: room[(start + entries[place].start)..<(start + Self.longest)])
  }

  /// - Returns: where in `room`, to whose end it reaches, it begins.
  private static func write(_ number: Int64, to room: UnsafeMutableRawBufferPointer) -> Int {
    var start = room.count
    func put(_ byte: UInt8) {
      start -= 1
      room[start] = byte
    }
    var rest = number.magnitude
    repeat {
      put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    if number < 0 { put(UInt8(ascii: "-")) }
    return start
  }
}
