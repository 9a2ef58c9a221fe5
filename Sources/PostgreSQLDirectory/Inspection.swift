internal import Accounts
internal import DatabaseServers
internal import Threads

/// Looks for everything that would keep a directory from serving, on a connection of its own.
struct Inspection {
  /// For all of it, once connected.
  static let limit = Duration.seconds(10)

  private let queries: QuerySet
  private let settings: ConnectionSettings
  private let stop: StopFlag

  init(queries: QuerySet, settings: ConnectionSettings, stop: StopFlag) {
    self.queries = queries
    self.settings = settings
    self.stop = stop
  }

  /// Everything that is wrong.
  func findings() -> [DirectoryFinding] {
    let connection: Connection
    do throws(DatabaseFault) {
      connection = try settings.open(stop: stop)
    } catch {
      let advice = ConnectionAdvice.advice(for: error)
      return [DirectoryFinding(.unavailable, key: "", advice.map { "\(error): \($0)" } ?? "\(error)")]
    }
    var findings: [DirectoryFinding] = []
    let deadline = Deadline.now + Self.limit
    let checks: [(key: String, query: QueryTemplate?, columns: ([String]) throws(ColumnError) -> Void)] = [
      ("account", queries.account, { names throws(ColumnError) in _ = try AccountColumns(account: names) }),
      ("enumerate", queries.enumerate, { names throws(ColumnError) in _ = try AccountColumns(enumerate: names) }),
      ("app-passwords", queries.appPasswords, { names throws(ColumnError) in _ = try AppPasswordColumns(names) }),
      ("set-password", queries.setPassword, { _ throws(ColumnError) in }),
      ("replace-hash", queries.replaceHash, { _ throws(ColumnError) in }),
    ]
    for (key, query, check) in checks {
      guard let query else { continue }
      let storesPasswords = key == "set-password" || key == "replace-hash"
      let names: [String]
      do throws(DatabaseFault) {
        let sql = query.rendered().sql
        names = try connection.prepare("gatepost_\(key)", sql, until: deadline, stop: stop).columnNames
        if storesPasswords, try !isChange(sql, returning: names, on: connection, until: deadline) {
          findings.append(NoChange.finding("queries.\(key)"))
          continue
        }
      } catch {
        findings.append(
          DirectoryFinding(
            error.kind == .query ? .configuration : .unavailable, key: "queries.\(key)", Self.text(error)))
        if error.kind != .query { return findings }
        continue
      }
      do throws(ColumnError) {
        try check(names)
      } catch {
        findings += error.problems.map { DirectoryFinding(.configuration, key: "queries.\(key)", "\($0)") }
      }
      if let fault = missingPermission(key, query, on: connection, until: deadline) {
        // A role that may only read is a good one: the presets bring a set-password query whether it is wanted or not.
        findings.append(
          DirectoryFinding(
            storesPasswords ? .limited : .configuration, key: "queries.\(key)",
            storesPasswords
              ? "\(fault): passwords cannot be changed; GRANT UPDATE (password) to this role if they should be"
              : Self.text(fault)))
      }
    }
    return findings
  }

  /// Whether a statement that could be prepared is an `UPDATE` or the like, with or without `RETURNING`, by the server's own grammar:
  /// `PREPARE` takes those and `SELECT`, a cursor takes `SELECT` alone. Nothing is run. A `SELECT` of no columns is not told from them.
  private func isChange(
    _ sql: String, returning names: [String], on connection: Connection, until deadline: Deadline
  ) throws(DatabaseFault) -> Bool {
    // Asked of what returns rows only: the answer to an UPDATE is an error, which the server would log at each start.
    if !names.isEmpty, try isTaken("DECLARE gatepost CURSOR FOR \(sql)", by: connection, until: deadline) {
      return false
    }
    return try isTaken("PREPARE gatepost AS \(sql)", by: connection, until: deadline)
  }

  /// Whether it is no syntax error.
  private func isTaken(
    _ sql: String, by connection: Connection, until deadline: Deadline
  ) throws(DatabaseFault) -> Bool {
    do throws(DatabaseFault) {
      _ = try connection.prepare("", sql, until: deadline, stop: stop)
      return true
    } catch {
      guard error.kind == .query else { throw error }
      return error.state != .syntaxError
    }
  }

  /// Preparing asks for no permission, running does, and so does EXPLAIN, which changes nothing. What else EXPLAIN may
  /// say of a query whose parameters are all NULL is not worth telling.
  private func missingPermission(
    _ key: String, _ query: QueryTemplate, on connection: Connection, until deadline: Deadline
  ) -> DatabaseFault? {
    let nulls = query.rendered().parameters.map { _ in "NULL" }.joined(separator: ", ")
    do throws(DatabaseFault) {
      try connection.run(
        "EXPLAIN EXECUTE \"gatepost_\(key)\"\(nulls.isEmpty ? "" : "(\(nulls))")", until: deadline, stop: stop)
      return nil
    } catch {
      return error.state == .insufficientPrivilege ? error : nil
    }
  }

  private static func text(_ fault: DatabaseFault) -> String {
    guard let advice = ConnectionAdvice.advice(for: fault) else { return "\(fault)" }
    return "\(fault): \(advice)"
  }
}
