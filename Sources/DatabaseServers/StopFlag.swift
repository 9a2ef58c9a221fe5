internal import Synchronization

/// Tells threads that wait for the database to give up: shutting down must not take as long as a statement may.
package final class StopFlag: Sendable {
  /// How often a waiting thread looks.
  package static let interval = Duration.milliseconds(200)

  private let flag = Atomic(false)

  /// Not set.
  package init() {}

  package var isSet: Bool { flag.load(ordering: .acquiring) }

  package func set() { flag.store(true, ordering: .releasing) }
}
