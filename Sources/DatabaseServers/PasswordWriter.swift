package import Accounts
package import Threads

/// Stores new passwords, one after the other, on a thread and connections of its own, so that a change that waits for a
/// lock delays no login.
///
/// Those that ask give each change about as much time as the one before, so deadlines pass in the order of the
/// queue.
package final class PasswordWriter: Sendable {
  /// Does one change, by a deadline.
  package typealias Update = @Sendable (_ change: PasswordChange, _ deadline: Deadline) -> Outcome<Void>

  /// Changes that may wait; one more is `overloaded`.
  package static let capacity = 64

  private struct Order: Sendable {
    let change: PasswordChange
    let deadline: Deadline
    let completion: @Sendable (Outcome<Void>) -> Void
  }

  private let queue: BoundedQueue<Order>
  private let worker: Worker
  private let stop: StopFlag

  /// - Parameter threadName: see `Worker`.
  /// - Throws: `SystemError` when the system gives no thread.
  package init(threadName: String, stop: StopFlag, update: @escaping Update) throws(SystemError) {
    let queue = BoundedQueue<Order>(capacity: Self.capacity)
    self.queue = queue
    self.stop = stop
    worker = try Worker(name: threadName) {
      while let order = queue.pop()?.first {
        order.completion(update(order.change, order.deadline))
      }
    }
  }

  /// Queues a change.
  package func take(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    guard !queue.push(Order(change: change, deadline: deadline, completion: completion)) else { return }
    let code: Unavailability.Code = stop.isSet ? .stopping : .overloaded
    completion(.unavailable(Unavailability(code)))
  }

  /// Takes no more; what waits is answered `stopping`, by the stop flag.
  package func close() { queue.close() }

  /// Waits for the thread's end.
  package func join(_ patience: Duration) { worker.join(patience) }
}
