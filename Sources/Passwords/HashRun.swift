/// One computation after another in the same context.
struct HashRun<Function: HashFunction> {
  private let context: UnsafeMutablePointer<Function.Context>
  /// 0 once libcrypto has refused anything: nothing that was computed counts then.
  private var verdict: Int32 = 1

  var isSound: Bool { verdict == 1 }

  /// - Parameter context: uninitialised memory, to be wiped by whoever owns it.
  init(in context: UnsafeMutablePointer<Function.Context>) { self.context = context }

  mutating func begin() { verdict &= Function.begin(context) }

  /// Begins where `other` stands.
  mutating func begin(from other: UnsafePointer<Function.Context>) { context.initialize(from: other, count: 1) }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    verdict &= Function.add(context, bytes.baseAddress, bytes.count)
  }

  mutating func add(_ text: StaticString) {
    verdict &= Function.add(context, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Adds `count` bytes: `bytes` again and again, the last time perhaps a part of it.
  mutating func add(_ bytes: UnsafeRawBufferPointer, repeatedTo count: Int) {
    guard !bytes.isEmpty else { return }
    for start in stride(from: 0, to: count, by: bytes.count) {
      add(UnsafeRawBufferPointer(rebasing: bytes[..<min(bytes.count, count - start)]))
    }
  }

  /// - Parameter digest: room for `Function.byteCount` bytes.
  mutating func end(into digest: UnsafeMutableRawBufferPointer) {
    verdict &= Function.end(context, digest.assumingMemoryBound(to: UInt8.self).baseAddress)
  }

  /// Hands the digest to `body`, and wipes it after that.
  /// - Returns: nil when libcrypto has refused anything, and `body` was not called.
  mutating func end<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    withUnsafeTemporaryAllocation(byteCount: Function.byteCount, alignment: 16) { digest in
      defer { wipe(digest) }
      end(into: digest)
      return isSound ? body(UnsafeRawBufferPointer(digest)) : nil
    }
  }
}
