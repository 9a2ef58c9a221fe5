internal import Accounts
internal import Threads

/// Stores new passwords and better hashes, each on a connection of its own: the file is open for writing no longer than that takes.
struct PasswordWriter: Sendable {
  let file: DatabaseFile
  let queries: QuerySet
  let stop: StopFlag

  /// Makes one change. Nothing is changed unless exactly one row is.
  func change(_ change: PasswordChange, deadline: Deadline, asked: Deadline) -> Outcome<Void> {
    guard let template = queries.storing(change) else { return .refused(.passwordChangeNotOffered) }
    guard !stop.isSet else { return .unavailable(Unavailability(.stopping)) }
    guard Deadline.now < deadline else {
      return .unavailable(Unavailability(.timedOut, "the deadline passed before the change was made"))
    }
    do {
      _ = try file.state()
      let patience = Patience(stop: stop)
      patience.begin(deadline: deadline, asked: asked)
      let connection = try SQLiteConnection(path: file.path, mode: .writing, patience: patience)
      try connection.readHeader()
      guard !connection.isReadOnly else { return .unavailable(Unavailability(.unreachable, file.notWritable)) }
      let parameters = RequestParameters(key: change.key, constants: queries.constants, change: change)
      if parameters.isNobodys(in: connection) { return .refused(.unknownUser) }
      return try transaction(connection, template, parameters)
    } catch let error as ColumnError {
      return .unavailable(Unavailability(.queryFailed, "queries.account: \(error)"))
    } catch let fault as SQLiteFault {
      if fault.code == SQLiteFault.readOnly || fault.code == SQLiteFault.cannotOpen {
        return .unavailable(Unavailability(.unreachable, file.notWritable))
      }
      return .unavailable(fault.unavailability(stopping: stop.isSet))
    } catch let cause as Unavailability {
      return .unavailable(cause)
    } catch {
      return .unavailable(Unavailability(.queryFailed, "\(error)"))
    }
  }

  private func transaction(
    _ connection: SQLiteConnection, _ template: QueryTemplate, _ parameters: RequestParameters
  ) throws -> Outcome<Void> {
    // IMMEDIATE: the wait for other writers is here, where nothing has been done yet. The connection's end rolls back
    // whatever was not committed.
    try connection.execute("BEGIN IMMEDIATE")
    let change = parameters.change
    if let change, change.replacing != nil {
      let found = change.mayReplace(try stored(connection, parameters))
      guard case .accepted = found else { return found }
    }
    let statement = try SQLiteStatement(connection, template)
    guard !statement.isReadOnly else {
      return .unavailable(Unavailability(.queryFailed, "queries.set-password changes nothing: it must be an UPDATE"))
    }
    try statement.bind(parameters.withBytes)
    while try statement.step() {}
    let changed = connection.changedRows
    statement.reset()
    guard changed == 1, !connection.patience.isOver else {
      try connection.execute("ROLLBACK")
      if changed > 1 {
        return .unavailable(Unavailability(.ambiguous, "queries.set-password would change \(changed) rows"))
      }
      if changed == 1 { return .unavailable(Unavailability(stop.isSet ? .stopping : .timedOut)) }
      return .refused(.unknownUser)
    }
    if let change, change.replacing != nil {
      let done = change.hasReplaced(try stored(connection, parameters))
      guard case .accepted = done else {
        try connection.execute("ROLLBACK")
        return done
      }
    }
    try connection.execute("COMMIT")
    return .accepted(())
  }

  /// The account as it is now. Nobody else writes while the transaction lasts.
  private func stored(_ connection: SQLiteConnection, _ parameters: RequestParameters) throws -> Outcome<Account> {
    let statement = try SQLiteStatement(connection, queries.account)
    let columns = try AccountColumns(account: statement.columnNames)
    try statement.bind(parameters.withBytes)
    defer { statement.reset() }
    guard try statement.step() else { return .refused(.unknownUser) }
    let account = columns.account(statement.value)
    if statement.ranOutOfMemory { throw SQLiteFault(code: SQLiteFault.outOfMemory, message: "out of memory") }
    if try statement.step() { return .unavailable(Unavailability(.ambiguous)) }
    return account
  }
}

extension DatabaseFile {
  /// What to do when a password cannot be stored.
  var notWritable: String {
    "\(path) cannot be written: allow the user of this process to write the file and its folder, where SQLite keeps its journal"
  }
}
