internal import Accounts

/// Answers look-ups: the connection of the look-up thread, its prepared statement, and what became of them. Confined to that
/// thread.
final class AccountReader {
  private let file: DatabaseFile
  private let queries: QuerySet
  private let state: ConnectionState
  private let stop: StopFlag
  private var session: Session?
  private var isBatchOfSeveral = false

  init(file: DatabaseFile, queries: QuerySet, stop: StopFlag, report: @escaping @Sendable (DirectoryEvent) -> Void) {
    self.file = file
    self.queries = queries
    self.stop = stop
    state = ConnectionState(path: file.path, report: report)
  }

  /// An open file and the account query prepared on it.
  private struct Session {
    let identity: DatabaseFile.Identity
    let connection: SQLiteConnection
    let statement: SQLiteStatement
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    var columns: AccountColumns
    var preparations: Int32
  }

  /// Looks at the file before a batch: one that was replaced is opened anew, one that is gone is no longer served.
  ///
  /// The look-ups of a batch share one read transaction: taking and giving back the file's locks, and looking for a journal,
  /// costs several times what finding a row does. Each of them was asked before the transaction reads, so none sees old data.
  func beginBatch(of count: Int) {
    isBatchOfSeveral = count > 1
    guard let session else { return }
    do throws(Unavailability) {
      if try file.identity() == session.identity { return }
      self.session = nil
      state.replaced()
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
    guard !stop.isSet else { return .unavailable(Unavailability(.stopping)) }
    guard Deadline.now < deadline else {
      return .unavailable(Unavailability(.timedOut, "the deadline passed before the question was asked"))
    }
    do {
      var session = try session ?? open(deadline: deadline, asked: asked)
      self.session = session
      let outcome = try ask(&session, key, deadline: deadline, asked: asked)
      self.session = session
      state.works()
      return outcome
    } catch let fault as SQLiteFault {
      if !fault.leavesConnectionUsable { session = nil }
      if fault.concernsFile { state.failed(file.explain(fault)) }
      return .unavailable(fault.unavailability(stopping: stop.isSet))
    } catch let error as ColumnError {
      session = nil
      state.failed("queries.account: \(error)")
      return .unavailable(Unavailability(.queryFailed, "queries.account: \(error)"))
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
    // The file is looked at before it is opened: one that is replaced in between is noticed at the next batch.
    let identity = try file.identity()
    let patience = Patience(stop: stop)
    patience.begin(deadline: deadline, asked: asked)
    let connection = try SQLiteConnection(path: file.path, mode: .reading, patience: patience)
    try connection.readHeader()
    let statement: SQLiteStatement
    do {
      statement = try SQLiteStatement(connection, queries.account)
    } catch {
      if !error.concernsFile && !error.leavesConnectionUsable {
        state.failed("queries.account: \(error.message): correct the query, or the database")
      }
      throw error
    }
    let columns = try AccountColumns(account: statement.columnNames)
    state.opened()
    return Session(
      identity: identity, connection: connection, statement: statement,
      begin: try SQLiteStatement(connection, sql: "BEGIN"), commit: try SQLiteStatement(connection, sql: "COMMIT"),
      columns: columns, preparations: statement.preparations)
  }

  private func ask(
    _ session: inout Session, _ key: AccountKey, deadline: Deadline, asked: Deadline
  ) throws -> Outcome<Account> {
    let parameters = RequestParameters(key: key, constants: queries.constants)
    if parameters.isNobodys(in: session.connection) { return .refused(.unknownUser) }
    let statement = session.statement
    session.connection.patience.begin(deadline: deadline, asked: asked)
    if isBatchOfSeveral && !session.connection.isInTransaction {
      defer { session.begin.reset() }
      _ = try session.begin.step()
    }
    try statement.bind(parameters.withBytes)
    defer { statement.reset() }
    let found = try statement.step()
    if statement.preparations != session.preparations {
      session.columns = try AccountColumns(account: statement.columnNames)
      session.preparations = statement.preparations
    }
    guard found else { return .refused(.unknownUser) }
    let account = session.columns.account(statement.value)
    if statement.ranOutOfMemory { throw SQLiteFault(code: SQLiteFault.outOfMemory, message: "out of memory") }
    // The second row decides before the first is judged: two rows are ambiguous, whatever they hold.
    if try statement.step() { return .unavailable(Unavailability(.ambiguous)) }
    return account
  }
}
