/// MD4 (RFC 1320), for the hashes that Windows and old servers wrote. No library can be relied on for it: swift-crypto has none, and
/// OpenSSL 3 has moved it into a provider that is not everywhere.
enum MD4 {
  /// In bytes.
  static let byteCount = 16

  /// Hands MD4(message ‖ salt) to `body`.
  static func withDigest<Result>(
    _ message: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let length = message.count + salt.count
    // One bit, zeros, and the length in bits: to a whole number of blocks.
    let padded = (length + 8) / RivestState.blockBytes * RivestState.blockBytes + RivestState.blockBytes
    return withUnsafeTemporaryAllocation(byteCount: padded, alignment: 8) { room in
      defer { wipe(room) }
      room.initializeMemory(as: UInt8.self, repeating: 0)
      room.copyMemory(from: message)
      UnsafeMutableRawBufferPointer(rebasing: room[message.count...]).copyMemory(from: salt)
      room[length] = 0x80
      room.storeBytes(of: UInt64(length).littleEndian &* 8, toByteOffset: padded - 8, as: UInt64.self)
      var state = RivestState()
      for start in stride(from: 0, to: padded, by: RivestState.blockBytes) {
        state.absorbMD4(UnsafeRawBufferPointer(rebasing: room[start..<(start + RivestState.blockBytes)]))
      }
      return state.withBytes(body)
    }
  }
}
