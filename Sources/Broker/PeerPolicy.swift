/// Who may ask what: the `[[peer]]` rules, by the credentials that the kernel vouches for. Pure.
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

    /// By the case and not by its name, which takes several times as long.
    public func hash(into hasher: inout Hasher) {
      let place: UInt8 =
        switch self {
        case .login: 0
        case .account: 1
        case .enumerate: 2
        case .setPassword: 3
        }
      hasher.combine(place)
    }
  }

  /// One `[[peer]]`, names resolved to ids. All conditions that are given must hold.
  public struct Rule: Sendable {
    /// `user` or `uid`.
    public var userID: UInt32?
    /// `group`.
    public var groupID: UInt32?
    /// The users that the group database lists as members of `groupID`: the kernel tells no supplementary groups of a peer.
    public var groupMembers: Set<UInt32>
    /// What is allowed.
    public var allow: Set<Permission>
    /// Whether replies may hold PASSWD and PASSWD2.
    public var secrets: Bool

    /// One rule.
    public init(
      userID: UInt32? = nil, groupID: UInt32? = nil, groupMembers: Set<UInt32> = [], allow: Set<Permission>,
      secrets: Bool = false
    ) {
      self.userID = userID
      self.groupID = groupID
      self.groupMembers = groupMembers
      self.allow = allow
      self.secrets = secrets
    }

    func matches(userID peerUser: UInt32, groupID peerGroup: UInt32) -> Bool {
      if let userID, userID != peerUser { return false }
      if let groupID, groupID != peerGroup, !groupMembers.contains(peerUser) { return false }
      return userID != nil || groupID != nil
    }
  }

  /// What one peer may do.
  public struct Grant: Sendable, Equatable {
    /// The verbs.
    public var allow: Set<Permission>
    /// Whether replies may hold PASSWD and PASSWD2.
    public var secrets: Bool
  }

  private let rules: [Rule]

  /// Without rules everybody who can open the socket may use every verb, and secrets are withheld.
  public init(rules: [Rule]) { self.rules = rules }

  private static let everythingButSecrets = Grant(allow: Set(Permission.allCases), secrets: false)

  /// The sum of what all matching rules grant; nothing when none matches.
  public func grant(userID: UInt32, groupID: UInt32) -> Grant {
    if rules.isEmpty { return Self.everythingButSecrets }
    var grant = Grant(allow: [], secrets: false)
    for rule in rules where rule.matches(userID: userID, groupID: groupID) {
      // One rule is what a peer has nearly always: its set is not made anew.
      if grant.allow.isEmpty { grant.allow = rule.allow } else { grant.allow.formUnion(rule.allow) }
      grant.secrets = grant.secrets || rule.secrets
    }
    return grant
  }
}
