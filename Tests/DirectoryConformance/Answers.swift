import Accounts
import Dispatch
import Secrets
import Threads

/// Collects the answers to questions put to a directory, and how often each was given.
final class Answers<Value: Sendable>: @unchecked Sendable {
  // Unchecked: `outcomes` is reached only on `queue`.
  private let queue = DispatchQueue(label: "answers")
  private var outcomes: [[Outcome<Value>]]
  private let arrived = DispatchSemaphore(value: 0)

  init(count: Int) { outcomes = Array(repeating: [], count: count) }

  /// The completion of question `index`.
  func completion(_ index: Int) -> @Sendable (Outcome<Value>) -> Void {
    { outcome in
      self.queue.sync { self.outcomes[index].append(outcome) }
      self.arrived.signal()
    }
  }

  /// Waits until as many answers have come as there are questions.
  func wait(_ file: StaticString = #fileID, _ line: UInt = #line) throws {
    for _ in 0..<queue.sync(execute: { outcomes.count }) {
      try expect(arrived.wait(timeout: .now() + 90) == .success, "no answer within 90 s", file: file, line: line)
    }
  }

  /// All answers; fails unless each question has one and no more.
  func all(_ file: StaticString = #fileID, _ line: UInt = #line) throws -> [Outcome<Value>] {
    let outcomes = queue.sync { self.outcomes }
    for (index, given) in outcomes.enumerated() {
      try expect(given.count == 1, "question \(index) was answered \(given.count) times", file: file, line: line)
    }
    return outcomes.compactMap(\.first)
  }
}

extension AccountKey {
  /// A question with a default domain of `example.com`.
  static func key(_ user: String, service: String = "imap", defaultDomain: String? = nil) -> AccountKey {
    key(bytes: Array(user.utf8), service: service, defaultDomain: defaultDomain)
  }

  static func key(bytes: [UInt8], service: String = "imap", defaultDomain: String? = nil) -> AccountKey {
    AccountKey(name: LoginName(bytes, defaultDomain: defaultDomain), service: Array(service.utf8))
  }
}

/// Far enough away for any test.
var soon: Deadline { .now + .seconds(60) }

extension AccountDirectory {
  /// Looks up and waits for the answer.
  func ask(_ key: AccountKey, deadline: Deadline = soon) throws -> Outcome<Account> {
    let answers = Answers<Account>(count: 1)
    lookUp(key, deadline: deadline, completion: answers.completion(0))
    try answers.wait()
    return try answers.all()[0]
  }

  /// Looks up and waits for the answer.
  func ask(_ user: String, service: String = "imap") throws -> Outcome<Account> {
    try ask(.key(user, service: service))
  }

  /// The account of `user`; fails when the answer is another.
  func find(_ user: String, service: String = "imap", file: StaticString = #fileID, line: UInt = #line) throws
    -> Account
  {
    let outcome = try ask(user, service: service)
    guard case .accepted(let account) = outcome else {
      throw ConformanceFailure(description: "\(user): \(outcome) is not accepted (\(file):\(line))")
    }
    return account
  }

  /// Asks for app passwords and waits for the answer.
  func askForAppPasswords(_ key: AccountKey, deadline: Deadline = soon) throws -> Outcome<[AppPassword]> {
    let answers = Answers<[AppPassword]>(count: 1)
    appPasswords(key, deadline: deadline, completion: answers.completion(0))
    try answers.wait()
    return try answers.all()[0]
  }

  /// The app passwords of `user`; fails when the answer is another.
  func findAppPasswords(_ user: String, service: String = "imap", file: StaticString = #fileID, line: UInt = #line)
    throws -> [AppPassword]
  {
    let outcome = try askForAppPasswords(.key(user, service: service))
    guard case .accepted(let found) = outcome else {
      throw ConformanceFailure(description: "\(user): \(outcome) is not accepted (\(file):\(line))")
    }
    return found
  }

  /// Changes a password and waits for the answer.
  func change(
    _ user: String, hash: String = "$6$new$hash", password: String? = nil, replacing old: String? = nil,
    service: String = "imap", deadline: Deadline = soon
  ) throws -> Outcome<Void> {
    // A better hash is of the password that is there.
    let password = password ?? (old == nil ? "new" : "clear")
    return try change(
      .key(user, service: service), hash: hash, password: password, replacing: old, deadline: deadline)
  }

  /// Changes a password and waits for the answer.
  func change(
    _ key: AccountKey, hash: String, password: String, replacing old: String?, deadline: Deadline = soon
  ) throws -> Outcome<Void> {
    let answers = Answers<Void>(count: 1)
    let change = PasswordChange(
      key: key, newHash: Secret(text: hash), newPassword: Secret(text: password),
      replacing: old.map { Secret(text: $0) })
    setPassword(change, deadline: deadline, completion: answers.completion(0))
    try answers.wait()
    return try answers.all()[0]
  }

  /// Enumerates all, up to `limit` rows.
  func list(limit: Int = .max, deadline: Deadline = soon) -> (rows: [EnumeratedAccount], outcome: Outcome<Void>) {
    var rows: [EnumeratedAccount] = []
    let outcome = enumerate(deadline: deadline) { row in
      rows.append(row.copy)
      return rows.count < limit
    }
    return (rows, outcome)
  }
}

/// Fails unless `outcome` is this refusal.
func expectRefused<Value>(
  _ outcome: Outcome<Value>, _ refusal: Refusal, _ what: String = "", file: StaticString = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
  guard case .refused(refusal) = outcome else {
    throw ConformanceFailure(description: "\(what): \(outcome) is not refused(\(refusal)) (\(file):\(line))")
  }
}

/// Fails unless `outcome` is `unavailable`, for this reason if one is given, and returns the detail.
@discardableResult
func expectUnavailable<Value>(
  _ outcome: Outcome<Value>, _ code: Unavailability.Code? = nil, _ what: String = "", file: StaticString = #fileID,
  line: UInt = #line
) throws(ConformanceFailure) -> String {
  guard case .unavailable(let cause) = outcome, code == nil || cause.code == code else {
    throw ConformanceFailure(
      description: "\(what): \(outcome) is not unavailable(\(code.map { "\($0)" } ?? "…")) (\(file):\(line))")
  }
  return cause.detail
}

/// Fails unless `outcome` is `accepted`.
func expectAccepted<Value>(
  _ outcome: Outcome<Value>, _ what: String = "", file: StaticString = #fileID, line: UInt = #line
) throws(ConformanceFailure) {
  guard case .accepted = outcome else {
    throw ConformanceFailure(description: "\(what): \(outcome) is not accepted (\(file):\(line))")
  }
}

/// The bytes of `text`.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The text of a secret that the suite itself stored.
func text(_ secret: Secret?) -> String? { secret.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } } }
