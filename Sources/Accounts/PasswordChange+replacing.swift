internal import Secrets

/// What keeps a better hash from doing harm. The queries are the administrator's: only what the account query yields counts.
extension PasswordChange {
  /// Before the change: whether the account still has the hash that is to be replaced, and no other clear password beside it.
  /// - Returns: `refused(.passwordChanged)` when not; what the look-up says when there is not one account.
  public func mayReplace(_ found: Outcome<Account>) -> Outcome<Void> {
    found.map { account in
      guard let replacing else { return .accepted(()) }
      let isSame = account.passwordHash?.matches(replacing) == true
      let isAlone = account.clearPassword.map { $0.matches(newPassword) } ?? true
      return isSame && isAlone ? .accepted(()) : .refused(.passwordChanged)
    }
  }

  /// After the change: whether the account query yields what was stored. It does not where it puts a prefix in front of the column, or where
  /// a trigger, or the column's length, changes the hash: nobody could log in by that.
  public func hasReplaced(_ found: Outcome<Account>) -> Outcome<Void> {
    found.map { account in
      guard replacing != nil, account.passwordHash?.matches(newHash) != true else { return .accepted(()) }
      return .unavailable(
        Unavailability(
          .queryFailed, "the account query does not yield the hash that set-password stores: it would be of no use"))
    }
  }
}
