public import Secrets

/// How a stored string is to be read that does not say what it is: a directory's `default-scheme`. 32 hexadecimal digits may be MD5, MD4
/// or NT, and a word may be a password; only whoever filled the column knows.
public struct BareScheme: Sendable, Equatable {
  /// `{PLAIN-MD5}`.
  private let label: [UInt8]
  /// `PLAIN-MD5`, as it was named, in capitals.
  public let name: String
  /// Whether any text would do: the password itself.
  private let isClear: Bool
  private let isMySQL: Bool

  /// What can be named: every scheme whose strings do not name themselves.
  public static let names: [String] = PasswordSchemes.all.filter { !$0.method.namesItself }.flatMap {
    [$0.name] + $0.aliases
  }

  /// The scheme of that name, with `.HEX`, `.B64` or `.BASE64` behind it or not, in any case; nil when there is none, or its strings
  /// name themselves.
  public init?(named name: String) {
    let row = Array(name.utf8).withUnsafeBytes { name -> Int? in
      guard let label = SchemeLabel(name), case .row(let row) = label.target else { return nil }
      return row
    }
    guard let row else { return nil }
    self.name = name.uppercased()
    label = Array("{\(self.name)}".utf8)
    let method = PasswordSchemes.all[row].method
    isClear = method is ClearMethod || method is TruncatedClearMethod
    isMySQL = (method as? MySQLMethod)?.isOld == false
  }

  /// The string with the scheme's name before it, if it does not say itself what it is.
  ///
  /// What begins with `{`, is locked, or begins like a string that names itself is left as it is, so that a column may hold hashes of a
  /// newer scheme beside the old ones. Thirteen letters are a password in the clear rather than DES, if the scheme is such.
  public func labelled(_ stored: Secret) -> Secret {
    stored.withBytes { bytes -> Secret? in
      guard needsLabel(bytes) else { return nil }
      var text = label + bytes
      return Secret.taking(&text)
    } ?? stored
  }

  private func needsLabel(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let first = bytes.first, first != UInt8(ascii: "{") else { return false }
    if isMySQL, ForeignScheme.isMySQL(bytes) { return true }
    switch StoredForm(bytes) {
    case .locked: return false
    // Dovecot's PBKDF2 begins as MD5-CRYPT does. What is damaged is no password in the clear.
    case .row(let row, let text, .none) where text == 0 && !isClear && isDamaged(bytes, in: row):
      var text = label + bytes
      if case .scheme = PasswordSchemes.recognise(Secret.taking(&text)) { return true }
      return false
    // Without a dollar sign it is DES by its shape alone.
    case .row: return isClear && first != UInt8(ascii: "$") && PasswordSchemes.selfNamedRow(of: bytes) == nil
    case .unknown: return ForeignScheme.name(of: bytes) == nil
    }
  }

  private func isDamaged(_ bytes: UnsafeRawBufferPointer, in row: Int) -> Bool {
    if case .damaged = PasswordSchemes.all[row].method.inspect(bytes) { true } else { false }
  }
}
