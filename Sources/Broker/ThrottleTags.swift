internal import Passwords

/// Tells one wrong password of one account from another, by four bytes of a keyed digest: enough to know it again, and too little to find
/// it by. The key is new with each start, and never written.
struct ThrottleTag: Sendable, Equatable {
  let value: UInt32

  /// Never 0, which stands for none.
  init(_ value: UInt32) { self.value = value == 0 ? 1 : value }

  init(_ tag: PasswordTag) { self.init(UInt32(truncatingIfNeeded: tag.prefix)) }
}

/// The last wrong passwords: sixteen, in the place of a longer one the oldest goes.
struct ThrottleTags: Sendable, Equatable {
  /// 16.
  static let capacity = 16

  private var values = SIMD16<UInt32>(repeating: 0)
  private var next: UInt8 = 0

  func contains(_ tag: ThrottleTag) -> Bool { any(values .== SIMD16(repeating: tag.value)) }

  mutating func insert(_ tag: ThrottleTag) {
    values[Int(next)] = tag.value
    next = (next + 1) % UInt8(Self.capacity)
  }
}
