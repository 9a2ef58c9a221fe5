internal import DatabaseServers

extension LookUpSession {
  /// Connects and prepares. A server that lets us in and then dies or falls silent is left for the next one, too.
  /// - Parameters:
  ///   - suspect: a server that has stopped answering: the others are tried first.
  ///   - slowness: see `CombinedQuery.slowness`.
  init(
    _ settings: ConnectionSettings, _ queries: LookUpQueries, suspect: Conninfo.Host?, slowness: Duration,
    stop: StopFlag
  ) throws(SessionFailure) {
    do throws(DatabaseFault) {
      let first = try Self.connect(settings, queries, suspect, slowness, stop)
      // One is enough: as much as is asked goes through it as one pipeline.
      self.init(first)
    } catch {
      throw SessionFailure(error)
    }
  }

  private static func connect(
    _ settings: ConnectionSettings, _ queries: LookUpQueries, _ suspect: Conninfo.Host?, _ slowness: Duration,
    _ stop: StopFlag
  ) throws(DatabaseFault) -> PreparedConnection {
    var failed: [Conninfo.Host] = []
    while true {
      let connection = try settings.open(without: failed, suspect: suspect, stop: stop)
      failed.append(Conninfo.Host(of: connection))
      let hasAlternative = settings.hasAlternative(to: failed)
      do throws(DatabaseFault) {
        return try PreparedConnection(
          queries, on: connection, within: settings.limit(hasAlternative: hasAlternative), slowness: slowness,
          stop: stop)
      } catch {
        guard hasAlternative, error.kind == .connection || error.kind == .timeLimit else { throw error }
      }
    }
  }
}
