internal import Accounts
internal import Threads

/// Answers look-ups: a connection, its prepared statements, and what became of them. For one thread at a time: that of the look-ups,
/// or the one on whose turn they came.
final class AccountReader {
  private let file: DatabaseFile
  private let queries: QuerySet
  private let state: ConnectionState
  private let stop: StopFlag
  private var session: Session?
  /// The session before, until the new one is there: were nobody at a file in WAL mode, whoever closes it next would delete its -wal and
  /// -shm, and perhaps only they can make them again.
  private var former: Session?
  private var isBatchOfSeveral = false
  private var spot = Spot.none
  private var spotPolicy = SpotPolicy()

  init(file: DatabaseFile, queries: QuerySet, stop: StopFlag, report: @escaping @Sendable (DirectoryEvent) -> Void) {
    self.file = file
    self.queries = queries
    self.stop = stop
    state = ConnectionState(path: file.path, report: report)
  }

  /// An open file and the queries prepared on it.
  private final class Session {
    let watch: FileWatch
    let connection: SQLiteConnection
    let reading: CachedReading
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    let account: Query<AccountColumns>
    /// Prepared when it is asked for: where its table is missing, accounts are found all the same.
    var appPasswords: Query<AppPasswordColumns>?

    init(
      watch: FileWatch, connection: SQLiteConnection, reading: CachedReading,
      account: Query<AccountColumns>
    ) throws(SQLiteFault) {
      self.watch = watch
      self.connection = connection
      self.reading = reading
      begin = try SQLiteStatement(connection, sql: "BEGIN")
      commit = try SQLiteStatement(connection, sql: "COMMIT")
      self.account = account
    }
  }

  /// A prepared query and its columns.
  private final class Query<Columns> {
    let statement: SQLiteStatement
    private let read: ([String]) throws(ColumnError) -> Columns
    private(set) var columns: Columns
    private var preparations: Int32

    init(_ statement: SQLiteStatement, _ read: @escaping ([String]) throws(ColumnError) -> Columns) throws(ColumnError)
    {
      self.statement = statement
      self.read = read
      columns = try read(statement.columnNames)
      preparations = statement.preparations
    }

    /// After the first step: SQLite may have prepared the statement anew in it.
    func refresh() throws(ColumnError) {
      guard statement.preparations != preparations else { return }
      columns = try read(statement.columnNames)
      preparations = statement.preparations
    }
  }

  /// Looks at the file before a batch: one that was replaced or written to is opened anew, one that is gone is no longer served.
  ///
  /// The look-ups of a batch share one read transaction: taking and giving back the file's locks, and looking for a journal,
  /// costs several times what finding a row does. Each of them was asked before the transaction reads, so none sees old data.
  func beginBatch(of count: Int) {
    isBatchOfSeveral = count > 1
    guard let session else { return }
    do throws(Unavailability) {
      let seen = try file.state()
      if session.watch.isCurrent(seen, at: .now) { return }
      self.session = nil
      if seen.identity == session.watch.seen.identity { former = session } else { state.replaced() }
    } catch {
      self.session = nil
      state.failed(error.detail)
    }
  }

  /// Gives up the locks.
  func endBatch() {
    guard let session, session.connection.isInTransaction else { return }
    do throws(SQLiteFault) {
      _ = try session.commit.step()
      session.commit.reset()
    } catch {
      self.session = nil
    }
  }

  /// The answer to one look-up.
  func account(_ key: AccountKey, deadline: Deadline, asked: Deadline) -> Outcome<Account> {
    attempt("queries.account", deadline: deadline, asked: asked) { session in
      let query = session.account
      return try ask(query, of: session, key, deadline: deadline, asked: asked, nobody: .refused(.unknownUser)) {
        guard try query.statement.step() else { return .refused(.unknownUser) }
        try query.refresh()
        let account = query.columns.account(query.statement.value)
        try query.statement.checkMemory()
        // The second row decides before the first is judged: two rows are ambiguous, whatever they hold.
        if try query.statement.step() { return .unavailable(Unavailability(.ambiguous)) }
        return account
      }
    }
  }

  /// The app passwords of one account.
  func appPasswords(_ key: AccountKey, deadline: Deadline, asked: Deadline) -> Outcome<[AppPassword]> {
    guard let template = queries.appPasswords else { return .accepted([]) }
    return attempt("queries.app-passwords", deadline: deadline, asked: asked) { session in
      do {
        let query = try session.appPasswords ?? prepare(template, on: session.connection)
        session.appPasswords = query
        return try ask(query, of: session, key, deadline: deadline, asked: asked, nobody: .accepted([])) {
          var first: Bool? = try query.statement.step()
          try query.refresh()
          return try query.columns.appPasswords(
            next: {
              if let isRow = first.take() { return isRow }
              // Of the row that was read last: a value that could not be had is not NULL.
              try query.statement.checkMemory()
              return try query.statement.step()
            }, query.statement.value)
        }
      } catch let fault as SQLiteFault where !fault.concernsFile && !fault.leavesConnectionUsable && spot == .none {
        // This query's own trouble: the connection is as good as before for accounts.
        session.appPasswords = nil
        return .unavailable(fault.unavailability(stopping: stop.isSet))
      } catch let error as ColumnError {
        session.appPasswords = nil
        return .unavailable(Unavailability(.queryFailed, "queries.app-passwords: \(error)"))
      }
    }
  }

  // MARK: On the spot

  /// Whether look-ups are answered on the thread of whoever asks.
  private enum Spot {
    case none
    case taken
    /// It is, and something was met that another thread can wait for.
    case troubled
  }

  /// Answers what can be answered without waiting for a disk or a lock, and without opening anything: what it takes from `next`, until
  /// that has no more.
  /// - Parameters:
  ///   - next: the next look-ups; empty when there are none.
  ///   - back: given those that must be asked again.
  func answerOnSpot<LookUp>(
    _ next: () -> [LookUp], _ ask: (LookUp) -> Bool, back: (ArraySlice<LookUp>) -> Void
  ) {
    let now = Deadline.now
    guard let session, session.reading.isPossible == true, spotPolicy.isOffered(at: now),
      let seen = try? file.state(), session.watch.isCurrent(seen, at: now)
    else { return }
    let patience = session.connection.patience
    patience.endOnSpot = now + SpotPolicy.limit
    spot = .taken
    session.reading.restrict {
      while spot == .taken {
        let lookUps = next()
        if lookUps.isEmpty { break }
        isBatchOfSeveral = lookUps.count > 1
        if let place = lookUps.indices.first(where: { !ask(lookUps[$0]) }) { back(lookUps[place...]) }
        endBatch()
      }
    }
    if spot == .troubled, patience.isSpotOver { spotPolicy.tookTooLong(at: .now) }
    spot = .none
    patience.endOnSpot = nil
  }

  /// - Returns: nil when the look-up must be asked again, where it can be waited for.
  func onSpot<Value>(_ ask: () -> Outcome<Value>) -> Outcome<Value>? {
    // Without a session the file would have to be opened.
    guard spot == .taken, let session, !session.connection.patience.isSpotOver else {
      spot = .troubled
      return nil
    }
    let outcome = ask()
    return spot == .taken ? outcome : nil
  }

  /// Ends it on the spot after an error, so that another thread finds out what is wrong.
  /// - Returns: false where that is this thread's to find out.
  private func giveUpSpot() -> Bool {
    if spot == .none { return false }
    spot = .troubled
    return true
  }

  // MARK: Asking

  private func prepare(
    _ template: QueryTemplate, on connection: SQLiteConnection
  ) throws -> Query<AppPasswordColumns> {
    try Query(SQLiteStatement(connection, template)) { names throws(ColumnError) in try AppPasswordColumns(names) }
  }

  /// Opens the file if it has to, and lets `body` ask.
  /// - Parameter key: whose query it is, for the log.
  private func attempt<Value>(
    _ key: String, deadline: Deadline, asked: Deadline, _ body: (Session) throws -> Outcome<Value>
  ) -> Outcome<Value> {
    guard !stop.isSet else { return .unavailable(Unavailability(.stopping)) }
    guard Deadline.now < deadline else {
      return .unavailable(Unavailability(.timedOut, "the deadline passed before the question was asked"))
    }
    do {
      let session = try session ?? open(deadline: deadline, asked: asked)
      self.session = session
      let outcome = try body(session)
      state.works()
      return outcome
    } catch _ where giveUpSpot() {
      return .unavailable(Unavailability(.unreachable))
    } catch let fault as SQLiteFault {
      if !fault.leavesConnectionUsable { session = nil }
      if fault.concernsFile { state.failed(file.explain(fault)) }
      return .unavailable(fault.unavailability(stopping: stop.isSet))
    } catch let error as ColumnError {
      session = nil
      state.failed("\(key): \(error)")
      return .unavailable(Unavailability(.queryFailed, "\(key): \(error)"))
    } catch let cause as Unavailability {
      session = nil
      state.failed(cause.detail)
      return .unavailable(cause)
    } catch {
      session = nil
      return .unavailable(Unavailability(.queryFailed, "\(error)"))
    }
  }

  private func open(deadline: Deadline, asked: Deadline) throws -> Session {
    defer { former = nil }
    // The file is looked at before it is opened: one that is replaced in between is noticed at the next batch.
    let (opened, time) = (Instant.now, DatabaseFile.Time.now)
    let seen = try file.state()
    let patience = Patience(stop: stop)
    patience.begin(deadline: deadline, asked: asked)
    let connection = try SQLiteConnection(path: file.path, mode: .reading, patience: patience)
    let reading = CachedReading()
    try reading.watch { () throws(SQLiteFault) in try connection.readHeader() }
    let watch = FileWatch(seen, opened: opened, time: time, isInWAL: try connection.isInWAL())
    let statement: SQLiteStatement
    do {
      statement = try SQLiteStatement(connection, queries.account)
    } catch {
      if !error.concernsFile && !error.leavesConnectionUsable {
        state.failed("queries.account: \(error.message): correct the query, or the database")
      }
      throw error
    }
    let query = try Query(statement) { names throws(ColumnError) in try AccountColumns(account: names) }
    state.opened()
    return try Session(watch: watch, connection: connection, reading: reading, account: query)
  }

  /// Runs a query for one key; `rows` reads what it finds.
  /// - Parameter nobody: the answer for names that the database cannot hold.
  private func ask<Columns, Value>(
    _ query: Query<Columns>, of session: Session, _ key: AccountKey, deadline: Deadline, asked: Deadline,
    nobody: Outcome<Value>, _ rows: () throws -> Outcome<Value>
  ) throws -> Outcome<Value> {
    let parameters = RequestParameters(key: key, constants: queries.constants)
    if parameters.isNobodys(in: session.connection) { return nobody }
    session.connection.patience.begin(deadline: deadline, asked: asked)
    if isBatchOfSeveral && !session.connection.isInTransaction {
      defer { session.begin.reset() }
      _ = try session.begin.step()
    }
    try query.statement.bind(parameters.withBytes)
    defer { query.statement.reset() }
    return try rows()
  }
}
