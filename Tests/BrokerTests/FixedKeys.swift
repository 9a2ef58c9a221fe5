/// Keys and salts that are the same in each run: one wrong password in 256 looks like the last right one, and a test would now and then
/// meet it.
struct FixedKeys: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    // Knuth's constants for 64 bits; its upper half is the better one.
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state << 32 | state >> 32
  }
}
