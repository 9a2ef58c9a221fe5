internal import Accounts
internal import AuthdaemonWire
internal import Secrets

/// Turns an outcome into bytes. The only place that does: accepted is a reply, refused is `FAIL`, unavailable is nothing at all.
struct AnswerEncoder {
  /// courier's DEFAULTOPTIONS: added for names that the account does not set.
  let defaultOptions: [UInt8]?

  /// - Parameters:
  ///   - service: `courier` gets the default delivery in the place of the maildir, where the query has that column.
  ///   - secrets: whether PASSWD and PASSWD2 may be in the reply.
  /// - Returns: the bytes, and the outcome that they stand for: a reply that cannot be sent safely becomes unavailable.
  func encode(_ outcome: Outcome<Answer>, service: [UInt8], secrets: Bool) -> ([UInt8], Outcome<Answer>) {
    switch outcome {
    case .refused: return (Reply.fail, outcome)
    case .unavailable: return ([], outcome)
    case .accepted(.changed): return (Reply.ok, outcome)
    case .accepted(.account(let account, let password)):
      switch encoded(account, password: secrets ? password : nil, service: service, secrets: secrets) {
      case .success(let bytes): return (bytes, outcome)
      case .failure(let fault):
        return ([], .unavailable(Unavailability(fault == .tooLong ? .replyTooLong : .badRow, fault.description)))
      }
    }
  }

  private func encoded(
    _ account: Account, password: Secret?, service: [UInt8], secrets: Bool
  ) -> Result<[UInt8], ReplyFault> {
    account.withTexts { texts in
      var reply = AccountReply(uid: account.uid, gid: account.gid, home: texts.home, address: texts.username)
      reply.name = texts.name
      reply.maildir = service == Self.courier ? texts.delivery ?? texts.maildir : texts.maildir
      reply.quota = texts.quota
      if secrets {
        reply.passwordHash = account.passwordHash
        reply.clearPassword = password
      }
      guard let defaultOptions, !defaultOptions.isEmpty else {
        reply.options = texts.options
        return reply.encoded()
      }
      return (AccountOptions.merging(account.options, defaults: defaultOptions) ?? []).withUnsafeBytes {
        reply.options = $0
        return reply.encoded()
      }
    }
  }

  private static let courier = Array("courier".utf8)
}
