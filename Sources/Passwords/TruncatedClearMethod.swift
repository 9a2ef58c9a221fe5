/// Dovecot's PLAIN-TRUNC, for databases that cut passwords off:
/// ```
/// raw = length "-" text        ; a text of so many bytes may have been longer: it is the beginning of the password
/// ```
struct TruncatedClearMethod: SchemeMethod {
  /// What a new one says: nobody's password is as long, so that all of it counts.
  private static let newLength = 4095

  var saltBytes: Int { 0 }
  var strength: SchemeStrength { .clear }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    Self.read(raw) == nil ? .damaged("not a hash of this scheme") : .complete(rounds: nil)
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? {
    Self.read(raw).map { [TextPart(range: (raw.count - $0.text.count)..<raw.count)] }
  }

  func counts(_ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer) -> Bool {
    Self.read(raw).map { $0.text.count < $0.length } ?? false
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    guard let (length, text) = Self.read(raw) else {
      return .unverifiable(scheme: "\(name): not a hash of this scheme")
    }
    var password = password
    if text.count == length, password.count > length {
      password = UnsafeRawBufferPointer(rebasing: password[..<length])
    }
    return equalInConstantTime(password, text) ? .match : .mismatch
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    if password.count >= Self.newLength { throw .tooLong(maximum: Self.newLength - 1) }
    return Array("\(Self.newLength)-".utf8) + Array(password)
  }

  /// Nil when it is damaged. A length of zero, or no text, would let anybody in.
  private static func read(_ raw: UnsafeRawBufferPointer) -> (length: Int, text: UnsafeRawBufferPointer)? {
    var cursor = Cursor(text: raw, at: 0)
    guard let length = cursor.takeNumber(), cursor.take("-") else { return nil }
    let text = cursor.takeRest()
    return text.isEmpty || text.count > length ? nil : (length, text)
  }
}
