/// A key of HMAC (RFC 2104), worked into both of its hashes once: a message costs no more than what is to be hashed of it.
/// ```
/// HMAC(K, text) = H((K xor 5C…) ‖ H((K xor 36…) ‖ text))        ; K filled with zeros to a block; H(K) for a longer one
/// ```
/// Not libcrypto's own, which is EVP's: see ``HashFunction``.
final class HMACKey<Function: HashFunction>: @unchecked Sendable {
  // Unchecked: `init` and `deinit` write to it, and nobody else does.
  /// The inner hash, then the outer one. Each has taken the filled key in, and nothing else.
  private let contexts: UnsafeMutablePointer<Function.Context>

  private var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: contexts, count: 2 * MemoryLayout<Function.Context>.stride)
  }

  /// Nil when libcrypto refuses.
  init?(_ key: UnsafeRawBufferPointer) {
    contexts = .allocate(capacity: 2)
    let isSound =
      key.count > Function.blockByteCount
      ? Function.withDigest(key) { workIn($0) } ?? false
      : workIn(key)
    if !isSound { return nil }
  }

  deinit {
    wipe(bytes)
    contexts.deallocate()
  }

  private func workIn(_ key: UnsafeRawBufferPointer) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: Function.blockByteCount, alignment: 8) { block in
      defer { wipe(block) }
      var isSound = true
      for (place, padding) in [(0, UInt8(0x36)), (1, 0x5C)] {
        for index in block.indices { block[index] = (index < key.count ? key[index] : 0) ^ padding }
        var run = HashRun<Function>(in: contexts + place)
        run.begin()
        run.add(UnsafeRawBufferPointer(block))
        isSound = isSound && run.isSound
      }
      return isSound
    }
  }

  /// Both hashes, for as long as `body` runs.
  func withContexts<Result>(
    _ body: (_ inner: UnsafePointer<Function.Context>, _ outer: UnsafePointer<Function.Context>) -> Result
  ) -> Result {
    withExtendedLifetime(self) { body(contexts, contexts + 1) }
  }

  /// Hands the code of a message to `body`, and wipes it after that.
  /// - Parameter add: adds the message's pieces.
  /// - Returns: nil when libcrypto refuses, and `body` was not called.
  func withCode<Result>(
    of add: (inout HashRun<Function>) -> Void, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    Function.withRun { run in
      run.begin(from: contexts)
      add(&run)
      return withUnsafeTemporaryAllocation(byteCount: Function.byteCount, alignment: 16) { digest in
        defer { wipe(digest) }
        run.end(into: digest)
        run.begin(from: contexts + 1)
        run.add(UnsafeRawBufferPointer(digest))
        return run.end(body)
      }
    }
  }
}
