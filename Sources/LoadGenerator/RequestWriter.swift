internal import AuthdaemonWire
internal import CLinux

/// Writes one request after the other into the same memory: what `RequestEncoder` makes, without an allocation for each.
/// The memory is overwritten at the end, since it holds a password.
struct RequestWriter: ~Copyable {
  private let memory: UnsafeMutableRawBufferPointer
  private let service: [UInt8]
  private var length = 0

  init(service: [UInt8]) {
    self.service = Array(service.prefix(LoadPlan.longestService))
    memory = .allocate(byteCount: 2 * UsersFile.maximumField + LoadPlan.longestService + 64, alignment: 16)
  }

  deinit {
    if let base = memory.baseAddress { gatepost_wipe(base, memory.count) }
    memory.deallocate()
  }

  /// The request, until the next one is written.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<length]) }

  mutating func login(user: UnsafeRawBufferPointer, password: UnsafeRawBufferPointer) {
    length = 0
    append("AUTH ")
    append(decimal: service.count + 7 + user.count + 1 + password.count + 1)
    append("\n")
    service.withUnsafeBytes { append($0) }
    append("\nlogin\n")
    append(user)
    append("\n")
    append(password)
    append("\n")
  }

  mutating func account(user: UnsafeRawBufferPointer) {
    length = 0
    append("PRE . ")
    service.withUnsafeBytes { append($0) }
    append(" ")
    append(user)
    append("\n")
  }

  mutating func list() {
    length = 0
    RequestEncoder.enumerate.withUnsafeBytes { append($0) }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    UnsafeMutableRawBufferPointer(rebasing: memory[length...]).copyMemory(from: bytes)
    length += bytes.count
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
  }

  private mutating func append(decimal number: Int) {
    if number >= 10 { append(decimal: number / 10) }
    memory[length] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
    length += 1
  }
}
