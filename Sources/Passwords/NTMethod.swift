/// Windows' hash:
/// ```
/// raw = 16OCTET        ; MD4 of the password in UTF-16LE
/// ```
struct NTMethod: UnsaltedMethod {
  static var byteCount: Int { MD4Function.byteCount }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    // Nobody can have set a password that is no text.
    guard var units = Self.units(of: password) else { return .mismatch }
    defer { units.withUnsafeMutableBytes { wipe($0) } }
    let same = units.withUnsafeBytes { units in
      MD4Function.withDigest(units) { equalInConstantTime($0, raw) }
    }
    return Verdict(isSame: same, name)
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard var units = Self.units(of: password) else { throw .noText }
    defer { units.withUnsafeMutableBytes { wipe($0) } }
    guard let hash = units.withUnsafeBytes({ units in MD4Function.withDigest(units) { Array($0) } }) else {
      throw .unsupported(scheme: name)
    }
    return hash
  }

  /// The password in UTF-16LE; nil when it is not UTF-8.
  private static func units(of password: UnsafeRawBufferPointer) -> [UInt16]? {
    var units: [UInt16] = []
    // At most one unit a byte: no copy is left behind by growing.
    units.reserveCapacity(password.count)
    let isBroken = transcode(
      password.makeIterator(), from: UTF8.self, to: UTF16.self, stoppingOnError: true
    ) { units.append($0.littleEndian) }
    guard isBroken else { return units }
    units.withUnsafeMutableBytes { wipe($0) }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// No bytes.
  static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
