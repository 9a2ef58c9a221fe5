/// The keys of `[[directory]]` that belong to presets.
public enum PresetParameter: String, Sendable, CaseIterable {
  /// The folder that all mailboxes lie below: every account's home.
  case mailRoot = "mail-root"
  /// The user that owns all mailboxes.
  case uid
  /// The group that owns all mailboxes.
  case gid
  /// What users log in with.
  case login
  /// The folder below an account's home that holds its mail.
  case maildir
  /// Whether the table's `smtp_active` decides about SMTP.
  case smtpActive = "smtp-active"
  /// Whether an account's domain must be active too.
  case domainActive = "domain-active"
  /// Whether passwords expire.
  case passwordExpiry = "password-expiry"
  /// Whether people may log in by an address of an alias domain.
  case aliasDomains = "alias-domains"
  /// Whether accounts that are bound to networks may log in from everywhere.
  case ignoreAllowNets = "ignore-allow-nets"
  /// The table, where it has another name.
  case table
  /// Whether app passwords are asked for, in the panel's own table of them.
  case appPasswords = "app-passwords"
}

/// What users log in with: the values of `login`.
public enum LoginStyle: String, Sendable, CaseIterable {
  /// The full address.
  case address
  /// The part before the `@`; a full address is understood as well.
  case localPart = "local-part"
}

/// The values of a preset's keys; nil or the default where a key is not there.
public struct PresetParameters: Sendable, Equatable {
  /// The default of `mail-root`.
  public static let defaultMailRoot = "/var/vmail/"
  /// The longest `maildir`, in bytes.
  public static let maximumMaildirLength = 255
  /// The longest name of a table, in bytes: PostgreSQL's 63 for schema and table, and the dot.
  public static let maximumTableLength = 127

  /// `mail-root`; nil is `/var/vmail/`. Handed out as the home exactly as it stands here, where that is the home; else without
  /// slashes at its end, before the rest of the path.
  public var mailRoot: String?
  /// `uid`: 0 … 4294967294.
  public var uid: UInt32?
  /// `gid`: 0 … 4294967294.
  public var gid: UInt32?
  /// `login`.
  public var login: LoginStyle
  /// `maildir`; nil is the preset's default.
  public var maildir: String?
  /// `smtp-active`: services that send mail (`smtp`, `esmtp`, `submission`, …) are for accounts whose `smtp_active` is true.
  public var smtpActive: Bool
  /// `domain-active`: accounts of a domain whose `active` is false may not log in, and are not listed.
  public var domainActive = false
  /// `password-expiry`: `password_expiry` of mailbox and domain decides.
  public var passwordExpiry = false
  /// `alias-domains`: an address of an active alias domain is one of its target's.
  public var aliasDomains = false
  /// `ignore-allow-nets`: iRedMail's `allow_nets` decides nothing.
  public var ignoreAllowNets = false
  /// `table`: letters, digits and `_`, and dots between schema and table. Not quoted: PostgreSQL folds it to lower case.
  public var table: String?
  /// `app-passwords`: the panel's app passwords are good for logins too.
  public var appPasswords: Bool

  /// The parameters of one preset.
  public init(
    mailRoot: String? = nil, uid: UInt32? = nil, gid: UInt32? = nil, login: LoginStyle = .address,
    smtpActive: Bool = false, table: String? = nil, appPasswords: Bool = false
  ) {
    self.mailRoot = mailRoot
    self.uid = uid
    self.gid = gid
    self.login = login
    self.smtpActive = smtpActive
    self.table = table
    self.appPasswords = appPasswords
  }

  func problems(for preset: Preset) -> [PresetError.Problem] {
    var problems: [PresetError.Problem] = []
    for parameter in PresetParameter.allCases {
      if let text = problem(parameter, for: preset) { problems.append(.init(parameter: parameter, text: text)) }
    }
    return problems
  }

  func constants(for preset: Preset) -> [Placeholder: [UInt8]] {
    var constants: [Placeholder: [UInt8]] = [:]
    if preset.takes.contains(.mailRoot) {
      var root = (mailRoot ?? Self.defaultMailRoot).utf8[...]
      while preset.makesHomes, root.last == UInt8(ascii: "/") { root = root.dropLast() }
      constants[.mailRoot] = Array(root)
    }
    if let maildir = maildir ?? preset.standardMaildir { constants[.maildir] = Array(maildir.utf8) }
    if preset.takes.contains(.uid), let uid { constants[.uid] = Array(String(uid).utf8) }
    if preset.takes.contains(.gid), let gid { constants[.gid] = Array(String(gid).utf8) }
    return constants
  }

  /// Whether the key was given, with another value than its default.
  public func isGiven(_ parameter: PresetParameter) -> Bool {
    switch parameter {
    case .mailRoot: mailRoot != nil
    case .uid: uid != nil
    case .gid: gid != nil
    case .login: login != .address
    case .maildir: maildir != nil
    case .smtpActive: smtpActive
    case .domainActive: domainActive
    case .passwordExpiry: passwordExpiry
    case .aliasDomains: aliasDomains
    case .ignoreAllowNets: ignoreAllowNets
    case .table: table != nil
    case .appPasswords: appPasswords
    }
  }

  private func problem(_ parameter: PresetParameter, for preset: Preset) -> String? {
    guard isGiven(parameter) else {
      return preset.requires.contains(parameter) ? "preset \(preset.name) needs it" : nil
    }
    guard preset.takes.contains(parameter) else { return "preset \(preset.name) does not take it" }
    switch parameter {
    case .mailRoot:
      let bytes = (mailRoot ?? "").utf8
      return bytes.first == UInt8(ascii: "/") && !bytes.contains { $0 < 0x20 }
        ? nil : "must be an absolute path without control characters"
    case .uid, .gid:
      let id = parameter == .uid ? uid : gid
      return id ?? 0 <= AccountColumns.maximumID ? nil : "must be a number from 0 to \(AccountColumns.maximumID)"
    case .table:
      return Self.isTableName(table ?? "")
        ? nil : "must be a table's name: letters, digits and _, with a dot behind the schema"
    case .maildir:
      return Self.isMaildir(maildir ?? "")
        ? nil
        : "must be a folder below the home, such as \"Maildir\", or \".\" for the home itself: relative, without .. and control characters"
    case .login, .smtpActive, .domainActive, .passwordExpiry, .aliasDomains, .ignoreAllowNets, .appPasswords: return nil
    }
  }

  /// The name of a table beside `table`, whose name is `standard` unless its schema or its prefix is another:
  /// `postfix.pfa_mailbox` has `postfix.pfa_domain` beside it.
  func sibling(_ name: String, of standard: String) -> String {
    guard let table else { return name }
    if table.asciiLowercased.hasSuffix(standard) { return table.dropLast(standard.count) + name }
    return (table.lastIndex(of: ".").map { String(table[...$0]) } ?? "") + name
  }

  private static func isMaildir(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count <= maximumMaildirLength && path.utf8.first != UInt8(ascii: "/")
      && !path.utf8.contains { $0 < 0x20 } && !path.split(separator: "/").contains("..")
  }

  private static func isTableName(_ name: String) -> Bool {
    guard name.utf8.count <= maximumTableLength else { return false }
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { part in
        guard let first = part.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return part.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
          default: false
          }
        }
      }
  }
}
