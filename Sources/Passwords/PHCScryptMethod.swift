/// scrypt as a PHC string (passlib, Stalwart), by libcrypto:
/// ```
/// raw = "$scrypt$ln=" log2(N) ",r=" number ",p=" number "$" salt "$" hash        ; base64 without padding
/// ```
struct PHCScryptMethod: SchemeMethod {
  /// The most that a stored string may have written, in kibibytes: that of `$7$`.
  static let mostWork = 1 << 20
  /// Kibibytes that take about a millisecond.
  private static let millisecond = 512
  /// As the field writes them.
  private static let hashBytes: Set<Int> = [16, 32, 64]
  private static let newHashBytes = 32
  private static let newBlockSize = 8

  private struct Setting {
    var log2N: Int
    var r: Int
    var p: Int
    var parts = SaltAndHash(salt: .empty, hash: .empty)

    /// Kibibytes that are written: 128 · r · N · p / 1024. Saturated. What surrounds that, PBKDF2 over 128 · r · p bytes, takes as long as an
    /// N of 16 would.
    var work: Int { Self.product([log2N < 40 ? 1 << max(4, log2N) : Int.max, r, p]) / 8 }

    /// Bytes that are taken at one time: 128 · r · (N + p + 2). Saturated.
    var memory: Int {
      let blocks = log2N < 40 ? 1 << max(0, log2N) : Int.max / 2
      return Self.product([128, r, blocks + min(p, Int.max / 4) + 2])
    }

    private static func product(_ factors: [Int]) -> Int {
      var whole = 1
      for factor in factors {
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        whole = overflow ? Int.max : product
      }
      return whole
    }
  }

  var saltBytes: Int { 16 }
  var strength: SchemeStrength { .memoryHard }
  var beginnings: [StaticString] { ["$scrypt$"] }
  var namesItself: Bool { true }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let setting = Self.read(raw), setting.parts.withDecoded({ Self.hashBytes.contains($1.count) }) == true else {
      return .damaged("not a hash of this scheme")
    }
    if setting.work > Self.mostWork {
      return .damaged("\(setting.work) KiB are above the limit of \(Self.mostWork)")
    }
    return .complete(rounds: setting.r == Self.newBlockSize && setting.p == 1 ? setting.log2N : nil)
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete = inspect(raw), let setting = Self.read(raw) else { return .none }
    return Demand(cost: setting.work >= Self.millisecond ? .expensive : .moderate, memory: setting.memory)
  }

  func memory(rounds: Int?) -> Int {
    Setting(log2N: rounds ?? 0, r: Self.newBlockSize, p: 1).memory
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? { TextPart.last(2, of: raw, separators: "$") }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard let setting = Self.read(raw) else { return .unverifiable(scheme: "\(name): not a hash of this scheme") }
    return setting.parts.compare(name: name, library: "libcrypto") { salt, byteCount, compare in
      Self.withHash(password, salt: salt, setting, byteCount: byteCount, compare)
    }
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let log2N = rounds else { throw .unsupported(scheme: name) }
    let setting = Setting(log2N: log2N, r: Self.newBlockSize, p: 1)
    let hash = Self.withHash(password, salt: salt, setting, byteCount: Self.newHashBytes) { $0.map { Array($0) } }
    guard let hash else { throw .unsupported(scheme: name) }
    return Array("$scrypt$ln=\(log2N),r=\(setting.r),p=\(setting.p)$".utf8)
      + SaltAndHash.written(salt: salt, hash: hash)
  }

  private static func read(_ raw: UnsafeRawBufferPointer) -> Setting? {
    var cursor = Cursor(text: raw, at: 0)
    guard cursor.take("$scrypt$ln="), let log2N = cursor.takeNumber(), cursor.take(",r="), let r = cursor.takeNumber(),
      cursor.take(",p="), let p = cursor.takeNumber(), cursor.take("$"),
      let salt = cursor.takeField(endedBy: UInt8(ascii: "$"))
    else { return nil }
    return Setting(log2N: log2N, r: r, p: p, parts: SaltAndHash(salt: salt, hash: cursor.takeRest()))
  }

  private static func withHash<Result>(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, _ setting: Setting, byteCount: Int,
    _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    // Its own measure is a little more than the work: p blocks beside the N.
    KeyDerivation.withScrypt(
      password, salt: salt, log2N: setting.log2N, r: setting.r, p: setting.p, byteCount: byteCount,
      memory: 2 * mostWork * 1024, body)
  }
}
