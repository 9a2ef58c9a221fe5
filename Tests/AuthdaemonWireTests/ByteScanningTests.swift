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
              if bytes.holdsControlByte != control || bytes.holdsLineBreakOrNUL != breaks {
                Issue.record("\(byte) among \(filler) at \(place) of \(count)")
              }
            }
          }
        }
      }
    }
  }

  @Test func nothingHoldsNothing() {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    #expect(!none.holdsControlByte && !none.holdsLineBreakOrNUL)
    #expect(none.position(of: 0) == nil && none.position(of: 0, from: 3) == nil)
    #expect(!none.spells("AUTH"))
  }
}
