/// Who may ask what through one socket: the `[[peer]]` rules that count there and the socket's own bound, by the credentials that the
/// kernel vouches for. Pure.
public struct PeerPolicy: Sendable {
  /// What a request asks for, as the configuration names it.
  public enum Permission: String, Sendable, CaseIterable {
    /// AUTH.
    case login
    /// PRE.
    case account
    /// ENUMERATE.
    case enumerate
    /// PASSWD.
    case setPassword = "set-password"

    /// A bit of its own.
    fileprivate var bit: UInt8 {
      switch self {
      case .login: 1
      case .account: 2
      case .enumerate: 4
      case .setPassword: 8
      }
    }
  }

  /// One `[[peer]]`, names resolved to ids. All conditions that are given must hold.
  public struct Rule: Sendable {
    /// `user` or `uid`.
    public var userID: UInt32?
    /// `group`: the process's effective group, or one of its supplementary groups.
    public var groupID: UInt32?
    /// What is allowed.
    public var allow: Set<Permission>
    /// Whether replies may hold PASSWD and PASSWD2.
    public var secrets: Bool

    /// One rule.
    public init(userID: UInt32? = nil, groupID: UInt32? = nil, allow: Set<Permission>, secrets: Bool = false) {
      self.userID = userID
      self.groupID = groupID
      self.allow = allow
      self.secrets = secrets
    }
  }

  /// What an allowed question is answered with.
  public struct Grant: Sendable, Equatable {
    /// Whether the reply may hold PASSWD and PASSWD2.
    public var secrets: Bool
  }

  private struct Row {
    let userID: UInt32?
    let groupID: UInt32?
    let allow: UInt8
    let secrets: Bool
  }

  private let rows: [Row]
  private let bound: UInt8

  /// Without rules everybody who can open the socket may use every verb within `bound`, and secrets are withheld.
  /// - Parameter bound: what may be asked through this socket at all, whatever the rules say.
  public init(rules: [Rule], bound: Set<Permission> = Set(Permission.allCases)) {
    self.bound = Self.bits(bound)
    // What they grant adds up, so their order means nothing; those that may need a system call come last.
    rows = (rules.filter { $0.groupID == nil } + rules.filter { $0.groupID != nil }).map {
      Row(userID: $0.userID, groupID: $0.groupID, allow: Self.bits($0.allow), secrets: $0.secrets)
    }
  }

  private static func bits(_ permissions: Set<Permission>) -> UInt8 { permissions.reduce(0) { $0 | $1.bit } }

  /// Whether anybody at all may ask this through the socket.
  public func isWithinBound(_ wanted: Permission) -> Bool { bound & wanted.bit != 0 }

  /// What a process may have that asks for `wanted`: the sum of what all matching rules grant.
  /// - Parameter groups: the process's supplementary groups; asked once at the most, and only if the answer depends on them. Nil, when
  ///   they cannot be found out, is none.
  /// - Returns: nil when no rule allows it.
  public func grant(
    _ wanted: Permission, userID: UInt32, groupID: UInt32, groups: () -> [UInt32]? = { nil }
  ) -> Grant? {
    guard isWithinBound(wanted) else { return nil }
    if rows.isEmpty { return Grant(secrets: false) }
    var isAllowed = false
    var secrets = false
    var known: [UInt32]?
    for row in rows {
      guard (!isAllowed && row.allow & wanted.bit != 0) || (!secrets && row.secrets) else { continue }
      if let user = row.userID, user != userID { continue }
      if let group = row.groupID {
        if group != groupID {
          let found = known ?? groups() ?? []
          known = found
          guard found.contains(group) else { continue }
        }
      } else if row.userID == nil {
        continue
      }
      isAllowed = isAllowed || row.allow & wanted.bit != 0
      secrets = secrets || row.secrets
    }
    return isAllowed ? Grant(secrets: secrets) : nil
  }
}
