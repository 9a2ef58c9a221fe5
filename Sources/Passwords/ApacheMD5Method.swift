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
    var text = Self.hash(password, salt: salt)
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
    let hash = letters.withUnsafeBytes { Self.hash(password, salt: $0) }
    return Array("\(Self.beginning)".utf8) + letters + [UInt8(ascii: "$")] + hash
  }

  /// Takes everything before the hash.
  /// - Returns: the salt.
  private static func takeSetting(_ cursor: inout Cursor) -> UnsafeRawBufferPointer? {
    guard cursor.take(beginning), let salt = cursor.takeField(endedBy: UInt8(ascii: "$")) else { return nil }
    return salt.count <= mostSaltLetters ? salt : nil
  }

  /// The algorithm of FreeBSD's crypt(3), as its documentation and Apache's describe it.
  private static func hash(_ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer) -> [UInt8] {
    // The longest input: password, salt, password and a digest.
    var input: [UInt8] = []
    input.reserveCapacity(4 * password.count + salt.count + 64)
    var digest = [UInt8](repeating: 0, count: DigestFunction.md5.byteCount)
    defer {
      wipe(&input)
      wipe(&digest)
    }
    func run() {
      input.withUnsafeBytes { input in
        DigestFunction.md5.withDigest(input, salt: .empty) { made in
          digest.withUnsafeMutableBytes { $0.copyMemory(from: made) }
        }
      }
      input.withUnsafeMutableBytes { wipe($0) }
      input.removeAll(keepingCapacity: true)
    }
    input += password
    input += salt
    input += password
    run()
    input += password
    input += "\(beginning)".utf8
    input += salt
    for left in stride(from: password.count, to: 0, by: -digest.count) { input += digest.prefix(left) }
    var bits = password.count
    while bits > 0 {
      input.append(bits & 1 == 1 ? 0 : password.first ?? 0)
      bits >>= 1
    }
    run()
    for round in 0..<rounds {
      if round % 2 == 1 { input += password } else { input += digest }
      if round % 3 != 0 { input += salt }
      if round % 7 != 0 { input += password }
      if round % 2 == 1 { input += digest } else { input += password }
      run()
    }
    return text(digest)
  }

  /// The digest's bytes in crypt's own order, three at a time, and the last one.
  private static func text(_ digest: [UInt8]) -> [UInt8] {
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
