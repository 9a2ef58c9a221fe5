internal import Accounts
internal import Secrets

/// The values of one request's placeholders.
struct RequestParameters {
  let key: AccountKey
  let constants: [Placeholder: [UInt8]]
  /// For `set-password` only.
  var change: PasswordChange?

  /// Hands the bytes of `placeholder` to `body`.
  func withBytes(_ placeholder: Placeholder, _ body: (UnsafeRawBufferPointer) -> Void) {
    switch placeholder {
    case .username: key.name.username.withUnsafeBytes(body)
    case .localPart: key.name.localPart.withUnsafeBytes(body)
    case .domain: key.name.domain.withUnsafeBytes(body)
    case .service: key.service.withUnsafeBytes(body)
    case .newHash: withSecret(change?.newHash, body)
    case .newPassword: withSecret(change?.newPassword, body)
    case .mailRoot, .uid, .gid, .maildir: (constants[placeholder] ?? []).withUnsafeBytes(body)
    }
  }

  private func withSecret(_ secret: Secret?, _ body: (UnsafeRawBufferPointer) -> Void) {
    if let secret { secret.withBytes(body) } else { body(UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  /// Whether nobody can have this name: SQLite's `LIKE` and its functions end a text at a NUL byte, so that one name could pass
  /// for another; and a UTF-16 database would be asked for a repaired name.
  func isNobodys(in connection: SQLiteConnection) -> Bool {
    let name = key.name.username
    return name.contains(0) || key.service.contains(0)
      || (!connection.isUTF8 && String(validating: name, as: UTF8.self) == nil)
  }
}
