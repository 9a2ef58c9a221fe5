/// PBKDF2 with HMAC. The strings: ``PBKDF2String``.
struct PBKDF2Method: SchemeMethod {
  /// That of strings which do not name their own.
  let function: KeyDerivation.Function
  /// Whether strings that name themselves belong to this row when they stand without a prefix.
  var takesBare = true
  /// How new hashes are written.
  let form: PBKDF2String.Form

  /// What is done for a stored string at the most, with SHA-1 or SHA-256: two to three seconds.
  static let mostRounds = 10_000_000
  /// The same with SHA-512.
  static let mostRoundsOfSHA512 = 4_000_000
  /// Rounds that take about a millisecond.
  static let millisecond = 2_000
  /// Letters of a salt that is text.
  private static let saltLetters = 16

  var saltBytes: Int { 16 }
  var strength: SchemeStrength { .iterated }

  var beginnings: [StaticString] {
    takesBare ? PBKDF2String.names.filter { $0.function == function }.map(\.beginning) : []
  }

  func inspect(_ raw: UnsafeRawBufferPointer) -> Shape {
    guard let string = PBKDF2String(raw, function: function) else { return .damaged("not a hash of this scheme") }
    let most = string.function == .sha512 ? Self.mostRoundsOfSHA512 : Self.mostRounds
    return string.rounds <= most
      ? .complete(rounds: string.rounds) : .damaged("\(string.rounds) rounds are above the limit of \(most)")
  }

  func demand(of raw: UnsafeRawBufferPointer) -> Demand {
    guard case .complete(let rounds) = inspect(raw) else { return .none }
    return Demand(cost: (rounds ?? 0) >= Self.millisecond ? .expensive : .moderate, memory: 0)
  }

  func like(_ raw: UnsafeRawBufferPointer) -> any SchemeMethod {
    guard let string = PBKDF2String(raw, function: function) else { return self }
    return PBKDF2Method(function: string.function, takesBare: takesBare, form: string.form)
  }

  func parts(of raw: UnsafeRawBufferPointer) -> [TextPart]? {
    guard PBKDF2String(raw, function: function)?.form == .dovecot else {
      return TextPart.last(2, of: raw, separators: "$")
    }
    // The rounds stand between salt and hash.
    let parts = TextPart.last(3, of: raw, separators: "$")
    return parts.count == 3 ? [TextPart(range: parts[0].range, isHexadecimal: true), parts[2]] : nil
  }

  func verify(
    _ password: UnsafeRawBufferPointer, against raw: UnsafeRawBufferPointer, name: String, using scratch: CryptScratch
  ) -> Verdict {
    if case .damaged(let what) = inspect(raw) { return .unverifiable(scheme: "\(name): \(what)") }
    guard let string = PBKDF2String(raw, function: function) else {
      return .unverifiable(scheme: "\(name): not a hash of this scheme")
    }
    return string.parts.compare(name: name, library: "libcrypto") { salt, _, compare in
      KeyDerivation.withPBKDF2(
        password, salt: salt, rounds: string.rounds, function: string.function, compare)
    }
  }

  func make(
    _ password: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, rounds: Int?, name: String,
    using scratch: CryptScratch
  ) throws(PasswordMakingError) -> [UInt8] {
    guard let rounds else { throw .unsupported(scheme: name) }
    let isText = form == .dovecot || form == .django
    let saltText =
      isText ? salt.prefix(Self.saltLetters).map { Self.letter($0) } : TextEncoding.adaptedBase64.encode(Array(salt))
    let key = (isText ? saltText : Array(salt)).withUnsafeBytes { salt in
      KeyDerivation.withPBKDF2(password, salt: salt, rounds: rounds, function: function) { $0.map { Array($0) } }
    }
    guard let key else { throw .unsupported(scheme: name) }
    let beginning = PBKDF2String.names.first { $0.function == function && $0.isDjango == (form == .django) }?.beginning
    let text: (before: String, after: TextEncoding) =
      switch form {
      case .dovecot: ("$1$\(String(decoding: saltText, as: UTF8.self))$\(rounds)", .hexadecimal)
      case .ldap: ("\(rounds)$\(String(decoding: saltText, as: UTF8.self))", .adaptedBase64)
      case .modular: ("\(beginning ?? "")\(rounds)$\(String(decoding: saltText, as: UTF8.self))", .adaptedBase64)
      case .phc:
        (
          "\(beginning ?? "")i=\(rounds),l=\(function.byteCount)$\(String(decoding: saltText, as: UTF8.self))",
          .plainBase64
        )
      case .django: ("\(beginning ?? "")\(rounds)$\(String(decoding: saltText, as: UTF8.self))", .base64)
      }
    return Array(text.before.utf8) + [UInt8(ascii: "$")] + text.after.encode(key)
  }

  /// A letter or digit: 62 of them, the last two for four values each.
  private static func letter(_ random: UInt8) -> UInt8 {
    max(UInt8(ascii: "0"), Cursor.cryptLetter(random))
  }
}
