/// The queries of one directory.
public struct QuerySet: Sendable {
  /// Finds one account. Placeholders: see `Placeholder.lookUp`.
  public let account: QueryTemplate
  /// Lists all; nil: ENUMERATE is unavailable for this directory.
  public let enumerate: QueryTemplate?
  /// Stores a new password; nil: PASSWD is refused.
  public let setPassword: QueryTemplate?
  /// Stores a better hash of the same password, where `setPassword` does more than that; nil: it does not.
  public let replaceHash: QueryTemplate?
  /// Finds an account's app passwords, with the placeholders of `account`; nil: there are none.
  public let appPasswords: QueryTemplate?
  /// Values for the placeholders of a preset (`:mail_root`, `:uid`, `:gid`), bound like all others.
  public let constants: [Placeholder: [UInt8]]

  /// The queries of one directory.
  public init(
    account: QueryTemplate, enumerate: QueryTemplate? = nil, setPassword: QueryTemplate? = nil,
    replaceHash: QueryTemplate? = nil, appPasswords: QueryTemplate? = nil, constants: [Placeholder: [UInt8]] = [:]
  ) {
    self.account = account
    self.enumerate = enumerate
    self.setPassword = setPassword
    self.replaceHash = replaceHash
    self.appPasswords = appPasswords
    self.constants = constants
  }

  /// What stores this change; nil: nothing does.
  public func storing(_ change: PasswordChange) -> QueryTemplate? {
    change.replacing == nil ? setPassword : setPassword.map { replaceHash ?? $0 }
  }
}
