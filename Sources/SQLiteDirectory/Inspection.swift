internal import Accounts
internal import Threads

/// Looks for everything that would keep a directory from answering.
///
/// What can heal without a change of the configuration is `unavailable` (the daemon may start and wait); what cannot is
/// `configuration`.
struct Inspection {
  /// How long it may take, in all.
  static let timeLimit = Duration.seconds(10)

  let file: DatabaseFile
  let queries: QuerySet
  let stop: StopFlag

  /// What is wrong; empty when nothing is.
  func findings() -> [DirectoryFinding] {
    do {
      _ = try file.state()
    } catch {
      let isDirectory = error.detail.contains("directory:")
      return [DirectoryFinding(isDirectory ? .configuration : .unavailable, key: "database", error.detail)]
    }
    do {
      let connection = try connect(.reading)
      try connection.readHeader()
      var findings = select(connection, queries.account, "queries.account") { names throws(ColumnError) in
        _ = try AccountColumns(account: names)
      }
      if let enumerate = queries.enumerate {
        findings += select(connection, enumerate, "queries.enumerate") { names throws(ColumnError) in
          _ = try AccountColumns(enumerate: names)
        }
      }
      if let appPasswords = queries.appPasswords {
        findings += select(connection, appPasswords, "queries.app-passwords") { names throws(ColumnError) in
          _ = try AppPasswordColumns(names)
        }
      }
      if let setPassword = queries.setPassword { findings += change(setPassword, "queries.set-password") }
      if let replaceHash = queries.replaceHash { findings += change(replaceHash, "queries.replace-hash") }
      return findings
    } catch {
      let isForeign = error.code == SQLiteFault.notADatabase
      return [DirectoryFinding(isForeign ? .configuration : .unavailable, key: "database", file.explain(error))]
    }
  }

  private func connect(_ mode: SQLiteConnection.Mode) throws(SQLiteFault) -> SQLiteConnection {
    let patience = Patience(stop: stop)
    patience.begin(deadline: .now + Self.timeLimit, asked: .now)
    return try SQLiteConnection(path: file.path, mode: mode, patience: patience)
  }

  private func select(
    _ connection: SQLiteConnection, _ template: QueryTemplate, _ key: String,
    _ check: ([String]) throws(ColumnError) -> Void
  ) -> [DirectoryFinding] {
    do {
      let statement = try SQLiteStatement(connection, template)
      guard statement.isReadOnly else {
        return [DirectoryFinding(.configuration, key: key, "the query changes the database: it must be a SELECT")]
      }
      do throws(ColumnError) {
        try check(statement.columnNames)
        return []
      } catch {
        return error.problems.map { DirectoryFinding(.configuration, key: key, $0.description) }
      }
    } catch {
      return [finding(error, key)]
    }
  }

  private func change(_ template: QueryTemplate, _ key: String) -> [DirectoryFinding] {
    do {
      let connection = try connect(.writing)
      let statement = try SQLiteStatement(connection, template)
      guard !statement.isReadOnly else {
        return [DirectoryFinding(.configuration, key: key, "the query changes nothing: it must be an UPDATE")]
      }
      guard !connection.isReadOnly, file.isFolderWritable else {
        return [DirectoryFinding(.limited, key: key, file.notWritable)]
      }
      return []
    } catch {
      return [finding(error, key)]
    }
  }

  private func finding(_ fault: SQLiteFault, _ key: String) -> DirectoryFinding {
    if fault.concernsFile || fault.leavesConnectionUsable {
      return DirectoryFinding(.unavailable, key: key, file.explain(fault))
    }
    return DirectoryFinding(
      .configuration, key: key, "\(fault.message): correct the query, or make what it asks for in \(file.path)")
  }
}
