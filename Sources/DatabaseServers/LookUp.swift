package import Accounts

/// A question on its way. An object: it goes through many hands.
package final class LookUp: Sendable {
  /// What is asked, and who is told, once.
  package enum Question: Sendable {
    case account(@Sendable (Outcome<Account>) -> Void)
    case appPasswords(@Sendable (Outcome<[AppPassword]>) -> Void)
  }

  /// What came of it.
  package enum Answer: Sendable {
    case account(Outcome<Account>)
    case appPasswords(Outcome<[AppPassword]>)
    /// No row can be of this name.
    case nobody
    case unavailable(Unavailability)
  }

  package let key: AccountKey
  package let deadline: Deadline
  package let question: Question
  /// Whether a connection was lost under it: it is repeated once, so that a request that breaks the server does so
  /// twice at most.
  package let isRepeated: Bool
  /// Whether it has failed together with others, in one statement, or is repeated: the next statement is for it alone, so that only whose
  /// fault it was fails.
  package let isAlone: Bool

  /// Looks for an account.
  package convenience init(
    key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void
  ) {
    self.init(key: key, deadline: deadline, .account(completion))
  }

  package init(
    key: AccountKey, deadline: Deadline, _ question: Question, isRepeated: Bool = false, isAlone: Bool = false
  ) {
    self.key = key
    self.deadline = deadline
    self.question = question
    self.isRepeated = isRepeated
    self.isAlone = isAlone
  }

  /// Whether an account is looked for.
  package var isForAccount: Bool {
    switch question {
    case .account: true
    case .appPasswords: false
    }
  }

  /// The same question, asked once more.
  package var repeated: LookUp { LookUp(key: key, deadline: deadline, question, isRepeated: true, isAlone: true) }

  /// The same question, asked in a statement of its own.
  package var alone: LookUp { LookUp(key: key, deadline: deadline, question, isRepeated: isRepeated, isAlone: true) }

  /// Tells whoever asked.
  package func complete(_ answer: Answer) {
    switch (question, answer) {
    case (.account(let completion), .account(let outcome)): completion(outcome)
    case (.account(let completion), .nobody): completion(.refused(.unknownUser))
    case (.account(let completion), .unavailable(let cause)): completion(.unavailable(cause))
    case (.appPasswords(let completion), .appPasswords(let outcome)): completion(outcome)
    case (.appPasswords(let completion), .nobody): completion(.accepted([]))
    case (.appPasswords(let completion), .unavailable(let cause)): completion(.unavailable(cause))
    // Not reached: an answer is made for its question.
    case (.account(let completion), .appPasswords): completion(.unavailable(Unavailability(.defect)))
    case (.appPasswords(let completion), .account): completion(.unavailable(Unavailability(.defect)))
    }
  }
}
