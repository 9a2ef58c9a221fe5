public import Accounts
public import Passwords

/// One `[[directory]]`: a database with accounts in it.
public struct DirectorySettings: Sendable {
  /// Letters, digits, `-` and `_`; no other directory has it.
  public var name: String
  /// The kind of database.
  public var backEnd: BackEnd
  /// Where it is: the value of the back end's location key. May hold a password: not for logs.
  public var location: String
  /// The file whose first line is the password; nil when there is none.
  public var passwordFile: String?
  /// What it is asked.
  public var queries: QuerySet
  /// Which preset the queries are from; nil when they were written out.
  public var presetName: String?
  /// The preset's parameters; nil without a preset.
  public var presetParameters: PresetParameters?

  /// What stored passwords are that do not say it themselves; nil: they cannot be verified.
  public var bareScheme: BareScheme?

  /// What weaker hashes are replaced by after a good login, and changed passwords get; nil: each stays as it is, and a changed one
  /// keeps its scheme.
  public var rehashTo: RehashTarget?

  /// What the back end makes a directory from.
  public func parameters(report: @escaping @Sendable (DirectoryEvent) -> Void = { _ in }) -> DirectoryParameters {
    DirectoryParameters(name: name, location: location, passwordFile: passwordFile, queries: queries, report: report)
  }
}
