internal import Accounts
internal import Threads

/// Accounts in an SQLite file.
///
/// Look-ups have one read-only connection, with a prepared statement for accounts and one for app passwords. Those that come in a
/// turn of somebody's (`TurnTaking`) are answered there, as long as nothing has to be waited for; all others by a thread. Another one
/// stores new passwords, and exists only where there is a `set-password` query, so that no login waits for another program's write
/// lock.
final class SQLiteDirectory: AccountDirectory, TurnTaking {
  /// How many look-ups wait at the most; the next one is `unavailable(.overloaded)`. More than there are connections by default: at
  /// 30,000 a second this is half a second of work.
  static let lookUpCapacity = 16_384
  /// How long the look-up thread keeps awake while look-ups come one at a time: as long as a client needs from an answer to its next
  /// request.
  static let vigil = Duration.microseconds(50)
  /// How many password changes wait at the most.
  static let changeCapacity = 1024
  /// How many look-ups are taken from the queue at once; the file is looked at once for them all.
  static let batchSize = 32
  /// How long `shutDown` waits for a thread.
  static let shutDownPatience = Duration.milliseconds(450)

  private struct LookUp: Sendable {
    let key: AccountKey
    let deadline: Deadline
    let asked: Deadline
    let question: Question

    enum Question: Sendable {
      case account(@Sendable (Outcome<Account>) -> Void)
      case appPasswords(@Sendable (Outcome<[AppPassword]>) -> Void)
    }

    /// Has it answered.
    func ask(_ reader: AccountReader) {
      switch question {
      case .account(let completion): completion(reader.account(key, deadline: deadline, asked: asked))
      case .appPasswords(let completion): completion(reader.appPasswords(key, deadline: deadline, asked: asked))
      }
    }

    /// The same if nothing has to be waited for.
    /// - Returns: whether it has its answer.
    func askOnSpot(_ reader: AccountReader) -> Bool {
      switch question {
      case .account(let completion):
        reader.onSpot { reader.account(key, deadline: deadline, asked: asked) }.map(completion) != nil
      case .appPasswords(let completion):
        reader.onSpot { reader.appPasswords(key, deadline: deadline, asked: asked) }.map(completion) != nil
      }
    }

    func turnAway(_ cause: Unavailability) {
      switch question {
      case .account(let completion): completion(.unavailable(cause))
      case .appPasswords(let completion): completion(.unavailable(cause))
      }
    }
  }

  private struct Change: Sendable {
    let change: PasswordChange
    let deadline: Deadline
    let asked: Deadline
    let completion: @Sendable (Outcome<Void>) -> Void
  }

  let name: String
  private let file: DatabaseFile
  private let queries: QuerySet
  private let stop = StopFlag()
  private let lookUps = BoundedQueue<LookUp>(capacity: lookUpCapacity, vigil: vigil)
  private let reader: Lock<AccountReader>
  private let changes = BoundedQueue<Change>(capacity: changeCapacity)
  private let workers: [Worker]

  /// Starts the threads; touches no file.
  /// - Throws: `SystemError` when the system gives no thread.
  init(_ parameters: DirectoryParameters) throws {
    name = parameters.name
    file = DatabaseFile(path: parameters.location)
    queries = parameters.queries
    // The threads hold no reference to the directory, so that its end ends them.
    let file = file
    let queries = queries
    let stop = stop
    let report = parameters.report
    let lookUps = lookUps
    let changes = changes
    let reader = Lock(AccountReader(file: file, queries: queries, stop: stop, report: report))
    self.reader = reader
    let reading = try Worker(name: "sqlite-lookup") {
      while let batch = lookUps.pop(upTo: Self.batchSize) {
        reader.withLock { reader in
          reader.beginBatch(of: batch.count)
          for lookUp in batch { lookUp.ask(reader) }
          reader.endBatch()
        }
      }
    }
    guard queries.setPassword != nil else {
      workers = [reading]
      return
    }
    let writer = PasswordWriter(file: file, queries: queries, stop: stop)
    do {
      let writing = try Worker(name: "sqlite-passwd") {
        while let batch = changes.pop() {
          for order in batch {
            order.completion(writer.change(order.change, deadline: order.deadline, asked: order.asked))
          }
        }
      }
      workers = [reading, writing]
    } catch {
      lookUps.close()
      throw error
    }
  }

  deinit { close() }

  var offersPasswordChange: Bool { queries.setPassword != nil }

  func lookUp(_ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<Account>) -> Void) {
    let lookUp = LookUp(key: key, deadline: deadline, asked: .now, question: .account(completion))
    if !lookUps.push(lookUp) { completion(.unavailable(turnedAway(lookUps.capacity))) }
  }

  func beginTurn() { lookUps.keepBack() }

  func endTurn() {
    // While the look-up thread is at it, what has come waits for that: there may be a lock to be waited for.
    reader.withLockIfAvailable { reader in
      reader.answerOnSpot(lookUps.takeAll, { $0.askOnSpot(reader) }) { rest in
        if lookUps.putBack(rest) { return }
        for lookUp in rest { lookUp.turnAway(Unavailability(.stopping)) }
      }
    }
    lookUps.letGo()
  }

  var offersAppPasswords: Bool { queries.appPasswords != nil }

  func appPasswords(
    _ key: AccountKey, deadline: Deadline, completion: @escaping @Sendable (Outcome<[AppPassword]>) -> Void
  ) {
    guard offersAppPasswords else { return completion(.accepted([])) }
    let lookUp = LookUp(key: key, deadline: deadline, asked: .now, question: .appPasswords(completion))
    if !lookUps.push(lookUp) { completion(.unavailable(turnedAway(lookUps.capacity))) }
  }

  func setPassword(
    _ change: PasswordChange, deadline: Deadline, completion: @escaping @Sendable (Outcome<Void>) -> Void
  ) {
    guard offersPasswordChange else { return completion(.refused(.passwordChangeNotOffered)) }
    let order = Change(change: change, deadline: deadline, asked: .now, completion: completion)
    if !changes.push(order) { completion(.unavailable(turnedAway(changes.capacity))) }
  }

  func enumerate(deadline: Deadline, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    enumerate(deadline: deadline, hold: ListHold(), row)
  }

  func enumerate(deadline: Deadline, hold: ListHold, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    AccountEnumerator(file: file, queries: queries, stop: stop).enumerate(deadline: deadline, hold: hold, row)
  }

  func inspect() -> [DirectoryFinding] {
    Inspection(file: file, queries: queries, stop: stop).findings()
  }

  func read(_ sql: String, deadline: Deadline, _ row: ([String?]) -> Bool) -> Outcome<Void> {
    RowReader(file: file, stop: stop).read(sql, deadline: deadline, row)
  }

  func shutDown() {
    close()
    for worker in workers { worker.join(Self.shutDownPatience) }
  }

  private func close() {
    stop.set()
    lookUps.close()
    changes.close()
  }

  private func turnedAway(_ capacity: Int) -> Unavailability {
    stop.isSet ? Unavailability(.stopping) : Unavailability(.overloaded, "\(capacity) requests wait for the database")
  }
}
