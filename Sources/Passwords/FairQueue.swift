/// Jobs that wait for a thread, bounded, and fair by account. A value without clock or threads.
///
/// Better ranks go first. Within a rank the accounts take turns, and within an account the oldest job goes first: whoever asks a
/// thousand times waits a thousand turns, and whoever asks once waits for one turn of the others at the most.
struct FairQueue<Account: Hashable, Job> {
  /// What became of a job that was put in.
  enum Admission {
    /// It waits.
    case taken
    /// It waits, in the place of this one, which will not run.
    case displaced(Job)
    /// The queue is full of jobs that are no worse: it does not wait.
    case full
  }

  /// Jobs of one rank.
  struct Lane {
    var jobs: [Account: [Job]] = [:]
    /// Accounts with jobs, the one whose turn is next first.
    var turns: [Account] = []
    var count = 0

    mutating func append(_ added: [Job], of account: Account) {
      if jobs[account] == nil { turns.append(account) }
      jobs[account, default: []] += added
      count += added.count
    }

    /// Takes the oldest job of the first account whose oldest job `isReady`.
    mutating func popFirst(where isReady: (Job) -> Bool) -> Job? {
      guard let turn = turns.firstIndex(where: { jobs[$0]?.first.map(isReady) == true }) else { return nil }
      let account = turns.remove(at: turn)
      guard var own = jobs[account], let job = own.first else { return nil }
      own.removeFirst()
      jobs[account] = own.isEmpty ? nil : own
      if !own.isEmpty { turns.append(account) }
      count -= 1
      return job
    }

    mutating func popNewest(of account: Account) -> Job? {
      guard let job = jobs[account]?.popLast() else { return nil }
      count -= 1
      if jobs[account]?.isEmpty == true { forget(account) }
      return job
    }

    mutating func take(_ account: Account) -> [Job] {
      guard let taken = jobs[account] else { return [] }
      count -= taken.count
      forget(account)
      return taken
    }

    mutating func removeAll(where isUseless: (Job) -> Bool) {
      var left = 0
      for (account, own) in jobs {
        let kept = own.filter { !isUseless($0) }
        jobs[account] = kept.isEmpty ? nil : kept
        left += kept.count
      }
      turns.removeAll { jobs[$0] == nil }
      count = left
    }

    private mutating func forget(_ account: Account) {
      jobs[account] = nil
      turns.removeAll { $0 == account }
    }

    var busiest: (account: Account, count: Int)? {
      jobs.max { $0.value.count < $1.value.count }.map { ($0.key, $0.value.count) }
    }
  }

  /// How many jobs may wait.
  let capacity: Int
  /// How many of one account may wait in one rank.
  let accountCapacity: Int
  private var lanes = HashRank.allCases.map { _ in Lane() }

  /// Both at least 1.
  init(capacity: Int, accountCapacity: Int) {
    self.capacity = max(1, capacity)
    self.accountCapacity = max(1, accountCapacity)
  }

  /// How many jobs wait.
  var count: Int { lanes.reduce(0) { $0 + $1.count } }

  /// How many jobs would run before another one of `account`, if no better ones came.
  func ahead(of account: Account, rank: HashRank) -> Int {
    let better = lanes[..<rank.rawValue].reduce(0) { $0 + $1.count }
    let lane = lanes[rank.rawValue]
    // The first of its account waits for one turn of each other account; a later one waits for no more than all.
    return better + (lane.jobs[account] == nil ? lane.turns.count : lane.count)
  }

  /// Puts a job behind those of its account.
  ///
  /// In a full queue the newest job of the
  /// account that has the most waiting, in the worst rank, makes room for a job of a better rank, or of the same rank and an
  /// account that has at least two fewer.
  mutating func push(_ job: Job, of account: Account, rank: HashRank) -> Admission {
    let own = lanes[rank.rawValue].jobs[account]?.count ?? 0
    guard own < accountCapacity else { return .full }
    guard count >= capacity else {
      lanes[rank.rawValue].append([job], of: account)
      return .taken
    }
    guard let worst = lanes.indices.last(where: { lanes[$0].count > 0 }), let busiest = lanes[worst].busiest,
      worst > rank.rawValue || (worst == rank.rawValue && busiest.count > own + 1),
      let victim = lanes[worst].popNewest(of: busiest.account)
    else { return .full }
    lanes[rank.rawValue].append([job], of: account)
    return .displaced(victim)
  }

  /// The job that goes first; nil when none waits.
  /// - Parameter isReady: asked in the order of their turns, of the oldest of each account; those that are not are passed over, and
  ///   keep their turn.
  mutating func pop(where isReady: (Job) -> Bool = { _ in true }) -> Job? {
    for index in lanes.indices {
      if let job = lanes[index].popFirst(where: isReady) { return job }
    }
    return nil
  }

  /// Takes out all jobs that nobody needs any more.
  mutating func removeAll(where isUseless: (Job) -> Bool) {
    for index in lanes.indices { lanes[index].removeAll(where: isUseless) }
  }

  /// Makes suspect what the account has waiting as ordinary.
  mutating func degrade(_ account: Account) {
    let ordinary = lanes[HashRank.ordinary.rawValue].take(account)
    guard !ordinary.isEmpty else { return }
    // They came first: ahead of the account's suspect ones. What is above the bound then is not worth a rule of its own.
    let suspect = lanes[HashRank.suspect.rawValue].take(account)
    lanes[HashRank.suspect.rawValue].append(ordinary + suspect, of: account)
  }
}
