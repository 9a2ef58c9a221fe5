/// The hashes of SHA256-CRYPT and SHA512-CRYPT, by libcrypto's SHA-2: libcrypt's, which is portable C, takes half as long again for
/// `$6$` and four times as long for `$5$`. How they are computed: ``SHACryptRounds``.
enum SHACrypt: Sendable {
  case sha256
  case sha512

  /// The setting of a stored string, as far as it is one that every crypt(3) takes alike.
  struct Setting {
    let salt: UnsafeRawBufferPointer
    let rounds: Int

    /// Fewer are refused by some and raised by others.
    private static let fewestRounds = 1000
    private static let longestSalt = 16

    /// Nil for what libcrypt may refuse, and other implementations read in other ways: too few rounds, letters in the salt that are not
    /// of crypt's alphabet.
    /// - Parameters:
    ///   - stored: the whole string.
    ///   - prefix: the length of its beginning.
    init?(_ stored: UnsafeRawBufferPointer, prefix: Int) {
      var cursor = Cursor(text: stored, at: prefix)
      guard let rounds = CryptGrammar.takeRounds(&cursor, otherwise: CryptGrammar.standardSHARounds) else { return nil }
      let start = cursor.at
      guard rounds >= Self.fewestRounds, let count = cursor.takeBase64(upTo: Self.longestSalt), cursor.take("$") else {
        return nil
      }
      self.rounds = rounds
      salt = UnsafeRawBufferPointer(rebasing: stored[start..<(start + count)])
    }
  }

  /// Hands the hash's letters to `body`: 43 or 86. They are wiped after it.
  /// - Parameter password: its length in the square is hashed too, so that it is better kept below a few hundred bytes.
  /// - Returns: nil when libcrypto refuses, and `body` was not called.
  func withHash<Result>(
    _ password: UnsafeRawBufferPointer, _ setting: Setting, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    switch self {
    case .sha256: compute(SHA256Function.self, password, setting, body)
    case .sha512: compute(SHA512Function.self, password, setting, body)
    }
  }

  private func compute<Function: HashFunction, Result>(
    _: Function.Type, _ password: UnsafeRawBufferPointer, _ setting: Setting,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    let size = SHACryptRounds<Function>.byteCount(password: password.count, salt: setting.salt.count)
    return withUnsafeTemporaryAllocation(of: Function.Context.self, capacity: 1) { context in
      withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { room in
        defer {
          wipe(UnsafeMutableRawBufferPointer(context))
          wipe(room)
        }
        guard let context = context.baseAddress else { return nil }
        var rounds = SHACryptRounds<Function>(password, salt: setting.salt, in: room, context)
        for number in 0..<setting.rounds { rounds.run(number) }
        return rounds.digest.map { withLetters(of: $0, body) }
      }
    }
  }

  /// Three bytes are four letters, the lowest six bits first. They are a third of the digest apart, and each three begin with another
  /// of them; what is left at the end stands by itself.
  private func withLetters<Result>(
    of digest: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let third = digest.count / 3
    // Where each three begin: 0, 1, 2 for SHA-512, 0, 2, 1 for SHA-256.
    let step = self == .sha512 ? 1 : 2
    return withUnsafeTemporaryAllocation(byteCount: (digest.count * 8 + 5) / 6, alignment: 1) { letters in
      defer { wipe(letters) }
      var written = 0
      func write(_ high: UInt8, _ middle: UInt8, _ low: UInt8, _ count: Int) {
        var bits = UInt32(high) << 16 | UInt32(middle) << 8 | UInt32(low)
        for _ in 0..<count {
          letters[written] = Cursor.cryptLetter(UInt8(truncatingIfNeeded: bits & 63))
          written += 1
          bits >>= 6
        }
      }
      for place in 0..<third {
        let begin = place * step % 3
        func byte(_ index: Int) -> UInt8 { digest[place + (begin + index) % 3 * third] }
        write(byte(0), byte(1), byte(2), 4)
      }
      switch self {
      case .sha256: write(0, digest[31], digest[30], 3)
      case .sha512: write(0, 0, digest[63], 2)
      }
      return body(UnsafeRawBufferPointer(letters))
    }
  }
}
