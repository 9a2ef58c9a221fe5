/// A question that no rule allows: what an administrator has to know to write the rule.
public final class Denial: Sendable {
  /// What was asked for.
  public let permission: PeerPolicy.Permission
  /// The effective group of the process.
  public let groupID: UInt32
  /// Its supplementary groups; nil when the kernel does not tell.
  public let groups: [UInt32]?
  /// The path of the socket it came through; nil when that is not known.
  public let socket: String?
  /// Whether the socket has rules of its own (`[[listen.peer]]`) in the place of the `[[peer]]` rules.
  public let hasOwnRules: Bool
  /// Whether the socket's `allow` keeps everybody from asking this, whatever the rules say.
  public let isBeyondBound: Bool

  /// A denial.
  public init(
    permission: PeerPolicy.Permission, groupID: UInt32, groups: [UInt32]?, socket: String?, hasOwnRules: Bool,
    isBeyondBound: Bool
  ) {
    self.permission = permission
    self.groupID = groupID
    self.groups = groups
    self.socket = socket
    self.hasOwnRules = hasOwnRules
    self.isBeyondBound = isBeyondBound
  }
}
