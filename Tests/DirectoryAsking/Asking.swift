package import Accounts
internal import Foundation
internal import Secrets
internal import TestSupport
import Threads

/// Collects outcomes from any thread.
package final class Collected<Value: Sendable>: @unchecked Sendable {
  // Unchecked: reached under `lock` only.
  private let lock = NSLock()
  private var values: [Value] = []

  /// None yet.
  package init() {}

  package func add(_ value: Value) { lock.withLock { values.append(value) } }
  package var all: [Value] { lock.withLock { values } }
  package var count: Int { lock.withLock { values.count } }
}

extension Outcome {
  package var value: Value? { if case .accepted(let value) = self { value } else { nil } }
  package var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
  package var cause: Unavailability? { if case .unavailable(let cause) = self { cause } else { nil } }
}

extension AccountDirectory {
  /// Looks up and waits.
  package func ask(_ name: [UInt8], within patience: Duration = .seconds(20)) -> Outcome<Account> {
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

  package func ask(_ name: String, within patience: Duration = .seconds(20)) -> Outcome<Account> {
    ask(Array(name.utf8), within: patience)
  }

  /// Asks for many without waiting between them.
  /// - Returns: fewer than there are names when one is not answered within a minute.
  package func askAll(_ names: [String], within patience: Duration = .seconds(20)) -> [Outcome<Account>] {
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
    for _ in names where arrived.wait(timeout: .now() + 60) != .success { break }
    return answers.all.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Changes a password and waits.
  package func change(
    _ user: String, to hash: String, replacing old: String? = nil, within patience: Duration = .seconds(20)
  ) -> Outcome<Void> {
    let answer = DispatchSemaphore(value: 0)
    let outcomes = Collected<Outcome<Void>>()
    let change = PasswordChange(
      key: AccountKey(name: LoginName(Array(user.utf8), defaultDomain: nil), service: []),
      newHash: Secret(text: hash), newPassword: Secret(text: "new"), replacing: old.map { Secret(text: $0) })
    setPassword(change, deadline: .now + patience) {
      outcomes.add($0)
      answer.signal()
    }
    answer.wait()
    return outcomes.all[0]
  }
}

/// Asks all the time for accounts that are there, from several threads, and counts what comes back.
package final class Load: @unchecked Sendable {
  // Unchecked: reached under `lock` only.
  package struct Count: Sendable {
    package var accepted = 0
    package var wrong = 0
    package var refused = 0
    package var unavailable: [Unavailability] = []
    package var slowest = Duration.zero
    /// The longest that the server was away.
    package var absence = Duration.zero
  }

  private let lock = NSLock()
  private var count = Count()
  private var isEnding = false
  private let group = DispatchGroup()

  package init(_ directory: any AccountDirectory, threads: Int = 8, patience: Duration = .seconds(20)) {
    for number in 0..<threads {
      group.enter()
      // Threads of its own: the pool's may all be taken by tests that wait.
      let thread = Thread { [self] in
        var turn = number
        while !lock.withLock({ isEnding }) {
          turn = (turn + 7) % 1000
          let start = Instant.now
          let outcome = directory.ask("user\(turn)", within: patience)
          let took = Instant.now - start
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

  package var accepted: Int { lock.withLock { count.accepted } }

  /// Waits until `more` more were accepted.
  package func proceed(_ more: Int = 200, within seconds: Double = 60) -> Bool {
    let goal = accepted + more
    return eventually(within: seconds) { accepted >= goal }
  }

  /// Has the server go away, and come back by the end of `body`.
  /// - Returns: whether logins went on after it.
  package func sitOut(_ body: () throws -> Void) throws -> Bool {
    let start = Instant.now
    try body()
    lock.withLock { count.absence = max(count.absence, Instant.now - start) }
    return proceed()
  }

  package func end() -> Count {
    lock.withLock { isEnding = true }
    group.wait()
    return lock.withLock { count }
  }
}
