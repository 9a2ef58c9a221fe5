internal import Foundation

/// Threads for tests that wait. A job runs on one of them until it is done or awaits something.
final class WaitingThreads: TaskExecutor, @unchecked Sendable {
  /// As many tests wait at one time: enough for a machine with two processors to have something to do, few enough that a server is not
  /// starved until its deadlines pass. `GATEPOST_WAITING_THREADS` says fewer where everything takes longer.
  static let shared = WaitingThreads(
    count: max(1, ProcessInfo.processInfo.environment["GATEPOST_WAITING_THREADS"].flatMap { Int($0) } ?? 6))

  /// For a suite whose tests go one after the other. Two, should a test wait for another job of its own.
  static let apart = WaitingThreads(count: 2)

  // Unchecked: `jobs` is touched only with the condition's lock held.
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []

  private init(count: Int) {
    for number in 1...count {
      let thread = Thread { [self] in serve() }
      thread.name = "waiting \(number)"
      // As the main thread's: tests of deep recursion must not depend on where they run.
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    jobs.append(job)
    condition.signal()
    condition.unlock()
  }

  private func serve() {
    while true {
      condition.lock()
      while jobs.isEmpty { condition.wait() }
      let job = jobs.removeFirst()
      condition.unlock()
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
