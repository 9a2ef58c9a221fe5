public import Accounts

/// Something that became of replacing weak hashes (`rehash-to`), for the log. Holds no password and no hash.
public enum RehashEvent: Sendable, Equatable {
  /// An account has a better hash; schemes by their names.
  case replaced(account: [UInt8], directory: String, from: String, to: String)
  /// The account's stored hash had changed meanwhile, or the account was gone: nothing was stored.
  case superseded(account: [UInt8], directory: String)
  /// A hash of this account could not be stored: nothing is tried in its directory for ``Broker/rehashPause``, and then with another
  /// account first.
  case failed(account: [UInt8], directory: String, Unavailability)
  /// So many were left for the next login since the last time this was said: too many came at once, or logins had all the processors.
  case leftOut(Int)
}
