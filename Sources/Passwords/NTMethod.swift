/// Windows' hash:
/// ```
/// raw = 16OCTET        ; MD4 of the password in UTF-16LE
/// ```
/// Dovecot and crypt(3) widen each byte of the password to two instead, which is the same for ASCII; either is taken.
struct NTMethod: UnsaltedMethod {
  static var byteCount: Int { MD4Function.byteCount }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    if let units = Self.units(of: password) {
      let verdict = Verdict(isSame: Self.compare(units, raw), name)
      if verdict != .mismatch || password.allSatisfy({ $0 < 0x80 }) { return verdict }
    }
    return Verdict(isSame: Self.compare(password.map { UInt16($0).littleEndian }, raw), name)
  }

  /// Overwrites `units`. Nil when libcrypto refuses.
  private static func compare(_ units: consuming [UInt16], _ raw: UnsafeRawBufferPointer) -> Bool? {
    defer { units.withUnsafeMutableBytes { wipe($0) } }
    return units.withUnsafeBytes { units in MD4Function.withDigest(units) { equalInConstantTime($0, raw) } }
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
