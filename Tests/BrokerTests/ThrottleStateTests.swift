import Accounts
import Testing
import Threads

@testable import Broker

@Suite struct ThrottleStateTests {
  private let now = Instant.now
  private let wall: Int64 = 1_800_000_000

  private func filled() -> Throttle {
    var throttle = Throttle(capacity: 100)
    func fail(_ name: [UInt8], _ address: String?, _ count: Int, ago: Int) {
      let subject = ThrottleSubject(name: name, address: address.flatMap { NetworkAddress($0.utf8) }?.site)
      for number in 0..<count { _ = throttle.fail(subject, ThrottleTag(UInt32(number + 1)), at: now - .seconds(ago)) }
    }
    fail(Array("a@d.org".utf8), "192.0.2.1", 3, ago: 900)
    fail(Array("odd name%\n\u{0}ä".utf8), "2001:db8::5", 120, ago: 100)
    fail([0xFF, 0x20], nil, 1, ago: 0)
    fail([UInt8](repeating: 0x2E, count: 9000), nil, 2, ago: 80_000)
    return throttle
  }

  private func state() -> ThrottleState { ThrottleState(filled(), at: now, wall: wall) }

  @Test func comesBackAsItWas() throws {
    let read = try ThrottleState(state().encoded, wall: wall + 30)
    #expect(read == state())
    var throttle = Throttle(capacity: 100)
    read.restore(to: &throttle, wall: wall, at: now)
    let before = filled()
    #expect(throttle.accounts.count == 4)
    #expect(throttle.addresses.count == 2)
    for entry in before.accounts.all {
      let record = try #require(throttle.accounts[entry.key])
      #expect(record.level(.account, at: now) == entry.record.level(.account, at: now))
      #expect(record.row == entry.record.row)
      #expect(record.isSlowed(at: now) == entry.record.isSlowed(at: now))
      #expect(record.last == entry.record.last)
    }
    #expect(throttle.changes == 0, "nothing new to write")
  }

  /// What was off for some time: the failures have faded, as if it had run.
  @Test func timeGoesOnWhileNothingRuns() throws {
    let read = try ThrottleState(state().encoded, wall: wall + 7000)
    var throttle = Throttle(capacity: 100)
    read.restore(to: &throttle, wall: wall + 7000, at: now)
    #expect(throttle.accounts[Array("a@d.org".utf8)]?.level(.account, at: now) == 0)
    #expect(throttle.accounts[[UInt8](repeating: 0x2E, count: 255)] == nil, "forgotten after a day")
    #expect(throttle.accounts[ThrottleSubject.account(Array("odd name%\n\u{0}ä".utf8))]?.isSlowed(at: now) == true)
  }

  @Test func holdsNoPasswordAndNothingMadeFromOne() {
    let text = String(decoding: state().encoded, as: UTF8.self)
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    #expect(words.contains("a@d.org") && words.contains("odd%20name%25%0A%00%C3%A4"))
    // Kind, seven numbers, name: there is no room for more.
    for line in text.split(separator: "\n").dropFirst(2).dropLast() {
      #expect(line.split(separator: " ").count == 9)
    }
  }

  @Test func anEmptyOneIsOne() throws {
    let empty = ThrottleState(Throttle(capacity: 1), at: now, wall: wall)
    #expect(try ThrottleState(empty.encoded, wall: wall).count == 0)
  }

  @Test func everyTruncationIsDamage() {
    let bytes = state().encoded
    for length in bytes.indices {
      #expect(throws: ThrottleState.Fault.self) { try ThrottleState(Array(bytes[..<length]), wall: wall) }
    }
  }

  @Test func everyChangedBitIsNoticed() {
    let bytes = state().encoded
    for place in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << bit
        #expect(throws: ThrottleState.Fault.self, "byte \(place), bit \(bit)") {
          try ThrottleState(changed, wall: wall)
        }
      }
    }
  }

  @Test func randomBytesAreDamage() {
    var random = SystemRandomNumberGenerator()
    let header = Array("gatepost-throttle 1\n".utf8)
    for _ in 0..<2000 {
      let count = Int.random(in: 0..<300, using: &random)
      let noise = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      for bytes in [noise, header + noise] {
        #expect(throws: ThrottleState.Fault.damaged) { try ThrottleState(bytes, wall: wall) }
      }
    }
  }

  /// With a right checksum, as another program might write it.
  @Test(arguments: [
    "account 1 1 1 1 1 1 -", "account 1 1 1 1 1 1 - ", "account -1 1 1 1 1 1 - a", "account 1 1 1 1 1 1 x a",
    "account 99999 1 1 1 1 1 - a", "account 1 1 9999999999999 1 1 1 - a", "account 1 1 1 1 1 1800000001 - a",
    "account 1 1 1 1 1 1 1900000000 a", "group 1 1 1 1 1 1 - a", "account 1 1 1 1 1 1 - a b",
    "account 1 1 1 1 1 1 - %zz",
    "account 1 1 1 1 1 1 - \(String(repeating: "a", count: 256))",
  ])
  func aSenselessRowIsDamage(_ row: String) {
    let bytes = Self.sealed("gatepost-throttle 1\nwritten 1800000000\n\(row)\n")
    #expect(throws: ThrottleState.Fault.damaged) { try ThrottleState(bytes, wall: wall) }
  }

  @Test func versionsAndClocks() throws {
    #expect(throws: ThrottleState.Fault.foreignVersion) {
      try ThrottleState(Self.sealed("gatepost-throttle 2\nwritten 1800000000\n"), wall: wall)
    }
    #expect(throws: ThrottleState.Fault.fromTheFuture) { try ThrottleState(state().encoded, wall: wall - 61) }
    #expect(try ThrottleState(state().encoded, wall: wall - 60).count == 6)
    let addressless = Self.sealed("gatepost-throttle 1\nwritten 1800000000\naddress 9 0 1 1 1 1799999999 - nonsense\n")
    var throttle = Throttle(capacity: 1)
    try ThrottleState(addressless, wall: wall).restore(to: &throttle, wall: wall, at: now)
    #expect(throttle.isIdle)
  }

  /// With its checksum, computed bit by bit.
  private static func sealed(_ text: String) -> [UInt8] {
    var sum = UInt32.max
    for byte in text.utf8 {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    let digits = String(~sum, radix: 16)
    return Array(text.utf8) + Array("checksum \(String(repeating: "0", count: 8 - digits.count))\(digits)\n".utf8)
  }
}
