/// One `[[peer]]` or `[[listen.peer]]`: what a process that connects may ask, by the credentials the kernel reports of it.
public struct PeerRule: Sendable, Equatable {
  /// The user it runs as.
  public var user: String?
  /// A group that its process is in: its effective group, or a supplementary one.
  public var group: String?
  /// The user id it runs as.
  public var uid: UInt32?
  /// What it may ask; not empty.
  public var allow: Set<AllowedVerb>
  /// Whether replies to it hold PASSWD and PASSWD2.
  public var secrets: Bool

  /// A rule; all of `user`, `group` and `uid` that are given must match.
  public init(
    user: String? = nil, group: String? = nil, uid: UInt32? = nil, allow: Set<AllowedVerb>, secrets: Bool = false
  ) {
    self.user = user
    self.group = group
    self.uid = uid
    self.allow = allow
    self.secrets = secrets
  }
}

/// What a peer may be allowed.
public enum AllowedVerb: String, Sendable, CaseIterable {
  /// AUTH.
  case login
  /// PRE.
  case account
  /// ENUMERATE.
  case enumerate
  /// PASSWD.
  case setPassword = "set-password"
}

/// `[[peer]]` on the way to `PeerRule`.
struct PeerDraft {
  var user: String?
  var group: String?
  var uid: UInt32?
  var allow: [AllowedVerb]?
  var secrets = false

  /// - Parameter title: `[[peer]]`, or that of the rules of one socket.
  static func schema(_ system: SystemFacts, title: String = "[[peer]]") -> TableSchema<PeerDraft> {
    TableSchema(
      title: title,
      rows: [
        Row("user", .user(system), \.user),
        Row("group", .group(system), \.group),
        Row("uid", .integer(0...AccountNumber.largest), \.uid),
        Row("allow", .list(of: .word(), example: "[\"login\", \"account\"]"), \.allow),
        Row("secrets", .boolean, default: \.secrets),
      ])
  }

  /// The rule; nil when something is missing.
  static func rule(_ reading: Reading<PeerDraft>, _ system: SystemFacts, _ findings: inout Findings) -> PeerRule? {
    let draft = reading.draft
    if reading.given.isDisjoint(with: ["user", "group", "uid"]) {
      findings.add(reading.label, "says nobody; give `user`, `group` or `uid`")
    }
    if let user = draft.user, let uid = draft.uid, case .known(let number) = system.user(user), number != uid {
      findings.add(
        Label.child(reading.label, "uid"),
        "the uid of user \"\(Label.harmless(user))\" is \(number), so no process has both; give one of them")
    }
    let advice = "list what it may ask: \(Suggestion.list(AllowedVerb.allCases.map(\.rawValue)))"
    guard let allow = reading.require("allow", draft.allow, advice, &findings) else { return nil }
    return PeerRule(user: draft.user, group: draft.group, uid: draft.uid, allow: Set(allow), secrets: draft.secrets)
  }
}

/// Numbers of users and groups.
enum AccountNumber {
  /// The one above it means "none" to chown(2) and its kin.
  static let largest: UInt32 = .max - 1
}
