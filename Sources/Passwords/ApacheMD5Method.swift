/// Apache's MD5, which htpasswd makes: MD5-CRYPT with a name of its own, that libcrypt does not know.
/// ```
/// raw = "$apr1$" *8salt "$" 22b64
/// ```
struct ApacheMD5Method: SchemeMethod {
  private static let rounds = 1000
  private static let mostSaltLetters = 8
  private static let hashLength = 22
  /// Longer passwords match nothing, in bytes: crypt(3)'s own bound.
  private static let mostPasswordBytes = CryptScratch.maximumPasswordBytes
  private static let beginning: StaticString = "$apr1$"

  var saltBytes: Int { Self.mostSaltLetters }
  var strength: SchemeStrength { .iterated }
  var beginnings: [StaticString] { [Self.beginning] }
  var namesItself: Bool { true }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    var cursor = Cursor(text: raw, at: 0)
    guard Self.takeSetting(&cursor) != nil else { return .damaged("not a hash of this scheme") }
    let left = raw.count - cursor.at
    guard left == Self.hashLength else {
      return .damaged("a hash of \(left) characters where \(Self.hashLength) belong")
    }
    return cursor.takeBase64(Self.hashLength)
      ? .complete(rounds: nil) : .damaged("a character in the hash that none can have")
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { TextPart.last(2, of: raw, separators: "$") }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    var cursor = Cursor(text: raw, at: 0)
    guard password.count <= Self.mostPasswordBytes, let salt = Self.takeSetting(&cursor) else { return .mismatch }
    guard var text = Self.hash(password, salt: salt) else { return .uncomputed(name) }
    defer { wipe(&text) }
    let stored = UnsafeRawBufferPointer(rebasing: raw[cursor.at...])
    return text.withUnsafeBytes { equalInConstantTime($0, stored) } ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    if password.count > Self.mostPasswordBytes { throw .tooLong(maximum: Self.mostPasswordBytes) }
    let letters = salt.map { Cursor.cryptLetter($0) }
    guard let hash = letters.withUnsafeBytes({ Self.hash(password, salt: $0) }) else {
      throw .unsupported(scheme: name)
    }
    return Array("\(Self.beginning)".utf8) + letters + [UInt8(ascii: "$")] + hash
  }

  /// Takes everything before the hash.
  /// - Returns: the salt.
  private static func takeSetting(_ cursor: inout Cursor) -> UnsafeRawBufferPointer? {
    guard cursor.take(beginning), let salt = cursor.takeField(endedBy: UInt8(ascii: "$")) else { return nil }
    return salt.count <= mostSaltLetters ? salt : nil
  }

  /// The algorithm of FreeBSD's crypt(3), as its documentation and Apache's describe it.
  /// - Returns: nil when libcrypto refuses.
  private static func hash(_ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer) -> [UInt8]? {
    MD5Function.withRun { run in
      withUnsafeTemporaryAllocation(byteCount: MD5Function.byteCount, alignment: 8) { room in
        defer { wipe(room) }
        let digest = UnsafeRawBufferPointer(room)
        run.begin()
        run.add(password)
        run.add(salt)
        run.add(password)
        run.end(into: room)
        run.begin()
        run.add(password)
        run.add(beginning)
        run.add(salt)
        run.add(digest, repeatedTo: password.count)
        var bits = password.count
        while bits > 0 {
          if bits & 1 == 1 { run.add("\0") } else { run.add(UnsafeRawBufferPointer(rebasing: password.prefix(1))) }
          bits >>= 1
        }
        run.end(into: room)
        for round in 0..<rounds {
          run.begin()
          run.add(round % 2 == 1 ? password : digest)
          if round % 3 != 0 { run.add(salt) }
          if round % 7 != 0 { run.add(password) }
          run.add(round % 2 == 1 ? digest : password)
          run.end(into: room)
        }
        return run.isSound ? text(digest) : nil
      }
    }
  }

  /// The digest's bytes in crypt's own order, three at a time, and the last one.
  private static func text(_ digest: UnsafeRawBufferPointer) -> [UInt8] {
    var text: [UInt8] = []
    func append(_ value: UInt32, _ letters: Int) {
      for place in 0..<letters { text.append(Cursor.cryptLetter(UInt8(value >> UInt32(6 * place) & 63))) }
    }
    for (high, middle, low) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
      append(UInt32(digest[high]) << 16 | UInt32(digest[middle]) << 8 | UInt32(digest[low]), 4)
    }
    append(UInt32(digest[11]), 2)
    return text
  }
}
