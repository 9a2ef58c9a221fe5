/// Argon2's string, as its reference implementation, PHP and Dovecot write it:
/// ```
/// argon2 = "$argon2" ( "i" / "id" ) "$" [ "v=" ( "16" / "19" ) "$" ] "m=" KiB ",t=" passes ",p=" lanes "$" salt "$" hash
/// ```
/// Salt and hash are in base64 without padding.
struct Argon2String {
  /// 0x10 or 0x13.
  let version: UInt32
  /// In kibibytes; at least eight for each lane.
  let memory: Int
  /// Times that the memory is written.
  let passes: Int
  /// Parts of the memory that could be written at one time.
  let lanes: Int
  let parts: SaltAndHash

  /// Shorter salts are refused by libargon2, in bytes.
  private static let leastSaltBytes = 8
  /// What the field writes has 16, 24, 32 or 64 bytes. Others would be legal, but are more likely ends that a column cut off.
  private static let hashBytes: Set<Int> = [16, 24, 32, 48, 64]

  /// Nil when it is damaged.
  init?(_ raw: UnsafeRawBufferPointer, beginning: StaticString) {
    var cursor = Cursor(text: raw, at: 0)
    guard cursor.take(beginning) else { return nil }
    var version = 0x10
    if cursor.take("v=") {
      guard let number = cursor.takeNumber(), cursor.take("$"), number == 0x10 || number == 0x13 else { return nil }
      version = number
    }
    guard cursor.take("m="), let memory = cursor.takeNumber(), cursor.take(",t="), let passes = cursor.takeNumber(),
      cursor.take(",p="), let lanes = cursor.takeNumber(), memory / 8 >= lanes, cursor.take("$"),
      let salt = cursor.takeField(endedBy: UInt8(ascii: "$"))
    else { return nil }
    self.version = UInt32(version)
    self.memory = memory
    self.passes = passes
    self.lanes = lanes
    parts = SaltAndHash(salt: salt, hash: cursor.takeRest())
    let fits = parts.withDecoded { salt, hash in
      salt.count >= Self.leastSaltBytes && Self.hashBytes.contains(hash.count)
    }
    guard fits == true else { return nil }
  }

  /// Kibibytes that are written in all passes. Saturated.
  var work: Int {
    let (product, overflow) = memory.multipliedReportingOverflow(by: passes)
    return overflow ? Int.max : product
  }
}
