/// phpass (WordPress, phpBB, many panels in PHP) and Drupal 7's child of it:
/// ```
/// raw = ( "$P$" / "$H$" ) cost 8salt 22b64        ; MD5, 2^cost rounds
/// raw = "$S$" cost 8salt 43b64                    ; SHA-512; of its 86 characters the first 43
/// cost = b64        ; alphabet and order of crypt(3)'s: the least significant six bits first
/// ```
struct PhpassMethod: SchemeMethod {
  /// Whether it is Drupal's.
  let isDrupal: Bool

  /// The most that is done for a stored string; about a second.
  static let highestCost = 20
  private static let saltLength = 8
  /// The most blocks that are hashed for one verification, as each round takes in the whole password: about a second.
  private static let mostBlocks = 1 << 22

  /// Six bits of each byte count.
  var saltBytes: Int { Self.saltLength }
  var strength: SchemeStrength { .iterated }
  var beginnings: [StaticString] { isDrupal ? ["$S$"] : ["$P$", "$H$"] }
  var namesItself: Bool { true }
  private var hashLength: Int { isDrupal ? 43 : 22 }
  private var blockLength: Int { isDrupal ? 128 : 64 }
  /// In bytes; phpass and Drupal 7 refuse longer ones, so that nobody has a hash of one.
  private var longestPassword: Int { isDrupal ? 512 : 4096 }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let cost = Self.setting(raw, beginnings)?.cost else { return .damaged("not a hash of this scheme") }
    let setting = 4 + Self.saltLength
    let left = raw.count - setting
    guard left == hashLength else { return .damaged("a hash of \(left) characters where \(hashLength) belong") }
    var cursor = Cursor(text: raw, at: setting)
    guard cursor.takeBase64(hashLength) else { return .damaged("a character in the hash that none can have") }
    guard cost <= Self.highestCost else {
      return .damaged("\(cost) as a cost are above the limit of \(Self.highestCost)")
    }
    return .complete(rounds: cost)
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete(let cost) = inspect(raw) else { return .none }
    return Demand(cost: (cost ?? 0) >= 11 ? .expensive : .moderate, memory: 0)
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { [TextPart(range: 4..<raw.count)] }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard password.count <= longestPassword, let (cost, salt) = Self.setting(raw, beginnings) else { return .mismatch }
    guard (password.count / blockLength + 1) << cost <= Self.mostBlocks else {
      return .unverifiable(scheme: "\(name): \(cost) as a cost are too much work for so long a password")
    }
    guard var text = hash(password, salt: salt, cost: cost) else { return .uncomputed(name) }
    defer { wipe(&text) }
    let stored = UnsafeRawBufferPointer(rebasing: raw[(raw.count - hashLength)...])
    return text.withUnsafeBytes { equalInConstantTime($0, stored) } ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    if password.count > longestPassword { throw .tooLong(maximum: longestPassword) }
    guard let cost = rounds, (0...Self.highestCost).contains(cost) else { throw .unsupported(scheme: name) }
    let letters = salt.map { Cursor.cryptLetter($0) }
    guard let hash = letters.withUnsafeBytes({ self.hash(password, salt: $0, cost: cost) }) else {
      throw .unsupported(scheme: name)
    }
    return Array((isDrupal ? "$S$" : "$P$").utf8) + [Cursor.cryptLetter(UInt8(cost))] + letters + hash
  }

  /// Nil when it is none.
  private static func setting(
    _ raw: UnsafeRawBufferPointer, _ beginnings: [StaticString]
  ) -> (cost: Int, salt: UnsafeRawBufferPointer)? {
    var cursor = Cursor(text: raw, at: 0)
    guard beginnings.contains(where: { cursor.take($0) }), let cost = cursor.takeValue() else { return nil }
    let start = cursor.at
    guard cursor.takeBase64(saltLength) else { return nil }
    return (cost, UnsafeRawBufferPointer(rebasing: raw[start..<cursor.at]))
  }

  /// Nil when libcrypto refuses.
  private func hash(_ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, cost: Int) -> [UInt8]? {
    isDrupal
      ? hash(SHA512Function.self, password, salt: salt, cost: cost)
      : hash(MD5Function.self, password, salt: salt, cost: cost)
  }

  private func hash<Function: HashFunction>(
    _: Function.Type, _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, cost: Int
  ) -> [UInt8]? {
    Function.withRun { run in
      withUnsafeTemporaryAllocation(byteCount: Function.byteCount, alignment: 8) { digest in
        defer { wipe(digest) }
        run.begin()
        run.add(salt)
        run.add(password)
        run.end(into: digest)
        for _ in 0..<(1 << cost) {
          run.begin()
          run.add(UnsafeRawBufferPointer(digest))
          run.add(password)
          run.end(into: digest)
        }
        return run.isSound ? Array(Self.text(digest).prefix(hashLength)) : nil
      }
    }
  }

  private static func text(_ digest: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    var held: UInt32 = 0
    var bits: UInt32 = 0
    for byte in digest {
      held |= UInt32(byte) << bits
      bits += 8
      while bits >= 6 {
        text.append(Cursor.cryptLetter(UInt8(held & 63)))
        held >>= 6
        bits -= 6
      }
    }
    if bits > 0 { text.append(Cursor.cryptLetter(UInt8(held & 63))) }
    return text
  }
}
