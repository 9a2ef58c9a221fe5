internal import Accounts

/// Whom one login is counted for.
struct ThrottleSubject: Sendable, Equatable {
  /// The most bytes of a name that count: 255. Longer names share what they begin with.
  static let longestName = 255

  /// The account's name as the database spells it, or as the client did when there is no such account; lower case.
  let account: [UInt8]
  /// Where the login comes from (`NetworkAddress.site`); nil when that is not known, or exempt.
  let address: NetworkAddress?

  init(name: [UInt8], address: NetworkAddress?) {
    account = Self.account(name)
    self.address = address
  }

  /// The name by which an account is counted. Not copied when it is one already.
  static func account(_ name: [UInt8]) -> [UInt8] {
    func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    if name.count <= longestName, !name.contains(where: isUpper) { return name }
    return name.prefix(longestName).map { isUpper($0) ? $0 | 0x20 : $0 }
  }
}
