import Testing

@testable import AuthdaemonWire

/// Eight bytes are asked at once, the rest singly: every byte must be seen at every place of both.
@Suite struct ByteScanningTests {
  @Test func everyByteIsSeenAtEveryPlace() {
    for count in 1...18 {
      for place in 0..<count {
        for byte in UInt8.min...UInt8.max {
          for filler in [UInt8(ascii: "a"), 0x20, 0x80, 0xff] {
            var bytes = [UInt8](repeating: filler, count: count)
            bytes[place] = byte
            bytes.withUnsafeBytes { bytes in
              let control = byte < 0x20 || byte == 0x7f
              let breaks = byte == 0 || byte == UInt8(ascii: "\n")
              let marks = Self.marks.contains(byte) ? 1 : 0
              if bytes.holdsControlByte != control || bytes.holdsLineBreakOrNUL != breaks || bytes.listMarks != marks {
                Issue.record("\(byte) among \(filler) at \(place) of \(count)")
              }
            }
          }
        }
      }
    }
  }

  private static let marks: [UInt8] = [0, UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "#")]

  @Test(arguments: marks) func marksAreCountedHoweverManyThereAre(_ mark: UInt8) {
    for count in Array(0...600) + [4_095, 4_096, 4_097, WireLimits.enumerationLine, 100_000] {
      var bytes = [UInt8](repeating: mark, count: count)
      #expect(bytes.withUnsafeBytes { $0.listMarks } == count)
      if count == 0 { continue }
      bytes[count / 2] = UInt8(ascii: "a")
      #expect(bytes.withUnsafeBytes { $0.listMarks } == count - 1)
    }
  }

  @Test func nothingHoldsNothing() {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    #expect(!none.holdsControlByte && !none.holdsLineBreakOrNUL && none.listMarks == 0)
    #expect(none.position(of: 0) == nil && none.position(of: 0, from: 3) == nil)
    #expect(!none.spells("AUTH"))
  }
}
