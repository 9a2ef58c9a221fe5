internal import Crypto

/// What Dovecot keeps for CRAM-MD5: HMAC-MD5 (RFC 2104) after it has worked in the key and nothing else.
/// ```
/// raw = outer inner        ; each the four words of MD5 after one block: the padded password xor 0x5C…, xor 0x36…
/// ```
/// Whoever has it can answer a challenge without the password. It is verified here against a password alone.
struct CramMD5Method: UnsaltedMethod {
  static let byteCount = 32

  var servesMechanism: Bool { true }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    return Self.withContexts(password) { equalInConstantTime($0, raw) } ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    Self.withContexts(password) { Array($0) }
  }

  private static func withContexts<Result>(
    _ password: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    if password.count > RivestState.blockBytes {
      var function = Insecure.MD5()
      function.update(bufferPointer: password)
      return function.finalize().withUnsafeBytes { withContexts($0, body) }
    }
    return withUnsafeTemporaryAllocation(byteCount: RivestState.blockBytes + byteCount, alignment: 8) { room in
      defer { wipe(room) }
      room.initializeMemory(as: UInt8.self, repeating: 0)
      room.copyMemory(from: password)
      let block = UnsafeMutableRawBufferPointer(rebasing: room[..<RivestState.blockBytes])
      let contexts = UnsafeMutableRawBufferPointer(rebasing: room[RivestState.blockBytes...])
      var paddingBefore: UInt8 = 0
      for (place, padding) in [(0, UInt8(0x5C)), (16, UInt8(0x36))] {
        for index in block.indices { block[index] ^= paddingBefore ^ padding }
        paddingBefore = padding
        var state = RivestState()
        state.absorbMD5(UnsafeRawBufferPointer(block))
        state.withBytes { UnsafeMutableRawBufferPointer(rebasing: contexts[place...]).copyMemory(from: $0) }
      }
      return body(UnsafeRawBufferPointer(contexts))
    }
  }
}
