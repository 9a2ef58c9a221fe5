internal import Glibc

/// The four words that MD4 and MD5 carry from block to block, and the two functions that work a block into them (RFC 1320, section 3.4;
/// RFC 1321, section 3.4).
struct RivestState {
  /// In bytes.
  static let blockBytes = 64

  private var a: UInt32 = 0x6745_2301
  private var b: UInt32 = 0xEFCD_AB89
  private var c: UInt32 = 0x98BA_DCFE
  private var d: UInt32 = 0x1032_5476

  /// The words, the least significant byte first.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: (a.littleEndian, b.littleEndian, c.littleEndian, d.littleEndian), body)
  }

  /// MD4's function.
  /// - Parameter block: 64 bytes.
  mutating func absorbMD4(_ block: UnsafeRawBufferPointer) {
    let before = self
    for step in 0..<16 {
      turn(b & c | ~b & d, block, step, 0, [3, 7, 11, 19][step % 4])
    }
    for step in 0..<16 {
      turn(b & c | b & d | c & d, block, step % 4 * 4 + step / 4, 0x5A82_7999, [3, 5, 9, 13][step % 4])
    }
    for step in 0..<16 {
      turn(b ^ c ^ d, block, Self.reversedBits[step], 0x6ED9_EBA1, [3, 9, 11, 15][step % 4])
    }
    add(before)
  }

  /// MD5's function.
  /// - Parameter block: 64 bytes.
  mutating func absorbMD5(_ block: UnsafeRawBufferPointer) {
    let before = self
    for step in 0..<64 {
      let (mixed, index, shifts): (UInt32, Int, [UInt32]) =
        switch step / 16 {
        case 0: (b & c | ~b & d, step, [7, 12, 17, 22])
        case 1: (b & d | c & ~d, (5 * step + 1) % 16, [5, 9, 14, 20])
        case 2: (b ^ c ^ d, (3 * step + 5) % 16, [4, 11, 16, 23])
        default: (c ^ (b | ~d), 7 * step % 16, [6, 10, 15, 21])
        }
      let old = b
      turn(mixed, block, index, Self.sines[step], shifts[step % 4])
      // MD5 adds the word beside it, MD4 does not.
      b &+= old
    }
    add(before)
  }

  private mutating func turn(
    _ mixed: UInt32, _ block: UnsafeRawBufferPointer, _ index: Int, _ constant: UInt32, _ shift: UInt32
  ) {
    let word = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
    let sum = a &+ mixed &+ word &+ constant
    (a, b, c, d) = (d, sum << shift | sum >> (32 - shift), b, c)
  }

  private mutating func add(_ other: RivestState) {
    a &+= other.a
    b &+= other.b
    c &+= other.c
    d &+= other.d
  }

  /// 0 to 15 with their four bits in reverse.
  private static let reversedBits = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]
  /// floor(2³² · |sin(i + 1)|), as RFC 1321 defines them.
  private static let sines: [UInt32] = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296) }
}
