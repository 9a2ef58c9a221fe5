internal import Secrets

/// Which column of a result holds what, found once for each statement; makes accounts of its rows.
///
/// Names compare without regard to ASCII case: PostgreSQL folds unquoted names to lower case, SQLite hands them back as the
/// table or the query spells them, and `SELECT Username` must mean the same to both.
///
/// A value may hold neither LF nor NUL: it would add lines to the reply. Such a row, and one whose uid, gid or home cannot be
/// used, is `unavailable(.badRow)`; the detail names the column and never the value.
public struct AccountColumns: Sendable {
  /// The largest uid and gid: 4294967295 is `(uid_t) -1`, which `chown` and `setuid` take for "leave as it is".
  public static let maximumID: UInt32 = 4_294_967_294

  private let username: Int
  private let uid: Int
  private let gid: Int
  private let home: Int
  private let password: Int?
  private let clearPassword: Int?
  private let maildir: Int?
  private let quota: Int?
  private let name: Int?
  private let options: Int?
  private let delivery: Int?
  private let active: Int?

  /// The columns of an `account` query, in the order of the result.
  public init(account names: [String]) throws(ColumnError) {
    try self.init(names)
  }

  /// The columns of an `enumerate` query. Those that an enumeration has no use for (password, quota, …) are allowed and not
  /// looked at; with a column `active`, inactive accounts are left out.
  public init(enumerate names: [String]) throws(ColumnError) {
    try self.init(names)
  }

  private init(_ names: [String]) throws(ColumnError) {
    var problems: [ColumnError.Problem] = []
    var places: [AccountColumn: Int] = [:]
    for (index, name) in names.enumerated() {
      guard let column = AccountColumn(rawValue: name.asciiLowercased) else {
        problems.append(
          .unknown(name, nearest: Spelling.nearest(to: name, among: AccountColumn.allCases.map(\.rawValue))))
        continue
      }
      if places[column] == nil {
        places[column] = index
      } else if !problems.contains(.duplicate(column)) {
        problems.append(.duplicate(column))
      }
    }
    for column in AccountColumn.mandatory where places[column] == nil { problems.append(.missing(column)) }
    guard problems.isEmpty, let username = places[.username], let uid = places[.uid], let gid = places[.gid],
      let home = places[.home]
    else { throw ColumnError(problems: problems) }
    self.username = username
    self.uid = uid
    self.gid = gid
    self.home = home
    password = places[.password]
    clearPassword = places[.clearPassword]
    maildir = places[.maildir]
    quota = places[.quota]
    name = places[.name]
    options = places[.options]
    delivery = places[.delivery]
    active = places[.active]
  }

  /// The account in one row of an `account` query.
  /// - Parameter value: the bytes of the column at this place, nil for NULL; they must last until it is called again.
  /// - Returns: `accepted`, or `unavailable(.badRow)`.
  public func account(_ value: (Int) -> UnsafeRawBufferPointer?) -> Outcome<Account> {
    do throws(Unavailability) {
      guard let username = try text(.username, value(username)), !username.isEmpty else {
        throw .empty(.username)
      }
      var account = Account.Values(username: username, uid: 0, gid: 0)
      guard let place = try kept(.home, value(home), &account), !place.isEmpty else { throw .empty(.home) }
      account.home = place
      try requireAbsolute(account.texts[place.lowerBound])
      account.uid = try number(.uid, value(uid))
      account.gid = try number(.gid, value(gid))
      if let password { account.passwordHash = try secret(.password, value(password)) }
      if let clearPassword { account.clearPassword = try secret(.clearPassword, value(clearPassword)) }
      if let maildir { account.maildir = try filled(.maildir, value(maildir), &account) }
      if let quota { account.quota = try filled(.quota, value(quota), &account) }
      if let name { account.name = try kept(.name, value(name), &account) }
      if let options { account.options = try filled(.options, value(options), &account) }
      if let delivery { account.delivery = try kept(.delivery, value(delivery) ?? Self.none, &account) }
      if let active { account.isActive = try truth(.active, value(active)) }
      return .accepted(Account(account))
    } catch {
      return .unavailable(error)
    }
  }

  /// What one row of an `enumerate` query is.
  public enum EnumeratedRow {
    /// A line. It lasts as long as the values it was made of.
    case account(EnumeratedAccount.View)
    /// No name or no home, or inactive: left out.
    case skip
    /// The enumeration has failed: scripts delete mailboxes on the strength of it, so it must not be short of one.
    case bad(Unavailability)
  }

  /// The line in one row of an `enumerate` query.
  /// - Parameter value: the bytes of the column at this place, nil for NULL; they must last as long as the line is used.
  public func enumerated(_ value: (Int) -> UnsafeRawBufferPointer?) -> EnumeratedRow {
    do throws(Unavailability) {
      guard let username = try field(.username, value(username)), !username.isEmpty,
        let home = try field(.home, value(home)), !home.isEmpty
      else { return .skip }
      if let active, try !truth(.active, value(active)) { return .skip }
      try requireAbsolute(home.first)
      let account = EnumeratedAccount.View(
        username: username, uid: try number(.uid, value(uid)), gid: try number(.gid, value(gid)), home: home,
        maildir: try maildir.flatMap { column throws(Unavailability) in try field(.maildir, value(column)) }
          ?? Self.none,
        options: try options.flatMap { column throws(Unavailability) in try field(.options, value(column)) }
          ?? Self.none)
      return .account(account)
    } catch {
      return .bad(error)
    }
  }

  // MARK: Values

  private static var none: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

  /// - Parameter line: whether a TAB, which parts the fields of an enumeration, is as bad as a line feed.
  private func check(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer, line: Bool = false
  ) throws(Unavailability) {
    guard bytes.holdsByte(below: 0x0B) else { return }
    for byte in bytes {
      switch byte {
      case 0x0A: throw .bad(column, "holds a line feed")
      case 0x00: throw .bad(column, "holds a NUL byte")
      case 0x09 where line: throw .bad(column, "holds a tab")
      default: break
      }
    }
  }

  private func text(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?
  ) throws(Unavailability) -> [UInt8]? {
    guard let bytes else { return nil }
    try check(column, bytes)
    return Array(bytes)
  }

  /// A field of an enumeration, where it is.
  private func field(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?
  ) throws(Unavailability) -> UnsafeRawBufferPointer? {
    if let bytes { try check(column, bytes, line: true) }
    return bytes
  }

  /// A text that an account keeps; nil for NULL.
  private func kept(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?, _ account: inout Account.Values
  ) throws(Unavailability) -> Range<Int>? {
    guard let bytes else { return nil }
    try check(column, bytes)
    return account.keep(bytes)
  }

  /// The same; nil when it is empty too.
  private func filled(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?, _ account: inout Account.Values
  ) throws(Unavailability) -> Range<Int>? {
    guard let bytes, !bytes.isEmpty else { return nil }
    return try kept(column, bytes, &account)
  }

  private func secret(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?
  ) throws(Unavailability) -> Secret? {
    guard let bytes, !bytes.isEmpty else { return nil }
    try check(column, bytes)
    return Secret(bytes)
  }

  private func requireAbsolute(_ first: UInt8?) throws(Unavailability) {
    guard first == UInt8(ascii: "/") else { throw .bad(.home, "is no absolute path") }
  }

  private func number(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?
  ) throws(Unavailability) -> UInt32 {
    guard let bytes else { throw .bad(column, "is NULL") }
    var number: UInt64 = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        try check(column, bytes)
        throw .noID(column)
      }
      number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
      guard number <= UInt64(Self.maximumID) else { throw .noID(column) }
    }
    guard !bytes.isEmpty else { throw .noID(column) }
    return UInt32(truncatingIfNeeded: number)
  }

  /// `t`, `true`, `y`, `yes`, `on` and every integer but 0; `f`, `false`, `n`, `no`, `off`, 0, empty and NULL.
  private func truth(
    _ column: AccountColumn, _ bytes: UnsafeRawBufferPointer?
  ) throws(Unavailability) -> Bool {
    guard let bytes, !bytes.isEmpty else { return false }
    try check(column, bytes)
    if bytes.count == 1 {
      switch bytes[0] | 0x20 {
      case UInt8(ascii: "t"), UInt8(ascii: "y"): return true
      case UInt8(ascii: "f"), UInt8(ascii: "n"): return false
      default: break
      }
    }
    let digits = bytes[0] == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    if !digits.isEmpty, digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
      return digits.contains { $0 != UInt8(ascii: "0") }
    }
    switch String(decoding: bytes.prefix(6), as: UTF8.self).asciiLowercased {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw .bad(column, "is neither true nor false")
    }
  }
}

extension Unavailability {
  fileprivate static func bad(_ column: AccountColumn, _ what: String) -> Unavailability {
    Unavailability(.badRow, "column \(column.rawValue) \(what)")
  }

  fileprivate static func empty(_ column: AccountColumn) -> Unavailability { bad(column, "is NULL or empty") }

  fileprivate static func noID(_ column: AccountColumn) -> Unavailability {
    bad(column, "is no number from 0 to \(AccountColumns.maximumID)")
  }
}

extension UnsafeRawBufferPointer {
  /// Whether there is a byte below `limit`, which is at most 128. Eight bytes at a time: values are short, and each row has a dozen.
  fileprivate func holdsByte(below limit: UInt8) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    guard count >= 8 else { return contains { $0 < limit } }
    // The top bit of a byte remains where taking away `limit` borrows, and the byte did not have it before.
    func found(at offset: Int) -> UInt64 {
      let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      return (word &- ones &* UInt64(limit)) & ~word & (ones << 7)
    }
    var offset = 0
    while offset + 8 <= count {
      if found(at: offset) != 0 { return true }
      offset += 8
    }
    return found(at: count - 8) != 0
  }
}

extension String {
  /// A to Z in lower case, all else as it is.
  var asciiLowercased: String {
    var bytes = Array(utf8)
    for (index, byte) in bytes.enumerated() where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") {
      bytes[index] = byte | 0x20
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
