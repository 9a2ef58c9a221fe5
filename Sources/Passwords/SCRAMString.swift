/// What is kept for SCRAM (RFC 5802, section 3):
/// ```
/// dovecot = rounds "," salt "," StoredKey "," ServerKey
/// rfc5803 = [ "SCRAM-SHA-1$" / "SCRAM-SHA-256$" ] rounds ":" salt "$" StoredKey ":" ServerKey         ; PostgreSQL writes it too
/// ```
/// Salt and keys are in base64.
struct SCRAMString {
  /// How it is written.
  enum Form: Sendable {
    case dovecot
    /// - Parameter isNamed: whether it names itself.
    case rfc5803(isNamed: Bool)
  }

  let form: Form
  let rounds: Int
  private let salt: UnsafeRawBufferPointer
  private let storedKey: UnsafeRawBufferPointer
  private let serverKey: UnsafeRawBufferPointer

  /// Nil when it is damaged.
  init?(_ raw: UnsafeRawBufferPointer, beginning: StaticString, byteCount: Int) {
    var cursor = Cursor(text: raw, at: 0)
    let isNamed = cursor.take(beginning)
    guard let rounds = cursor.takeNumber() else { return nil }
    let ends: (UInt8, UInt8)
    if !isNamed, cursor.take(",") {
      form = .dovecot
      ends = (UInt8(ascii: ","), UInt8(ascii: ","))
    } else if cursor.take(":") {
      form = .rfc5803(isNamed: isNamed)
      ends = (UInt8(ascii: "$"), UInt8(ascii: ":"))
    } else {
      return nil
    }
    guard let salt = cursor.takeField(endedBy: ends.0), !salt.isEmpty,
      let storedKey = cursor.takeField(endedBy: ends.1)
    else { return nil }
    self.rounds = rounds
    self.salt = salt
    self.storedKey = storedKey
    serverKey = cursor.takeRest()
    let areWhole = withParts { _, stored, server in stored.count == byteCount && server.count == byteCount }
    guard areWhole == true else { return nil }
  }

  /// Hands salt, StoredKey and ServerKey to `body`, decoded; nil when they cannot be.
  func withParts<Result>(
    _ body: (_ salt: UnsafeRawBufferPointer, _ stored: UnsafeRawBufferPointer, _ server: UnsafeRawBufferPointer) ->
      Result
  ) -> Result? {
    let result: Result??? = TextEncoding.base64.withDecoded(salt) { salt in
      TextEncoding.base64.withDecoded(storedKey) { stored in
        TextEncoding.base64.withDecoded(serverKey) { server in body(salt, stored, server) }
      }
    }
    return (result ?? nil) ?? nil
  }
}
