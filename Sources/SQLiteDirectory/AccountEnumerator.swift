internal import Accounts
internal import Threads

/// Lists all accounts, on the caller's thread and a connection of its own, one row in memory at a time.
///
/// Where the database is not in WAL mode, nobody can commit to it while a list is being read, and who tries keeps out all who come then: `hold`
/// says so, for a reader that is slow to be given up.
struct AccountEnumerator {
  let file: DatabaseFile
  let queries: QuerySet
  let stop: StopFlag

  /// Hands every account to `row`; see `AccountDirectory.enumerate`.
  func enumerate(deadline: Deadline, hold: ListHold, _ row: (EnumeratedAccount.View) -> Bool) -> Outcome<Void> {
    guard !stop.isSet else { return .unavailable(Unavailability(.stopping)) }
    guard let template = queries.enumerate else {
      return .unavailable(Unavailability(.queryFailed, "there is no enumerate query"))
    }
    guard Deadline.now < deadline else { return .unavailable(Unavailability(.timedOut)) }
    do {
      _ = try file.state()
      let patience = Patience(stop: stop)
      patience.begin(deadline: deadline, asked: .now)
      let connection = try SQLiteConnection(path: file.path, mode: .listing, patience: patience)
      try connection.readHeader()
      let statement = try SQLiteStatement(connection, template)
      let parameters = RequestParameters(
        key: AccountKey(name: LoginName([], defaultDomain: nil), service: []), constants: queries.constants)
      try statement.bind(parameters.withBytes)
      return try hold.answering({ connection.isToBeWritten }) { try rows(of: statement, row) }
    } catch let fault as SQLiteFault {
      return .unavailable(fault.unavailability(stopping: stop.isSet))
    } catch let error as ColumnError {
      return .unavailable(Unavailability(.queryFailed, "queries.enumerate: \(error)"))
    } catch let cause as Unavailability {
      return .unavailable(cause)
    } catch {
      return .unavailable(Unavailability(.queryFailed, "\(error)"))
    }
  }

  private func rows(of statement: SQLiteStatement, _ row: (EnumeratedAccount.View) -> Bool) throws -> Outcome<Void> {
    var isMore = try statement.step()
    // After the first step: SQLite may have prepared the statement anew in it.
    let columns = try AccountColumns(enumerate: statement.columnNames)
    while isMore {
      let found = columns.enumerated(statement.value)
      if statement.ranOutOfMemory { throw SQLiteFault(code: SQLiteFault.outOfMemory, message: "out of memory") }
      switch found {
      case .account(let account):
        if !row(account) { return .unavailable(Unavailability(.clientGone)) }
      case .skip: break
      case .bad(let cause): return .unavailable(cause)
      }
      isMore = try statement.step()
    }
    return .accepted(())
  }
}
