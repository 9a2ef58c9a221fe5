/// A stored string, taken apart:
/// ```
/// stored   = lock / label text / crypt / modular           ; crypt: CryptGrammar; modular: what names itself by its beginning
/// lock     = ( "!" / "*" ) *any                            ; but "*" 40hex is MySQL's PASSWORD()
/// label    = "{" name [ ".HEX" / ".B64" / ".BASE64" ] "}"  ; in any case
/// ```
/// After a label of the crypt family, or of another row whose strings name themselves, stands any such string, or a lock.
enum StoredForm {
  /// `text`: where it begins, after the label.
  case row(Int, text: Int, encoding: TextEncoding)
  case locked
  /// What it looks like, without any part of it.
  case unknown(String)

  init(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else {
      self = .unknown("an empty string")
      return
    }
    guard bytes.count <= maximumStoredBytes else {
      self = .unknown("a string of \(bytes.count) characters")
      return
    }
    switch first {
    case UInt8(ascii: "{"): self = Self.labelled(bytes)
    case UInt8(ascii: "!"), UInt8(ascii: "*"):
      self = ForeignScheme.isMySQL(bytes) ? .unknown("MySQL's PASSWORD()") : .locked
    default: self = Self.crypt(bytes, from: 0)
    }
  }

  private static func labelled(_ bytes: UnsafeRawBufferPointer) -> StoredForm {
    let window = min(bytes.count, SchemeLabel.maximumBytes + 2)
    var end = 1
    while end < window, bytes[end] != UInt8(ascii: "}") { end += 1 }
    guard end < window else { return .unknown(Self.bare(bytes)) }
    let name = UnsafeRawBufferPointer(rebasing: bytes[1..<end])
    let text = end + 1
    guard let label = SchemeLabel(name) else { return .unknown(SchemeLabel.printable(name)) }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[text...])
    switch label.target {
    case .crypt: return cryptAfterLabel(bytes, rest, text, label.encoding)
    case .row(let index):
      // Dovecot's {MD5} is MD5-CRYPT, courier's a digest: the text tells.
      if label.encoding == nil, rest.first == UInt8(ascii: "$"), PasswordSchemes.all[index].name == "MD5" {
        return crypt(bytes, from: text)
      }
      return .row(index, text: text, encoding: label.encoding ?? encoding(of: rest, in: index))
    }
  }

  private static func cryptAfterLabel(
    _ bytes: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer, _ text: Int, _ encoding: TextEncoding?
  ) -> StoredForm {
    guard let encoding else {
      if rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "*") { return .locked }
      return crypt(bytes, from: text)
    }
    // PostfixAdmin's {SHA512-CRYPT.B64}: the whole crypt string in base64. What it is shows only after decoding.
    let inner = encoding.withDecoded(rest) { raw in Self.crypt(raw, from: 0) }
    switch inner {
    case .row(let index, _, _): return .row(index, text: text, encoding: encoding)
    case .some(let other): return other
    case nil: return .unknown("CRYPT: not \(encoding)")
    }
  }

  private static func crypt(_ bytes: UnsafeRawBufferPointer, from start: Int) -> StoredForm {
    let text = UnsafeRawBufferPointer(rebasing: bytes[start...])
    if let index = PasswordSchemes.cryptRow(of: text) ?? PasswordSchemes.selfNamedRow(of: text) {
      return .row(index, text: start, encoding: .none)
    }
    return .unknown(ForeignScheme.name(of: text) ?? Self.bare(text))
  }

  private static func bare(_ text: UnsafeRawBufferPointer) -> String {
    "a bare string of \(text.count) character\(text.count == 1 ? "" : "s")"
  }

  /// Hexadecimal and base64 of an unsalted digest differ in length.
  @inline(__always)
  private static func encoding(of text: UnsafeRawBufferPointer, in row: Int) -> TextEncoding {
    let written = writtenDown[row]
    guard let length = written.fixedLength else { return written.encoding }
    return text.count == 2 * length ? .hexadecimal : .base64
  }

  /// Of each row of the table, what `encoding` must know: a whole row is copied with all its names.
  private static let writtenDown: [(fixedLength: Int?, encoding: TextEncoding)] = PasswordSchemes.all.map {
    ($0.method.fixedLength, $0.encoding)
  }
}

extension TextEncoding: CustomStringConvertible {
  /// For the log.
  var description: String {
    switch self {
    case .none: "text"
    case .base64, .adaptedBase64, .plainBase64: "base64"
    case .hexadecimal: "hexadecimal"
    }
  }
}
