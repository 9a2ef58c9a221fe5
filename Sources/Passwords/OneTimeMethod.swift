/// What Dovecot kept for one-time passwords (RFC 2289), verified against the pass phrase itself:
/// ```
/// raw    = ( "md4" / "md5" / "sha1" ) " " number " " seed " " 16hex        ; the seed's hash after so many steps more
/// ```
struct OneTimeMethod: SchemeMethod {
  /// The most steps that are done: RFC 2289 knows no bound, and Dovecot begins with 1024.
  private static let mostSteps = 100_000
  /// Steps that take about a millisecond.
  private static let millisecond = 2_000
  private static let foldedBytes = 8
  private static let newSteps = 1024
  private static let seedLetters = 16

  private struct Setting {
    let function: DigestFunction
    let steps: Int
    let seed: UnsafeRawBufferPointer
    let digits: UnsafeRawBufferPointer
  }

  var saltBytes: Int { Self.seedLetters / 2 }
  var strength: SchemeStrength { .iterated }
  var servesMechanism: Bool { true }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let setting = Self.read(raw) else { return .damaged("not a hash of this scheme") }
    return setting.steps <= Self.mostSteps
      ? .complete(rounds: nil) : .damaged("\(setting.steps) rounds are above the limit of \(Self.mostSteps)")
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete = inspect(raw), let setting = Self.read(raw) else { return .none }
    return Demand(cost: setting.steps >= Self.millisecond ? .expensive : .moderate, memory: 0)
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? {
    TextPart.last(2, of: raw, separators: " ").map { TextPart(range: $0.range, isHexadecimal: true) }
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard let setting = Self.read(raw) else { return .mismatch }
    let verdict = TextEncoding.hexadecimal.withDecoded(setting.digits) { stored in
      Verdict(isSame: Self.withHash(password, setting) { equalInConstantTime($0, stored) }, name)
    }
    return verdict ?? .unverifiable(scheme: "\(name): not a hash of this scheme")
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    let seed = Hexadecimal.encode(Array(salt))
    let made = seed.withUnsafeBytes { seed in
      Self.withHash(password, Setting(function: .sha1, steps: Self.newSteps, seed: seed, digits: .empty)) {
        Hexadecimal.encode(Array($0))
      }
    }
    guard let hash = made else { throw .unsupported(scheme: name) }
    return Array("sha1 \(Self.newSteps) ".utf8) + seed + [UInt8(ascii: " ")] + hash
  }

  private static func read(_ raw: UnsafeRawBufferPointer) -> Setting? {
    let space = UInt8(ascii: " ")
    var cursor = Cursor(text: raw, at: 0)
    let functions: [(StaticString, DigestFunction)] = [("md4 ", .md4), ("md5 ", .md5), ("sha1 ", .sha1)]
    guard let function = functions.first(where: { cursor.take($0.0) })?.1, let steps = cursor.takeNumber(),
      cursor.take(" "), let seed = cursor.takeField(endedBy: space), (1...seedLetters).contains(seed.count)
    else { return nil }
    let digits = cursor.takeRest()
    guard digits.count == 2 * foldedBytes, digits.allSatisfy({ Hexadecimal.value(of: $0) != nil }) else { return nil }
    return Setting(function: function, steps: steps, seed: seed, digits: digits)
  }

  /// - Returns: nil when libcrypto refuses, and `body` was not called.
  private static func withHash<Result>(
    _ password: UnsafeRawBufferPointer, _ setting: Setting, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    withUnsafeTemporaryAllocation(byteCount: foldedBytes, alignment: 8) { folded in
      defer { wipe(folded) }
      // The seed counts in lower case (RFC 2289, section 6).
      let seed = setting.seed.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
      var made: Void? = seed.withUnsafeBytes { seed in
        setting.function.withDigest(seed, salt: password) { fold($0, into: folded, setting.function) }
      }
      for _ in 0..<setting.steps where made != nil {
        made = setting.function.withDigest(UnsafeRawBufferPointer(folded), salt: .empty) {
          fold($0, into: folded, setting.function)
        }
      }
      return made.map { body(UnsafeRawBufferPointer(folded)) }
    }
  }

  /// To 64 bits (RFC 2289, appendix A): the words are added without carry; SHA-1's with each word's bytes turned round.
  private static func fold(
    _ digest: UnsafeRawBufferPointer, into folded: UnsafeMutableRawBufferPointer, _ function: DigestFunction
  ) {
    for index in 0..<foldedBytes {
      let place = function.byteCount == 20 ? index ^ 3 : index
      var byte: UInt8 = 0
      for word in stride(from: place, to: digest.count, by: foldedBytes) { byte ^= digest[word] }
      folded[index] = byte
    }
  }
}
