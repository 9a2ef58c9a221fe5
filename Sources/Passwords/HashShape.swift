public import Secrets

/// What a stored hash is like, and nothing of what it is: its scheme, its work, the lengths of its salt and hash. Two accounts with the
/// same shape take the same time to verify.
///
/// A hash made of a shape is a decoy: verifying against it costs what a real one does, and no password fits it.
public struct HashShape: Hashable, Sendable {
  /// A text with places for random characters.
  private enum Body: Hashable {
    /// A string of crypt(3), without a label; its salt and its hash are `anyBase64` or `anyHexadecimal`.
    case crypt([UInt8])
    /// Another string that is text, without a label; what is salt and hash in it is `anyLetter` or `anyHexadecimal`.
    case text([UInt8])
    /// A digest and its salt, so many bytes.
    case digest(Int)
    /// A password in the clear: comparing one costs nothing.
    case clear
  }

  /// Stand in a text for one random character. No crypt(3) string holds such bytes.
  private static let anyBase64: UInt8 = 0
  private static let anyHexadecimal: UInt8 = 1
  /// A letter or digit, which stands in every base64.
  private static let anyLetter: UInt8 = 2

  /// In `PasswordSchemes.all`.
  private let row: Int
  private let body: Body

  /// The shape of a stored string; nil when it is locked, or nothing that can be verified. Costs no hash.
  public init?(of stored: Secret) {
    let shape = stored.withBytes { bytes -> HashShape? in
      guard case .row(let row, let start, let encoding) = StoredForm(bytes) else { return nil }
      let text = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let body = encoding.withDecoded(text) { raw in Self.body(PasswordSchemes.all[row].method, raw) }
      return body.flatMap { $0 }.map { HashShape(row: row, body: $0) }
    }
    guard let shape else { return nil }
    self = shape
  }

  private init(row: Int, body: Body) {
    self.row = row
    self.body = body
  }

  private static func body(_ method: any SchemeMethod, _ raw: UnsafeRawBufferPointer) -> Body? {
    guard case .complete = method.inspect(raw) else { return nil }
    if method is DigestMethod || method.fixedLength != nil { return .digest(raw.count) }
    if let parts = method.parts(of: raw) { return .text(template(Array(raw), parts)) }
    guard let method = method as? CryptMethod else { return .clear }
    guard let prefix = method.prefixLength(in: raw) else { return nil }
    let hash = raw.count - method.hashLength
    var text = Array(raw)
    for place in method.grammar.salt(in: raw, prefix: prefix, hash: hash) { text[place] = anyBase64 }
    for place in hash..<raw.count { text[place] = method.grammar == .nt ? anyHexadecimal : anyBase64 }
    // libcrypt reads the salt of yescrypt as base64, whose last character may have bits that must be zero: "." has none.
    if method.grammar == .yescrypt, hash >= 2, text[hash - 2] == anyBase64 { text[hash - 2] = UInt8(ascii: ".") }
    return .crypt(text)
  }

  private static func template(_ text: [UInt8], _ parts: [TextPart]) -> [UInt8] {
    var text = text
    for part in parts {
      var isLast = true
      for place in part.range.reversed() where text[place] != UInt8(ascii: "=") {
        // The last letter of base64 may have bits that must be zero.
        text[place] = part.isHexadecimal ? anyHexadecimal : isLast ? UInt8(ascii: "A") : anyLetter
        isLast = false
      }
    }
    return text
  }

  /// The scheme's name, as in `PasswordScheme.name`.
  public var scheme: String { PasswordSchemes.all[row].name }

  /// A stored string of this shape that is nobody's.
  public func decoy(random: inout some RandomNumberGenerator) -> Secret {
    var text: [UInt8]
    switch body {
    case .crypt(let template): text = Self.filled(template, &random)
    case .text(let template):
      let scheme = PasswordSchemes.all[row]
      text = scheme.method.namesItself ? [] : Array("{\(scheme.name)}".utf8)
      text += Self.filled(template, &random)
    case .digest(let count):
      let scheme = PasswordSchemes.all[row]
      let raw = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      text = Array(scheme.prefix.utf8) + scheme.encoding.encode(raw)
    case .clear:
      let letters = (0..<Self.clearLength).map { _ in Cursor.cryptLetter(UInt8.random(in: 0..<64, using: &random)) }
      text = Array(PasswordSchemes.all[row].prefix.utf8) + letters
    }
    return Secret.taking(&text)
  }

  private static func filled(_ template: [UInt8], _ random: inout some RandomNumberGenerator) -> [UInt8] {
    template.map { letter in
      switch letter {
      case anyBase64: Cursor.cryptLetter(UInt8.random(in: 0..<64, using: &random))
      case anyHexadecimal: Hexadecimal.encode([UInt8.random(in: 0..<16, using: &random)])[1]
      // Without "." and "/".
      case anyLetter: Cursor.cryptLetter(UInt8.random(in: 2..<64, using: &random))
      default: letter
      }
    }
  }

  /// Of a decoy in the clear, in bytes.
  private static let clearLength = 16
  /// Characters of the salt of `standard`, as crypt_gensalt(3) makes it.
  private static let standardSalt = 16

  /// What is taken for the commonest before any hash was seen: SHA512-CRYPT with crypt(3)'s own 5,000 rounds.
  public static let standard: HashShape = {
    let letters = [UInt8](repeating: anyBase64, count: standardSalt)
    let hash = [UInt8](repeating: anyBase64, count: 86)
    return HashShape(
      row: PasswordSchemes.standardIndex, body: .crypt(Array("$6$".utf8) + letters + Array("$".utf8) + hash))
  }()
}

extension CryptGrammar {
  /// Where the salt stands in a complete string whose hash begins at `hash`.
  fileprivate func salt(in text: UnsafeRawBufferPointer, prefix: Int, hash: Int) -> Range<Int> {
    /// Between the last two dollar signs before `end`.
    func part(before end: Int) -> Range<Int> {
      var start = end
      while start > prefix, text[start - 1] != UInt8(ascii: "$") { start -= 1 }
      return start..<end
    }
    return switch self {
    case .des: 0..<hash
    case .bsdi: (hash - 4)..<hash
    case .bcrypt: (hash - 22)..<hash
    case .scrypt: (prefix + Self.scryptParameters)..<(hash - 1)
    case .nt: hash..<hash
    case .md5, .sha, .yescrypt, .sha1: part(before: hash - 1)
    case .sunMD5:
      // One dollar sign or two, behind a salt that may be empty: what stands there is then the rounds.
      {
        let isDouble = hash - 2 > prefix && text[hash - 2] == UInt8(ascii: "$")
        let salt = part(before: isDouble ? hash - 2 : hash - 1)
        return salt.contains { text[$0] == UInt8(ascii: "=") } ? hash..<hash : salt
      }()
    }
  }

  /// Characters of a `$7$` string that are no salt.
  private static let scryptParameters = 11
}
