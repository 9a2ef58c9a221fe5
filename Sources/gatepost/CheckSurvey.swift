internal import Accounts
internal import Secrets
internal import Threads

/// What the accounts of a directory are like: each of the first ten thousand is listed, then looked up as a login would.
struct CheckSurvey {
  /// Accounts that are looked at. More would make the check of a large site take minutes and tell nothing new.
  static let mostAccounts = 10_000
  /// Look-ups under way at one time.
  static let mostInFlight = 64
  /// For the list, and for each look-up.
  static let patience = Duration.seconds(30)
  /// What `:service` is in the look-ups.
  static let service = Array("imap".utf8)

  /// A way to store passwords, and how many accounts have it.
  struct Kind: Equatable {
    let name: String
    let isVerifiable: Bool
    let isWeak: Bool
    let accounts: Int
  }

  /// Accounts that no login can be answered for.
  struct Trouble: Equatable {
    let text: String
    let accounts: Int
  }

  /// Whether there is an enumerate query.
  var couldList = true
  /// How many accounts were looked at.
  var accounts = 0
  /// Whether there are more.
  var isCut = false
  /// Most frequent first.
  var kinds: [Kind] = []
  /// How app passwords are stored; `accounts` counts these. Most frequent first.
  var appPasswords: [Kind] = []
  /// Most frequent first.
  var troubles: [Trouble] = []
  /// Why it ended early; nil when it did not.
  var failure: String?

  /// The row that keeps the list from being read to its end; nil when there is none.
  var listFault: String?

  /// Whether every account can be served.
  var isGood: Bool {
    failure == nil && listFault == nil && troubles.isEmpty && (kinds + appPasswords).allSatisfy(\.isVerifiable)
  }

  /// Accounts whose logins will be answered "temporary failure".
  var unverifiable: Int { kinds.filter { !$0.isVerifiable }.map(\.accounts).reduce(0, +) }

  /// Looks at the accounts of `directory`.
  /// - Parameters:
  ///   - recogniseHash: what an app password is.
  ///   - recognise: what an account's password is.
  static func survey(
    _ directory: any AccountDirectory, defaultDomain: String?,
    recogniseHash: @escaping @Sendable (Secret) -> CheckScheme,
    recognise: @escaping @Sendable (Account) -> CheckScheme
  ) -> CheckSurvey {
    var survey = CheckSurvey()
    var names: [LoginName] = []
    let listed = directory.enumerate(deadline: .now + patience) { row in
      if names.count == mostAccounts {
        survey.isCut = true
        return false
      }
      names.append(LoginName(Array(row.username), defaultDomain: defaultDomain))
      return true
    }
    if case .unavailable(let cause) = listed, !survey.isCut {
      if cause.code == .badRow { survey.listFault = "\(cause)" } else { survey.failure = "\(cause)" }
    }
    let tally = Lock(Tally())
    var rest = names[...]
    while !rest.isEmpty, survey.failure == nil {
      let batch = rest.prefix(mostInFlight)
      rest = rest.dropFirst(mostInFlight)
      tally.withLock { $0.pending = batch.count }
      for name in batch {
        let key = AccountKey(name: name, service: service)
        directory.lookUp(key, deadline: .now + patience) { outcome in
          let add: @Sendable (Outcome<[AppPassword]>) -> Void = { found in
            let isLast = tally.withLock { tally in
              tally.add(found.map { .accepted($0.map { recogniseHash($0.hash) }) })
              return tally.add(outcome.map { .accepted(recognise($0)) })
            }
            if isLast { tally.signal() }
          }
          guard directory.offersAppPasswords, case .accepted = outcome else { return add(.accepted([])) }
          directory.appPasswords(key, deadline: .now + patience, completion: add)
        }
      }
      // Every look-up completes by its deadline: that is promised, and this is for the case that it is broken.
      guard tally.wait(patience * 2, until: { $0.pending == 0 ? true : nil }) == true else {
        survey.failure = "a look-up was never answered"
        break
      }
      survey.accounts += batch.count
      survey.failure = tally.withLock { $0.failure }
    }
    let counts = tally.withLock { ($0.schemes, $0.troubles, $0.appPasswords) }
    survey.kinds = kinds(counts.0)
    survey.appPasswords = kinds(counts.2)
    survey.troubles = counts.1.map { Trouble(text: $0.key, accounts: $0.value) }
      .sorted { ($1.accounts, $0.text) < ($0.accounts, $1.text) }
    return survey
  }

  private static func kinds(_ counts: [CheckScheme: Int]) -> [Kind] {
    counts.map {
      Kind(name: $0.key.name, isVerifiable: $0.key.isVerifiable, isWeak: $0.key.isWeak, accounts: $0.value)
    }
    .sorted { ($1.accounts, $0.name) < ($0.accounts, $1.name) }
  }

  /// What the look-ups came to so far.
  private struct Tally {
    var schemes: [CheckScheme: Int] = [:]
    var appPasswords: [CheckScheme: Int] = [:]
    var troubles: [String: Int] = [:]
    var failure: String?
    var pending = 0

    /// - Returns: whether it was the last one under way.
    mutating func add(_ outcome: Outcome<CheckScheme>) -> Bool {
      switch outcome {
      case .accepted(let scheme): schemes[scheme, default: 0] += 1
      case .refused: troubles["listed by enumerate, but not found by the account query", default: 0] += 1
      case .unavailable(let cause): note(cause)
      }
      pending -= 1
      return pending == 0
    }

    /// Adds the app passwords of one account.
    mutating func add(_ outcome: Outcome<[CheckScheme]>) {
      switch outcome {
      case .accepted(let found): for scheme in found { appPasswords[scheme, default: 0] += 1 }
      case .refused: break
      case .unavailable(let cause): note(cause)
      }
    }

    private mutating func note(_ cause: Unavailability) {
      switch cause.code {
      // These belong to the account; the rest would be the same for the next one.
      case .badRow, .ambiguous, .tooManyAppPasswords:
        troubles["not served: \(cause.code.rawValue)", default: 0] += 1
      default: failure = failure ?? "\(cause)"
      }
    }
  }
}
