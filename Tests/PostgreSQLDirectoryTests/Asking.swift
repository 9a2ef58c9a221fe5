import Accounts
import Foundation
import Secrets
import TestSupport
import Testing

@testable import PostgreSQLDirectory

/// Collects outcomes from any thread.
final class Collected<Value: Sendable>: @unchecked Sendable {
  // Unchecked: reached under `lock` only.
  private let lock = NSLock()
  private var values: [Value] = []

  func add(_ value: Value) { lock.withLock { values.append(value) } }
  var all: [Value] { lock.withLock { values } }
  var count: Int { lock.withLock { values.count } }
}

extension Outcome {
  var value: Value? { if case .accepted(let value) = self { value } else { nil } }
  var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
  var cause: Unavailability? { if case .unavailable(let cause) = self { cause } else { nil } }
}

/// The table of these tests and its queries.
enum People {
  static let table = """
    CREATE TABLE people (username text PRIMARY KEY, password text);
    INSERT INTO people SELECT 'user' || i, 'hash' || i FROM generate_series(0, 999) i;
    """
  static let columns = "username, password, 5000 AS uid, 5000 AS gid, '/home' AS home"
  static let account = "SELECT \(columns) FROM people WHERE username = :username"
  static let enumerate = "SELECT username, 5000 AS uid, 5000 AS gid, '/home' AS home FROM people"
  static let setPassword = "UPDATE people SET password = :new_hash WHERE username = :username"

  static func queries(_ account: String = account, enumerate: String? = enumerate) throws -> QuerySet {
    func read(_ sql: String, _ allowing: Set<Placeholder>) throws -> QueryTemplate {
      try QueryTemplate(sql, dialect: .postgresql, allowing: allowing)
    }
    return QuerySet(
      account: try read(account, Placeholder.lookUp),
      enumerate: try enumerate.map { try read($0, Placeholder.enumeration) },
      setPassword: try read(setPassword, Placeholder.passwordChange))
  }

  /// A directory, and what it reports.
  static func open(
    _ location: String, passwordFile: String? = nil, queries: QuerySet? = nil
  ) throws -> (directory: PostgreSQLDirectory, events: Collected<DirectoryEvent>) {
    let events = Collected<DirectoryEvent>()
    let directory = try PostgreSQLDirectory(
      DirectoryParameters(
        name: "main", location: location, passwordFile: passwordFile, queries: try queries ?? Self.queries(),
        report: { events.add($0) }))
    return (directory, events)
  }
}

extension PostgreSQLDirectory {
  /// Looks up and waits.
  func ask(_ name: [UInt8], within patience: Duration = .seconds(20)) -> Outcome<Account> {
    let answer = DispatchSemaphore(value: 0)
    let outcomes = Collected<Outcome<Account>>()
    lookUp(
      AccountKey(name: LoginName(name, defaultDomain: nil), service: Array("imap".utf8)), deadline: .now + patience
    ) {
      outcomes.add($0)
      answer.signal()
    }
    answer.wait()
    return outcomes.all[0]
  }

  func ask(_ name: String, within patience: Duration = .seconds(20)) -> Outcome<Account> {
    ask(Array(name.utf8), within: patience)
  }

  /// Asks for many without waiting between them.
  func askAll(_ names: [String], within patience: Duration = .seconds(20)) -> [Outcome<Account>] {
    let answers = Collected<(Int, Outcome<Account>)>()
    let arrived = DispatchSemaphore(value: 0)
    for (index, name) in names.enumerated() {
      lookUp(
        AccountKey(name: LoginName(Array(name.utf8), defaultDomain: nil), service: []), deadline: .now + patience
      ) {
        answers.add((index, $0))
        arrived.signal()
      }
    }
    for _ in names { #expect(arrived.wait(timeout: .now() + 60) == .success) }
    return answers.all.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Changes a password and waits.
  func change(_ user: String, to hash: String, within patience: Duration = .seconds(20)) -> Outcome<Void> {
    let answer = DispatchSemaphore(value: 0)
    let outcomes = Collected<Outcome<Void>>()
    let change = PasswordChange(
      key: AccountKey(name: LoginName(Array(user.utf8), defaultDomain: nil), service: []),
      newHash: Secret(text: hash), newPassword: Secret(text: "new"))
    setPassword(change, deadline: .now + patience) {
      outcomes.add($0)
      answer.signal()
    }
    answer.wait()
    return outcomes.all[0]
  }
}

/// Asks all the time for accounts that are there, from several threads, and counts what comes back.
final class Load: @unchecked Sendable {
  // Unchecked: reached under `lock` only.
  struct Count: Sendable {
    var accepted = 0
    var wrong = 0
    var refused = 0
    var unavailable: [Unavailability] = []
    var slowest = Duration.zero
  }

  private let lock = NSLock()
  private var count = Count()
  private var isEnding = false
  private let group = DispatchGroup()

  init(_ directory: PostgreSQLDirectory, threads: Int = 8, patience: Duration = .seconds(20)) {
    for number in 0..<threads {
      group.enter()
      // Threads of its own: the pool's may all be taken by tests that wait.
      let thread = Thread { [self] in
        var turn = number
        while !lock.withLock({ isEnding }) {
          turn = (turn + 7) % 1000
          let start = ContinuousClock.now
          let outcome = directory.ask("user\(turn)", within: patience)
          let took = ContinuousClock.now - start
          lock.withLock {
            count.slowest = max(count.slowest, took)
            switch outcome {
            case .accepted(let account):
              if account.username == Array("user\(turn)".utf8) { count.accepted += 1 } else { count.wrong += 1 }
            case .refused: count.refused += 1
            case .unavailable(let cause): count.unavailable.append(cause)
            }
          }
        }
        group.leave()
      }
      thread.start()
    }
  }

  var accepted: Int { lock.withLock { count.accepted } }

  /// Waits until `more` more were accepted.
  func proceed(_ more: Int = 200, within seconds: Double = 15) -> Bool {
    let goal = accepted + more
    return eventually(within: seconds) { accepted >= goal }
  }

  func end() -> Count {
    lock.withLock { isEnding = true }
    group.wait()
    return lock.withLock { count }
  }
}
