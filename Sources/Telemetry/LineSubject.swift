internal import Accounts
internal import Broker

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
    /// Of a mail client: what one customer of a network provider has.
    case site(NetworkAddress)
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
    NetworkAddress(text).map { .site($0.site) } ?? .text(Array(text.prefix(nameBytes)))
  }

  /// Appends the fields that such lines have in common.
  func append(to line: inout [UInt8]) {
    Self.append(kind, to: &line)
    switch key {
    case .site(let site):
      LogText.append(" ip=", to: &line)
      line += site.description.utf8
      if !site.isIPv4 { LogText.append("/64", to: &line) }
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
