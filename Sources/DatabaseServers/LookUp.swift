package import Accounts

/// One look-up on its way.
package struct LookUp: Sendable {
  package let key: AccountKey
  package let deadline: Deadline
  /// Called once.
  package let completion: @Sendable (Outcome<Account>) -> Void
  /// Whether a connection was lost under it: it is repeated once, so that a request that breaks the server does so
  /// twice at most.
  package var isRepeated = false

  /// A look-up that nobody has tried yet.
  package init(key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
    self.key = key
    self.deadline = deadline
    self.completion = completion
  }
}
