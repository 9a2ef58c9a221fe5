internal import Foundation

/// Runs `jobs` at the same time, each on a thread of its own, and waits for all.
///
/// For talks with servers that make the client wait: courier lets five seconds pass after a wrong password.
/// - Returns: what they returned, in the order of `jobs`.
public func sideBySide<Value: Sendable>(_ jobs: [@Sendable () throws -> Value]) throws -> [Value] {
  let results = Results<Value>(count: jobs.count)
  let group = DispatchGroup()
  for (index, job) in jobs.enumerated() {
    group.enter()
    Thread.detachNewThread {
      results.set(Result { try job() }, at: index)
      group.leave()
    }
  }
  group.wait()
  return try results.all().map { try $0.get() }
}

/// Unchecked: every access takes the lock.
private final class Results<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Result<Value, any Error>?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ value: Result<Value, any Error>, at index: Int) { lock.withLock { values[index] = value } }

  func all() -> [Result<Value, any Error>] { lock.withLock { values.compactMap { $0 } } }
}
