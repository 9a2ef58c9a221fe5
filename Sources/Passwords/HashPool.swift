public import Threads

/// A bounded pool of threads for hashing, each with its own ``CryptScratch``, behind one queue that is fair by account
/// (`FairQueue`).
///
/// It never makes anybody wait for room: a job that finds none is dropped at once, and its request is then a temporary failure,
/// never a pile. A job whose deadline has passed, that nobody waits for any more, or whose answer has become known, is dropped before it
/// runs.
public final class HashPool: Sendable {
  private struct State {
    var backlog: HashBacklog
    var started = 0
    var isClosed = false
  }

  /// What hashing threads leave to the others: with all processors busy, the threads that answer what needs no hash are
  /// not made to wait for a time slice.
  static let niceness: Int32 = 5

  /// How many threads there are.
  public let threads: Int
  /// What hashes that are being computed may take together, in bytes.
  public let memory: Int
  private let state: Lock<State>
  private let workers: [Worker]

  /// Starts the threads.
  /// - Parameters:
  ///   - threads: at least 1; more than there are cores gains nothing.
  ///   - queueCapacity: jobs that may wait for a thread, at least 1.
  ///   - memory: what running jobs may take together, in bytes; one that takes more by itself is dropped.
  ///   - rights: of its threads, and so of what jobs do; `.computing` is enough for hashing and for answering a client.
  /// - Throws: `SystemError` when the system gives no thread; none is left behind.
  public init(threads: Int, queueCapacity: Int, memory: Int = .max, rights: ThreadRights? = nil) throws {
    let threads = max(1, threads)
    self.threads = threads
    self.memory = memory
    let state = Lock(State(backlog: HashBacklog(capacity: queueCapacity, threads: threads, memory: memory)))
    self.state = state
    var workers: [Worker] = []
    do {
      for number in 0..<threads {
        workers.append(
          try Worker(name: "hash-\(number)", niceness: Self.niceness, rights: rights) { Self.work(state) })
      }
    } catch {
      Self.close(state)
      for worker in workers { worker.join() }
      throw error
    }
    self.workers = workers
  }

  /// Ends the threads once what waits is done.
  deinit { Self.close(state) }

  /// Puts a job into the queue, or drops it, or another one for it. What is dropped hears of it on this thread, before this returns.
  public func submit(_ job: HashJob) {
    let now = Instant.now
    let dropped = state.withLock { state -> [HashBacklog.Dropped] in
      state.isClosed ? [(job, .stopping)] : state.backlog.push(job, at: now)
    }
    state.signal()
    for (job, reason) in dropped { job.body(.dropped(reason)) }
  }

  /// Drops new jobs, runs all that were taken, and waits until they have ended. May be called again; never from a job.
  public func shutDown() {
    Self.close(state)
    for worker in workers { worker.join() }
  }

  /// How many jobs wait for a thread.
  public var queued: Int { state.withLock { $0.backlog.count } }

  /// How many jobs have been begun since the start.
  public var started: Int { state.withLock { $0.started } }

  private static func work(_ state: Lock<State>) {
    let scratch = CryptScratch()
    while let job = next(state) {
      let begin = Instant.now
      let uselessness = job.uselessness(at: begin)
      if let uselessness {
        job.body(.dropped(uselessness))
      } else {
        state.withLock { $0.started += 1 }
        job.body(.run(scratch))
      }
      let duration = Instant.now - begin
      state.withLock { state in
        // What nobody waits for may be of another scheme than what logins have, and says nothing about how long those wait.
        if uselessness == nil, job.rank != .background { state.backlog.pace.record(duration) }
        state.backlog.ended(job)
      }
      // Those that waited for its memory, perhaps more than one.
      if job.memory > 0 { state.broadcast() }
    }
  }

  /// Waits for a job; nil when there will be none.
  private static func next(_ state: Lock<State>) -> HashJob? {
    let found: HashJob?? = state.wait { state -> HashJob?? in
      if let job = state.backlog.pop() { return .some(job) }
      return state.isClosed && state.backlog.count == 0 ? .some(nil) : nil
    }
    return found ?? nil
  }

  private static func close(_ state: Lock<State>) {
    state.withLock { $0.isClosed = true }
    state.broadcast()
  }
}
