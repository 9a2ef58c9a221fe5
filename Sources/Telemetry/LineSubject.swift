internal import Accounts
internal import Broker
internal import Glibc

/// Whom or what a log line is about, as far as others can cause such lines without end: lines about one subject share an allowance
/// (`LineBudget`). Nothing that is not bounded by itself has none.
struct LineSubject: Hashable, Sendable {
  /// Lines that are counted together.
  enum Kind: UInt8, CaseIterable, Sendable {
    /// Refusals of mail clients whose address is known.
    case refusedAddress
    /// Other refusals.
    case refusedAccount
    /// Ours.
    case unavailable
    /// What no rule allows.
    case notPermitted
    /// Bytes that are no request.
    case malformed
    /// Passwords that were changed.
    case changed
  }

  /// Who or what.
  enum Key: Hashable, Sendable {
    /// IPv4, in network order; mapped into IPv6 it is the same.
    case ipv4(UInt32)
    /// The first half of an IPv6 address: the network that a single client has to itself.
    case ipv6(UInt64)
    /// What should be an address and is none.
    case text([UInt8])
    /// An account, as it was asked for, and the process's user.
    case account(user: [UInt8], uid: UInt32)
    /// The process's user.
    case process(uid: UInt32)
    /// What kept us from answering.
    case reason(Unavailability.Code)
  }

  let kind: Kind
  let key: Key

  /// Longer user names share the allowance of those that begin alike; in bytes.
  static let nameBytes = 64

  /// The subject of the line about `record`; nil when such lines are not limited.
  init?(_ record: AuditRecord) {
    switch record.result {
    case .refused:
      if let address = record.remoteAddress {
        kind = .refusedAddress
        key = Self.key(ofAddress: address)
      } else {
        kind = .refusedAccount
        key = Self.account(record)
      }
    case .unavailable(let cause):
      if cause.code == .notPermitted {
        kind = .notPermitted
        key = .process(uid: record.userID)
      } else {
        kind = .unavailable
        key = .reason(cause.code)
      }
    case .malformed:
      kind = .malformed
      key = .process(uid: record.userID)
    case .accepted:
      guard record.isPasswordChange else { return nil }
      kind = .changed
      key = Self.account(record)
    case .nothingAsked: return nil
    }
  }

  private static func account(_ record: AuditRecord) -> Key {
    .account(user: Array(record.user.prefix(nameBytes)), uid: record.userID)
  }

  private static func key(ofAddress text: [UInt8]) -> Key {
    var address = in_addr()
    var longAddress = in6_addr()
    let name = text.prefix(nameBytes).map { CChar(bitPattern: $0) } + [0]
    if inet_pton(AF_INET, name, &address) == 1 { return .ipv4(UInt32(bigEndian: address.s_addr)) }
    guard inet_pton(AF_INET6, name, &longAddress) == 1 else { return .text(Array(text.prefix(nameBytes))) }
    return withUnsafeBytes(of: &longAddress) { bytes in
      func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
      let isMapped = number(0..<8) == 0 && number(8..<12) == 0xffff
      return isMapped ? .ipv4(UInt32(truncatingIfNeeded: number(12..<16))) : .ipv6(number(0..<8))
    }
  }

  /// Appends the fields that such lines have in common.
  func append(to line: inout [UInt8]) {
    Self.append(kind, to: &line)
    switch key {
    case .ipv4(let address):
      LogText.append(" ip=", to: &line)
      for shift in stride(from: UInt32(24), through: 0, by: -8) {
        LogText.append(decimal: UInt(address >> shift & 255), to: &line)
        if shift > 0 { line.append(UInt8(ascii: ".")) }
      }
    case .ipv6(let network):
      LogText.append(" ip=", to: &line)
      for shift in stride(from: UInt64(48), through: 0, by: -16) {
        line += String(network >> shift & 0xffff, radix: 16).utf8
        line.append(UInt8(ascii: ":"))
      }
      LogText.append(":/64", to: &line)
    case .text(let text): LogText.append(" ip=", text, to: &line)
    case .account(let user, let uid):
      LogText.append(" user=", user, to: &line)
      LogText.append(" uid=", Int(uid), to: &line)
    case .process(let uid): LogText.append(" uid=", Int(uid), to: &line)
    case .reason(let code): LogText.append(" reason=", code.rawValue, to: &line)
    }
  }

  /// Appends what lines of a kind have in common.
  static func append(_ kind: Kind, to line: inout [UInt8]) {
    switch kind {
    case .refusedAddress, .refusedAccount: LogText.append("outcome=refused", to: &line)
    case .unavailable: LogText.append("outcome=unavailable", to: &line)
    case .notPermitted:
      LogText.append("outcome=unavailable", to: &line)
      LogText.append(" reason=", Unavailability.Code.notPermitted.rawValue, to: &line)
    case .malformed: LogText.append("outcome=malformed", to: &line)
    case .changed: LogText.append("PASSWD outcome=accepted", to: &line)
    }
  }
}

extension AuditRecord {
  /// PASSWD, however it ended.
  var isPasswordChange: Bool { verb.utf8.count == 6 && verb == "PASSWD" }

  /// Whether there is nothing to it but somebody who was let in: nearly every line, written without further thought.
  var isEveryday: Bool {
    if case .accepted = result { !isPasswordChange } else { false }
  }
}
