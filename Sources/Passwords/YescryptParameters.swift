/// What a yescrypt or scrypt setting asks for:
/// ```
/// yescrypt = flavor log2(N) r [ have [ p ] [ t ] [ g ] [ log2(NROM) ] ]    ; each a number of variable length
/// scrypt   = 1b64 5b64 5b64                                                ; log2(N), r, p
/// ```
/// A number of variable length: its first character tells how many follow. 48 first characters stand alone; of the 16 that
/// are left, the first 8 take one more, the next 4 two, and so on.
struct YescryptParameters: Equatable {
  /// Kibibytes that are written: 128 · r · N · p · (t + 1) / 1024. Saturated.
  let work: Int
  /// Bytes that are taken at one time: 128 · r · (N + p) + 256 · r · p + 96 KiB · p. Saturated.
  let memory: Int
  /// The cost factor of crypt_gensalt(3) that asks for the same; nil when none does. From 3 on r = 32 and N = 2^(factor + 7); yescrypt's
  /// first two have r = 8 and N = 2^(factor + 9).
  let costFactor: Int?

  /// Out of every limit.
  private static let tooMuch = Int.max
  /// What crypt_gensalt(3) takes for yescrypt, scrypt's range within it.
  private static let costFactors = 1...11

  /// Reads the parameters of `$y$`.
  init?(yescrypt cursor: inout Cursor) {
    guard Self.number(&cursor, from: 0) != nil, let log2N = Self.number(&cursor, from: 1),
      let r = Self.number(&cursor, from: 1)
    else { return nil }
    var p = 1
    var t = 0
    var onlyPlain = true
    var probe = cursor
    if !probe.take("$") {
      guard let have = Self.number(&cursor, from: 1), have < 16 else { return nil }
      onlyPlain = false
      if have & 1 != 0 {
        guard let value = Self.number(&cursor, from: 2) else { return nil }
        p = value
      }
      if have & 2 != 0 {
        guard let value = Self.number(&cursor, from: 1) else { return nil }
        t = value
      }
      if have & 4 != 0 { guard Self.number(&cursor, from: 1) != nil else { return nil } }
      if have & 8 != 0 { guard Self.number(&cursor, from: 1) != nil else { return nil } }
    }
    self.init(log2N: log2N, r: r, p: p, t: t, isStandard: onlyPlain)
  }

  /// Reads the parameters of `$7$`.
  init?(scrypt cursor: inout Cursor) {
    guard let log2N = cursor.takeValue(), let r = cursor.takeLittleEndian(5), let p = cursor.takeLittleEndian(5) else {
      return nil
    }
    self.init(log2N: log2N, r: r, p: p, t: 0, isStandard: p == 1)
  }

  private init(log2N: Int, r: Int, p: Int, t: Int, isStandard: Bool) {
    let n = log2N < 40 ? 1 << max(0, log2N) : Self.tooMuch
    work = Self.product([n, r, p, t + 1]) / 8
    memory = Self.sum([Self.product([128, r, n]), Self.product([384, r, p]), Self.product([Self.boxes, p])])
    costFactor =
      switch (isStandard, r) {
      case (true, 8) where (10...11).contains(log2N): log2N - 9
      case (true, 32) where (10...18).contains(log2N): log2N - 7
      default: nil
      }
  }

  /// What a hash of crypt_gensalt(3)'s cost factor takes: N = 2^(factor + 7), r = 32.
  static func memory(costFactor: Int) -> Int {
    128 * 32 << (min(max(costFactor, 0), costFactors.upperBound) + 7) + 384 * 32 + boxes
  }

  /// yescrypt's S-boxes, for each of p: 96 KiB.
  private static let boxes = 96 << 10

  private static func product(_ factors: [Int]) -> Int {
    var whole = 1
    for factor in factors {
      let (product, overflow) = whole.multipliedReportingOverflow(by: max(1, factor))
      whole = overflow ? tooMuch : product
    }
    return whole
  }

  private static func sum(_ parts: [Int]) -> Int {
    parts.reduce(0) { whole, part in
      let (sum, overflow) = whole.addingReportingOverflow(part)
      return overflow ? tooMuch : sum
    }
  }

  private static func number(_ cursor: inout Cursor, from least: Int) -> Int? {
    guard let first = cursor.takeValue() else { return nil }
    var start = 0
    var end = 47
    var bits = 0
    var number = least
    while first > end {
      number += (end + 1 - start) << bits
      start = end + 1
      end = start + (62 - end) / 2
      bits += 6
    }
    number += (first - start) << bits
    while bits > 0 {
      guard let value = cursor.takeValue() else { return nil }
      bits -= 6
      number += value << bits
    }
    return number
  }
}
