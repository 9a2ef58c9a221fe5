/// What may stand behind a colon in a query. Each is bound as a parameter; what a login brings is never spliced into the text, a preset's
/// constants where there are no parameters (`QueryTemplate.embedded`).
public enum Placeholder: String, Sendable, CaseIterable, Hashable {
  /// The login name, default domain applied.
  case username
  /// The login name up to its last `@`.
  case localPart = "local_part"
  /// Behind the last `@`, or the default domain, or empty.
  case domain
  /// `imap`, `smtp`, …
  case service
  /// `set-password`: the hash to store.
  case newHash = "new_hash"
  /// `set-password`: the clear password.
  case newPassword = "new_password"
  /// A preset's parameter `mail-root`.
  case mailRoot = "mail_root"
  /// A preset's parameter `uid`.
  case uid
  /// A preset's parameter `gid`.
  case gid
  /// A preset's parameter `maildir`.
  case maildir

  /// By the case and not by its name, which takes several times as long: constants are looked up for every request.
  public func hash(into hasher: inout Hasher) {
    let place: UInt8 =
      switch self {
      case .username: 0
      case .localPart: 1
      case .domain: 2
      case .service: 3
      case .newHash: 4
      case .newPassword: 5
      case .mailRoot: 6
      case .uid: 7
      case .gid: 8
      case .maildir: 9
      }
    hasher.combine(place)
  }

  /// Those of the `account` query.
  public static let lookUp: Set<Placeholder> = [.username, .localPart, .domain, .service]
  /// Those of the `set-password` query.
  public static let passwordChange: Set<Placeholder> = lookUp.union([.newHash, .newPassword])
  /// Those of the `enumerate` query: none.
  public static let enumeration: Set<Placeholder> = []
  /// Those that a preset may add to any of its queries.
  public static let preset: Set<Placeholder> = [.mailRoot, .uid, .gid, .maildir]
}
