/// The hashes of SHA256-CRYPT and SHA512-CRYPT, by libcrypto's SHA-2, as libcrypt's, which is portable C, takes half as long again for `$6$` and
/// four times as long for `$5$`.
///
/// Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6. P is the password, S the salt, |X| the length of X, X↻n
/// the first n bytes of X X X …:
/// ```
/// B     = H(P S P)
/// A     = H(P S B↻|P| T)            ; T: for each bit of |P| up to its highest, the lowest first, B if it is 1, P if 0
/// p     = H(P↻(|P| · |P|))↻|P|
/// s     = H(S↻(|S| · (16 + the first byte of A)))↻|S|
/// round = H(p [s] [p] A)            ; odd rounds, counted from 0
///       / H(A [s] [p] p)            ; even ones; s unless 3 divides the round's number, the p in brackets unless 7 does
/// ```
/// The last round's A is the hash, its bytes in another order.
enum SHACrypt: Sendable {
  case sha256
  case sha512

  /// The setting of a stored string, as far as it is one that every crypt(3) takes alike.
  struct Setting {
    let salt: UnsafeRawBufferPointer
    let rounds: Int

    /// Nil for what libcrypt may refuse, and other implementations read in other ways: fewer rounds than 1,000, letters in the salt that
    /// are not of crypt's alphabet.
    /// - Parameters:
    ///   - stored: the whole string.
    ///   - prefix: the length of its beginning.
    init?(_ stored: UnsafeRawBufferPointer, prefix: Int) {
      var cursor = Cursor(text: stored, at: prefix)
      var rounds = 5000
      if cursor.take("rounds=") {
        guard let number = cursor.takeNumber(), cursor.take("$") else { return nil }
        rounds = number
      }
      let start = cursor.at
      guard rounds >= 1000, let count = cursor.takeBase64(upTo: 16), cursor.take("$") else { return nil }
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

  private func compute<Function: SHA2Function, Result>(
    _: Function.Type, _ password: UnsafeRawBufferPointer, _ setting: Setting,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    let size = Function.byteCount
    return withUnsafeTemporaryAllocation(of: Function.Context.self, capacity: 1) { context -> Result? in
      guard let base = context.baseAddress else { return nil }
      defer { wipe(UnsafeMutableRawBufferPointer(context)) }
      var run = SHA2Run<Function>(in: base)
      let salt = setting.salt
      let (p, s) = (password.count, salt.count)
      return withUnsafeTemporaryAllocation(byteCount: 2 * size + 3 * p + s, alignment: 8) { room in
        defer { wipe(room) }
        // A; what is needed in turns; p s p p, of which each round's message has a piece before or after A.
        let digest = UnsafeMutableRawBufferPointer(rebasing: room[..<size])
        let other = UnsafeMutableRawBufferPointer(rebasing: room[size..<(2 * size)])
        let sequence = UnsafeMutableRawBufferPointer(rebasing: room[(2 * size)...])

        run.begin()
        run.add(password)
        run.add(salt)
        run.add(password)
        run.end(into: other)

        run.begin()
        run.add(password)
        run.add(salt)
        run.add(UnsafeRawBufferPointer(other), repeatedTo: p)
        var bits = p
        while bits > 0 {
          run.add(bits & 1 == 1 ? UnsafeRawBufferPointer(other) : password)
          bits >>= 1
        }
        run.end(into: digest)

        run.begin()
        run.add(password, repeatedTo: p * p)
        run.end(into: other)
        for start in [0, p + s, p + s + p] { sequence[start..<(start + p)].fill(repeating: other) }

        run.begin()
        run.add(salt, repeatedTo: s * (16 + Int(digest[0])))
        run.end(into: other)
        sequence[p..<(p + s)].fill(repeating: other)

        for round in 0..<setting.rounds {
          let (isOdd, hasSalt, hasPassword) = (round & 1 == 1, round % 3 != 0, round % 7 != 0)
          let start = hasSalt ? (isOdd ? 0 : p) : p + s
          let end = start + (hasSalt ? s : 0) + (hasPassword ? p : 0) + p
          let piece = UnsafeRawBufferPointer(rebasing: sequence[start..<end])
          run.begin()
          run.add(isOdd ? piece : UnsafeRawBufferPointer(digest))
          run.add(isOdd ? UnsafeRawBufferPointer(digest) : piece)
          run.end(into: digest)
        }
        return run.isSound ? withLetters(of: UnsafeRawBufferPointer(digest), body) : nil
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

extension Slice<UnsafeMutableRawBufferPointer> {
  /// Fills all of it with `bytes` again and again.
  fileprivate mutating func fill(repeating bytes: UnsafeMutableRawBufferPointer) {
    for (place, index) in indices.enumerated() { self[index] = bytes[place % bytes.count] }
  }
}
