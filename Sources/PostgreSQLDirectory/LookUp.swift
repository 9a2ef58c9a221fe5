internal import Accounts

/// One look-up on its way.
struct LookUp: Sendable {
  let key: AccountKey
  let deadline: Deadline
  /// Called once.
  let completion: @Sendable (Outcome<Account>) -> Void
  /// Whether a connection was lost under it: it is repeated once, so that a request that breaks the server does so
  /// twice at most.
  var isRepeated = false
}
