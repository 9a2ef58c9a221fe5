internal import Accounts
internal import Threads

/// Stores new passwords, one after the other, on a thread and connections of its own, so that a change that waits for a
/// lock delays no login.
///
/// Those that ask give each change about as much time as the one before, so deadlines pass in the order of the
/// queue.
final class PasswordWriter: Sendable {
  /// Changes that may wait; one more is `overloaded`.
  static let capacity = 64

  private struct Order: Sendable {
    let change: PasswordChange
    let deadline: Deadline
    let completion: @Sendable (Outcome<Void>) -> Void
  }

  private let queue: BoundedQueue<Order>
  private let worker: Worker
  private let stop: StopFlag

  /// - Throws: `SystemError` when the system gives no thread.
  init(
    _ query: QueryTemplate, constants: [Placeholder: [UInt8]], connections: OccasionalConnections, stop: StopFlag
  ) throws(SystemError) {
    let queue = BoundedQueue<Order>(capacity: Self.capacity)
    self.queue = queue
    self.stop = stop
    worker = try Worker(name: "pgsql-password") {
      let update = PasswordUpdate(query, constants: constants, connections: connections, stop: stop)
      while let order = queue.pop()?.first {
        order.completion(update.run(order.change, until: order.deadline))
      }
    }
  }

  /// Queues a change.
  func take(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    guard !queue.push(Order(change: change, deadline: deadline, completion: completion)) else { return }
    let code: Unavailability.Code = stop.isSet ? .stopping : .overloaded
    completion(.unavailable(Unavailability(code)))
  }

  /// Takes no more; what waits is answered `stopping`, by the stop flag.
  func close() { queue.close() }

  /// Waits for the thread's end.
  func join(_ patience: Duration) { worker.join(patience) }
}
