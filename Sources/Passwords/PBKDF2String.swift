/// What the field writes for PBKDF2:
/// ```
/// dovecot = "$1$" salt "$" rounds "$" 40hex                          ; SHA-1; the salt is the text itself
/// ldap    = rounds "$" ab64 "$" ab64                                 ; OpenLDAP's pw-pbkdf2, passlib's ldap_pbkdf2_…
/// modular = "$pbkdf2" [ "-sha1" / "-sha256" / "-sha512" ] "$" rounds "$" ab64 "$" ab64        ; passlib
/// phc     = "$pbkdf2" [ … ] "$i=" rounds [ ",l=" length ] "$" ab64 "$" ab64                   ; RustCrypto, Stalwart
/// django  = "pbkdf2_" ( "sha1" / "sha256" / "sha512" ) "$" rounds "$" salt "$" base64         ; the salt is the text itself
/// ab64    = base64, the padding may be absent, "." may stand for "+"
/// ```
struct PBKDF2String {
  /// How it is written.
  enum Form: Sendable {
    case dovecot
    case ldap
    case modular
    case phc
    case django
  }

  let form: Form
  let function: KeyDerivation.Function
  let rounds: Int
  let parts: SaltAndHash

  /// Beginnings of strings that name themselves, and their functions.
  static let names: [(beginning: StaticString, function: KeyDerivation.Function, isDjango: Bool)] = [
    ("$pbkdf2$", .sha1, false), ("$pbkdf2-sha1$", .sha1, false), ("$pbkdf2-sha256$", .sha256, false),
    ("$pbkdf2-sha512$", .sha512, false), ("pbkdf2_sha1$", .sha1, true), ("pbkdf2_sha256$", .sha256, true),
    ("pbkdf2_sha512$", .sha512, true),
  ]

  private static let dollar = UInt8(ascii: "$")

  /// Nil when it is damaged.
  /// - Parameter function: that of a string which does not name its own.
  init?(_ raw: UnsafeRawBufferPointer, function: KeyDerivation.Function) {
    var cursor = Cursor(text: raw, at: 0)
    var function = function
    var form = Form.ldap
    var length: Int?
    if function == .sha1, cursor.take("$1$") {
      guard let salt = cursor.takeField(endedBy: Self.dollar), !salt.isEmpty, let rounds = cursor.takeNumber(),
        cursor.take("$")
      else { return nil }
      self.init(.dovecot, function, rounds, salt: salt, digest: cursor.takeRest())
      return
    }
    if let name = Self.names.first(where: { cursor.take($0.beginning) }) {
      function = name.function
      form = name.isDjango ? .django : .modular
    }
    if form == .modular, cursor.take("i=") { form = .phc }
    guard let rounds = cursor.takeNumber() else { return nil }
    if form == .phc, cursor.take(",l=") {
      guard let number = cursor.takeNumber() else { return nil }
      length = number
    }
    guard length ?? function.byteCount == function.byteCount, cursor.take("$"),
      let salt = cursor.takeField(endedBy: Self.dollar), !salt.isEmpty
    else { return nil }
    self.init(form, function, rounds, salt: salt, digest: cursor.takeRest())
  }

  private init?(
    _ form: Form, _ function: KeyDerivation.Function, _ rounds: Int, salt: UnsafeRawBufferPointer,
    digest: UnsafeRawBufferPointer
  ) {
    self.form = form
    self.function = function
    self.rounds = rounds
    let (saltEncoding, digestEncoding): (TextEncoding, TextEncoding) =
      switch form {
      case .dovecot: (.none, .hexadecimal)
      case .django: (.none, .base64)
      case .ldap, .modular, .phc: (.adaptedBase64, .adaptedBase64)
      }
    parts = SaltAndHash(salt: salt, hash: digest, saltEncoding: saltEncoding, hashEncoding: digestEncoding)
    guard parts.withDecoded({ $1.count }) == function.byteCount else { return nil }
  }
}
