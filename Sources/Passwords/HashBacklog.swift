internal import Threads

/// The hash pool's queue: which jobs wait, in which order, and which are not worth it. A value without clock or threads.
struct HashBacklog {
  /// A suspect job that would wait longer than this is refused at once: 1 s. Others may wait until their deadline, so that all the
  /// phones that come back at once after a restart are served.
  static let suspectPatience = Duration.seconds(1)
  /// Jobs of one account that may wait: 32, more than the connections of one person's programs.
  static let accountCapacity = 32
  /// How often a crowded queue is searched for jobs that nobody needs any more: at most every 100 ms.
  static let purgeInterval = Duration.milliseconds(100)

  /// A job that does not run, and why.
  typealias Dropped = (job: HashJob, reason: HashJob.Reason)

  private let threads: Int
  /// What running jobs may take together, in bytes.
  private let memory: Int
  private(set) var memoryInUse = 0
  private var queue: FairQueue<HashJob.Account, HashJob>
  private var nextPurge: Instant?
  /// How long jobs take.
  var pace = HashPace()

  init(capacity: Int, threads: Int, memory: Int = .max) {
    queue = FairQueue(capacity: capacity, accountCapacity: Self.accountCapacity)
    self.threads = max(1, threads)
    self.memory = max(0, memory)
  }

  var count: Int { queue.count }

  /// Takes a job in, or not.
  ///
  /// A suspect one makes suspect what its account has waiting as ordinary, also if it does not come in itself.
  /// - Returns: the jobs that will not run because of it, perhaps the job itself.
  mutating func push(_ job: HashJob, at now: Instant) -> [Dropped] {
    if let reason = job.uselessness(at: now) { return [(job, reason)] }
    // It would never fit, and hold up those behind it.
    if job.memory > memory { return [(job, .tooLarge)] }
    if job.rank == .suspect { queue.degrade(job.account) }
    var dropped: [Dropped] = []
    if queue.count >= queue.capacity || !canBeDone(job, now) { dropped = purge(now) }
    guard canBeDone(job, now) else { return dropped + [(job, .overloaded)] }
    switch queue.push(job, of: job.account, rank: job.rank) {
    case .taken: break
    case .displaced(let other): dropped.append((other, .overloaded))
    case .full: dropped.append((job, .overloaded))
    }
    return dropped
  }

  /// The job whose turn it is; nil when none waits, or those that wait have to wait for memory.
  ///
  /// One that does not fit beside those that run is passed by jobs that take no memory, and by no others: so it holds nobody up who does
  /// not need what it waits for, and its own turn comes when the running ones have ended.
  mutating func pop() -> HashJob? {
    var isTight = false
    let free = memory - memoryInUse
    let job = queue.pop { job in
      if job.memory == 0 { return true }
      if job.memory > free { isTight = true }
      return !isTight
    }
    memoryInUse += job?.memory ?? 0
    return job
  }

  /// A job that was taken out has ended.
  mutating func ended(_ job: HashJob) { memoryInUse -= job.memory }

  private func canBeDone(_ job: HashJob, _ now: Instant) -> Bool {
    let wait = pace.wait(for: queue.ahead(of: job.account, rank: job.rank), threads: threads)
    if job.rank == .suspect && wait > Self.suspectPatience { return false }
    return now + wait < job.deadline
  }

  private mutating func purge(_ now: Instant) -> [Dropped] {
    if let nextPurge, now < nextPurge { return [] }
    nextPurge = now + Self.purgeInterval
    var dropped: [Dropped] = []
    queue.removeAll { job in
      guard let reason = job.uselessness(at: now) else { return false }
      dropped.append((job, reason))
      return true
    }
    return dropped
  }
}
