/// Schemes of the field that are not in the table, so that the log can name them.
///
/// Only these: what merely begins with a dollar or a brace may be somebody's password in the clear, and the log must not show a part of
/// it.
enum ForeignScheme {
  private static let beginnings: [StaticString] = [
    "$argon2d$", "$argon2$", "$2x$", "$2$", "$bcrypt-sha256$", "$sm3$", "$sm3y$",
    "$8$", "$9$",
  ]

  /// Names between braces, in capitals: of Dovecot, of directory servers, and of frameworks.
  static let labels: Set<String> = [
    "ARGON2D", "BLAKE2B", "BLF", "CISCO", "KERBEROS", "LANMAN", "LM", "LMHASH", "MD2", "MD4CRYPT", "NOOP",
    "NS-MTA-MD5", "PBKDF2-SHA224", "PBKDF2-SHA384", "PKCS5S2", "RIPEMD160", "RMD160", "RPA", "SASL",
    "SCRAM-SHA-512", "SHA224", "SHA3", "SHA3-256", "SHA3-512", "SM3", "SRMD160", "SSHA224", "SSHA3", "TIGER",
    "UNIX", "WHIRLPOOL", "X-PBKDF2", "XSHA",
  ]

  /// How `text` begins, when that is one of them.
  static func name(of text: UnsafeRawBufferPointer) -> String? {
    for beginning in beginnings {
      var cursor = Cursor(text: text, at: 0)
      if cursor.take(beginning) { return "\(beginning)" }
    }
    return nil
  }

  /// MySQL's `PASSWORD()` since 4.1: it begins like a lock and is none.
  static func isMySQL(_ text: UnsafeRawBufferPointer) -> Bool {
    text.count == 41 && text[0] == UInt8(ascii: "*") && text.dropFirst().allSatisfy { Hexadecimal.value(of: $0) != nil }
  }
}
