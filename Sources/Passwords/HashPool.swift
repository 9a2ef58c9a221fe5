internal import Threads

/// A bounded pool of threads for hashing, each with its own ``CryptScratch``.
///
/// At the bound it refuses at once: the asker's request is then a temporary failure, never a pile. Jobs start in the order in which
/// they came.
public final class HashPool: Sendable {
  private let queue: BoundedQueue<@Sendable (CryptScratch) -> Void>
  private let workers: [Worker]

  /// Starts the threads.
  /// - Parameters:
  ///   - threads: at least 1; more than there are cores gains nothing.
  ///   - queueCapacity: jobs that may wait for a thread, at least 1.
  /// - Throws: `SystemError` when the system gives no thread; none is left behind.
  public init(threads: Int, queueCapacity: Int) throws {
    let queue = BoundedQueue<@Sendable (CryptScratch) -> Void>(capacity: queueCapacity)
    self.queue = queue
    var workers: [Worker] = []
    do {
      for number in 0..<max(1, threads) {
        workers.append(
          try Worker(name: "hash-\(number)") {
            let scratch = CryptScratch()
            while let jobs = queue.pop() {
              for job in jobs { job(scratch) }
            }
          })
      }
    } catch {
      queue.close()
      for worker in workers { worker.join() }
      throw error
    }
    self.workers = workers
  }

  /// Ends the threads once what waits is done.
  deinit { queue.close() }

  /// Puts a job at the end of the queue.
  /// - Returns: false when the queue is full or the pool is shut down: the job will not run.
  public func submit(_ job: @escaping @Sendable (CryptScratch) -> Void) -> Bool {
    queue.push(job)
  }

  /// Refuses new jobs, runs all that were taken, and waits until they have ended. May be called again; never from a job.
  public func shutDown() {
    queue.close()
    for worker in workers { worker.join() }
  }

  /// How many jobs wait for a thread.
  public var queued: Int { queue.count }
}
