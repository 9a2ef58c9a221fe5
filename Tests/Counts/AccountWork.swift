import Accounts
import Secrets

@testable import DatabaseServers
@testable import PostgreSQLDirectory
@testable import SQLiteDirectory

/// From a request to the parameters of the query, and from a row to an account.
enum AccountWork {
  static let userID = "user00042@example.org".bytes
  static let shortUserID = "user00042".bytes
  static let service = "imap".bytes
  static let key = AccountKey(name: LoginName(userID, defaultDomain: nil), service: service)
  static let constants: [Placeholder: [UInt8]] = [
    .mailRoot: "/var/mail/virtual".bytes, .uid: "5000".bytes, .gid: "5000".bytes,
  ]
  static let placeholders: [Placeholder] = [.username, .localPart, .domain, .service, .mailRoot, .uid]

  /// A row as a database hands it over, one column after the other, each nil for NULL.
  static let columns = [
    "username", "password", "uid", "gid", "home", "maildir", "quota", "name", "options", "active",
  ]
  static let row: [[UInt8]?] = [
    userID, PasswordWork.sha256.bytes, "5000".bytes, "5000".bytes, "/var/mail/example.org/user00042".bytes,
    "Maildir".bytes, "10000000S,1000C".bytes, "User Forty-Two".bytes, nil, "1".bytes,
  ]

  static func account(_ columns: AccountColumns, _ cells: [UnsafeRawBufferPointer?]) -> Account {
    guard case .accepted(let account) = columns.account({ cells[$0] }) else { fatalError("the row is bad") }
    return account
  }

  /// The row's account.
  static var account: Account { account(accountColumns, cells) }

  private static var accountColumns: AccountColumns {
    guard let columns = try? AccountColumns(account: columns) else { fatalError("the columns are bad") }
    return columns
  }

  /// The row in memory that stays.
  private static var cells: [UnsafeRawBufferPointer?] {
    row.map { value in
      guard let value else { return nil }
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: value.count, alignment: 1)
      memory.copyBytes(from: value)
      return UnsafeRawBufferPointer(memory)
    }
  }

  static var pieces: [Piece] {
    var bound = BoundParameters(placeholders, constants: constants)
    let columns = accountColumns
    let cells = self.cells
    return [
      Piece("login-name") { use(LoginName(userID, defaultDomain: "example.org")) },
      Piece("login-name-short") { use(LoginName(shortUserID, defaultDomain: "example.org")) },
      Piece("bind-postgresql") {
        use(bound.bind(key))
        use(
          bound.withPointers {
            use($0)
            return 1
          })
      },
      Piece("bind-sqlite") {
        let parameters = RequestParameters(key: key, constants: constants)
        for placeholder in placeholders { parameters.withBytes(placeholder) { use($0) } }
      },
      Piece("account-of-row") { use(account(columns, cells)) },
    ]
  }
}
