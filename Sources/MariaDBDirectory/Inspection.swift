internal import Threads

#if MariaDB
  internal import Accounts
  internal import DatabaseServers

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

    /// Everything that is wrong. Preparing a query asks for the permissions it needs.
    func findings() -> [DirectoryFinding] {
      let connection: Connection
      do throws(DatabaseFault) {
        connection = try settings.open(stop: stop)
      } catch {
        return [DirectoryFinding(.unavailable, key: "", ConnectionAdvice.text(error))]
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
        let names: [String]
        do throws(DatabaseFault) {
          names = try Statement(query, on: connection, until: deadline, stop: stop).columnNames
        } catch {
          findings.append(Self.finding(key, error))
          if error.kind != .query { return findings }
          continue
        }
        if Self.storesPasswords(key), !names.isEmpty { findings.append(NoChange.finding("queries.\(key)")) }
        do throws(ColumnError) {
          try check(names)
        } catch {
          findings += error.problems.map { DirectoryFinding(.configuration, key: "queries.\(key)", "\($0)") }
        }
      }
      return findings
    }

    private static func storesPasswords(_ key: String) -> Bool { key == "set-password" || key == "replace-hash" }

    /// A user that may only read is a good one: the presets bring a set-password query whether it is wanted or not.
    private static func finding(_ key: String, _ fault: DatabaseFault) -> DirectoryFinding {
      if storesPasswords(key), ServerError(behind: fault)?.isMissingPermission == true {
        return DirectoryFinding(
          .limited, key: "queries.\(key)",
          "\(fault): passwords cannot be changed; GRANT SELECT, UPDATE (password) to this user if they should be")
      }
      return DirectoryFinding(
        fault.kind == .query && !fault.isPassing ? .configuration : .unavailable, key: "queries.\(key)",
        ConnectionAdvice.text(fault))
    }
  }
#endif
